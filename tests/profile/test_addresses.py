"""RES, UFN and MOG: resources, their addresses and their methods."""

import re
import uuid
from typing import Any

from tests.conftest import County
from tests.profile.conftest import Played
from tests.profile.surface import TOKEN, fields, forms, links, lists, operations, reads, writes

# Documents of which there is one where they stand; all other names are collections.
_ONE_OF_ITS_KIND = {
    *("glossary", "adoption-matrix", "api-info", "calendar", "diff", "decision", "impact", "package", "preview"),
    *("sheet", "test", "stream", "feed"),
}
_SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PARAMETER = re.compile(r"\{[a-z][a-zA-Z0-9]*\}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _segments(document: dict[str, Any]) -> set[str]:
    paths = [path for path in document["paths"] if path != TOKEN]
    return {segment for path in paths for segment in path.strip("/").split("/")}


def _names(document: dict[str, Any]) -> set[str]:
    return {segment for segment in _segments(document) if not segment.startswith("{")}


def test_res_01_an_object_keeps_its_address(played: Played) -> None:
    for link in ("/terms/digital-mognad", "/guidelines/gemensamt-sprak", played.proposal, "/municipalities/2281"):
        answer = played.county.get(link).json()
        assert answer["_links"]["self"]["href"].endswith(f"/api/v1{link}")


def test_res_02_no_id_is_a_number(document: dict[str, Any]) -> None:
    assert [
        f"{schema}.{field}"
        for schema, field, told in fields(document)
        if (field == "id" or field.endswith("Id"))
        and any(form.get("type") in ("integer", "number") for form in forms(told))
    ] == []


def test_res_02_no_parameter_asks_for_a_person(document: dict[str, Any]) -> None:
    asked = {parameter["name"].lower() for each in operations(document) for parameter in each.told["parameters"]}
    assert asked.isdisjoint(
        {"pnr", "personnr", "personnummer", "ssn", "personalidentitynumber", "socialsecuritynumber"}
    )


def test_res_03_no_id_counts_upwards(played: Played) -> None:
    answers = played.answers
    ids = [answers[name]["id"] for name in ("term", "guideline", "proposal", "municipal-decision")]
    assert [one for one in ids if one.isdecimal()] == []
    assert uuid.UUID(answers["proposal"]["id"]).version == 7
    assert uuid.UUID(answers["events"]["items"][0]["id"]).version == 7


def test_res_04_one_external_id_may_stand_in_two_sources_of_a_municipality(county: County) -> None:
    body = {
        "guideline": "gemensamt-sprak",
        "version": "1.0",
        "kind": "adopt",
        "bodyType": "kommunstyrelse",
        "body": "Kommunstyrelsen",
        "decidedOn": "2026-11-23",
        "sourceRevision": 1,
    }
    sender = county.token("2281", "integrator")
    made = [
        county.send("PUT", f"/municipalities/2281/decisions/{source}/42", body, sender) for source in ("platina", "lex")
    ]
    assert [answer.status_code for answer in made] == [201, 201]
    assert len({answer.json()["decision"]["id"] for answer in made}) == 2


def test_res_05_what_people_name_has_a_readable_id_and_the_rest_has_uuids(played: Played) -> None:
    assert _SLUG.fullmatch(played.answers["term"]["id"])
    assert _SLUG.fullmatch(played.answers["guideline"]["id"])
    assert uuid.UUID(played.answers["municipal-decision"]["id"]).version == 5


def test_res_06_collections_are_named_in_the_plural(document: dict[str, Any]) -> None:
    assert [name for name in _names(document) - _ONE_OF_ITS_KIND if not name.endswith("s")] == []


def test_res_06_what_is_one_of_its_kind_has_nothing_below_it(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        assert _ONE_OF_ITS_KIND.isdisjoint(path.strip("/").split("/")[:-1]), path


def test_res_06_names_are_lower_case_with_hyphens(document: dict[str, Any]) -> None:
    assert [name for name in _names(document) if not _SEGMENT.fullmatch(name)] == []


def test_ufn_01_an_address_is_host_api_version_resource_id_parameters(document: dict[str, Any]) -> None:
    [server] = document["servers"]
    assert re.fullmatch(r"https://[^/]+/api/v[0-9]+", server["url"])


def test_ufn_03_no_write_takes_query_parameters(document: dict[str, Any]) -> None:
    taken = {str(one): [given["name"] for given in one.parameters("query")] for one in writes(document)}
    # With it nothing is written.
    assert {operation: names for operation, names in taken.items() if names} == {
        "POST /proposals": ["dryRun"],
        "POST /municipalities/{municipalityCode}/decision-batches": ["dryRun"],
    }


def test_ufn_03_query_parameters_are_plain_values(document: dict[str, Any]) -> None:
    for operation in reads(document):
        for parameter in operation.parameters("query"):
            types = {form.get("type", "string") for form in forms(parameter["schema"])}
            assert types <= {"string", "integer", "boolean", "null"}, f"{operation} {parameter['name']}"


def test_ufn_04_the_reserved_parameter_names_are_used_for_nothing_else(document: dict[str, Any]) -> None:
    names = {parameter["name"] for operation in reads(document) for parameter in operation.parameters("query")}
    assert names & {"fields", "filter", "sort", "page", "offset"} == {"page"}
    assert all(
        "page" in parameter["description"] for one in lists(document) for parameter in one.parameters("query")[:2]
    )


def test_ufn_05_the_longest_links_stay_under_2048_characters(library: County) -> None:
    found = library.get(f"/terms?q={'å' * 200}&language=sv&domain={'a' * 100}&status=approved").raise_for_status()
    hrefs = [link["href"] for link in found.json()["_links"].values() if link]
    assert max(len(href) for href in hrefs) <= 2048


def test_ufn_07_paths_are_written_in_the_allowed_characters(document: dict[str, Any]) -> None:
    for segment in _segments(document):
        assert re.fullmatch("[a-z0-9.~-]+", segment) or _PARAMETER.fullmatch(segment), segment


def test_ufn_07_real_addresses_are_too(played: Played) -> None:
    for _, link in links(played.of_the_api):
        # How a decision is named, its own system decides, and how a model, whoever made it.
        ours = re.sub("/(decisions|maturity-results)/[^/?]+/[^/?]+", r"/\1", link["href"].partition("?")[0])
        assert re.fullmatch(r"https://[a-z.]+[a-z0-9/.~-]*", ours), link["href"]


def test_ufn_08_words_are_parted_by_single_hyphens(document: dict[str, Any]) -> None:
    for name in _names(document):
        assert "--" not in name
        assert not name.startswith("-")
        assert not name.endswith("-")


def test_ufn_09_no_path_holds_a_space_or_an_underscore(document: dict[str, Any]) -> None:
    for path in [document["servers"][0]["url"], *document["paths"]]:
        assert " " not in path
        assert "_" not in path


def test_mog_01_methods_mean_what_http_says(document: dict[str, Any]) -> None:
    assert {operation.method for operation in operations(document)} <= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert len(document["paths"]) > 20


def test_mog_02_lists_and_objects_lead_to_one_another_by_links(library: County) -> None:
    start = library.get("/guidelines?limit=1").json()
    guideline = start["items"][0]["_links"]["self"]["href"]
    versions = library.client.get(guideline).json()["_links"]["versions"]["href"]
    assert library.client.get(versions).json()["items"][0]["number"] == "1.0"


def test_mog_03_one_post_is_a_read(document: dict[str, Any]) -> None:
    # A POST that only reads is defended in docs/rest-api-profile.md: a text is too long for an address.
    posts = [one.path for one in writes(document) if one.method == "POST"]
    assert set(posts) == {
        "/annotations",
        "/proposals",
        "/proposals/{proposalId}/comments",
        "/proposals/{proposalId}/transitions",
        "/proposals/{proposalId}/decision",
        "/proposals/{proposalId}/rounds",
        "/proposals/{proposalId}/rounds/{roundNumber}/statements",
        "/events/checkpoints",
        "/clients",
        "/clients/{clientId}/secrets",
        "/municipalities/{municipalityCode}/decision-batches",
        "/municipalities/{municipalityCode}/decisions",
        "/issuers",
        "/issuers/{issuerId}/test",
        "/webhooks",
        "/webhooks/{webhookId}/secrets",
        "/webhooks/{webhookId}/test",
        "/webhooks/{webhookId}/replays",
    }
