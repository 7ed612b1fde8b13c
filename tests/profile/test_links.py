"""HYP: links, and what they say."""

import re
from typing import Any

import pytest

from tests.conftest import HOST, County
from tests.profile.conftest import Played
from tests.profile.surface import fields, links, objects, operations

# Of IANA's register of link relations: those that a link here may have.
_REGISTERED = {
    "self",
    "first",
    "last",
    "next",
    "prev",
    "related",
    "alternate",
    "version-history",
    "collection",
    "item",
    "up",
}
_WITH_LINKS = ("term", "guideline", "proposal", "municipality", "terms", "proposals", "decisions", "events")


def test_hyp_01_every_link_is_named_in_the_document(played: Played, document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    told = {name for schema in schemas if schema.endswith("Links") for name in schemas[schema]["properties"]}
    assert {name for name, _ in links(played.of_the_api)} <= told
    assert schemas["Link"]["description"]


def test_hyp_02_no_get_changes_anything(county: County, document: dict[str, Any]) -> None:
    before = county.get("/events?limit=1").json()["_meta"]
    for operation in operations(document):
        county.get(operation.address(), county.token("2281", "coordinator"))
    assert county.get("/events?limit=2").json()["_meta"] == before


@pytest.mark.parametrize("name", _WITH_LINKS)
def test_hyp_03_objects_and_lists_have_links(played: Played, name: str) -> None:
    assert played.answers[name]["_links"]


def test_hyp_03_links_lead_to_what_can_be_read(played: Played) -> None:
    hrefs = {link["href"] for _name, link in links(played.of_the_api) if link is not None}
    assert len(hrefs) > 15
    coordinator, admin = played.county.token("2281", "coordinator"), played.county.token("22", "county_admin")

    def status_of(href: str) -> int:
        by = {"Authorization": f"Bearer {admin if '/issuers' in href else coordinator}"}
        return played.county.client.get(href, headers=by).status_code

    # Told while the proposal was open; of one that has ended there is nothing to preview.
    hrefs = {href for href in hrefs if not href.endswith("/preview")}
    assert [href for href in sorted(hrefs) if status_of(href) != 200] == []


def test_hyp_04_a_proposal_tells_which_moves_are_open(played: Played) -> None:
    assert played.answers["proposal"]["allowedTransitions"] == ["withdraw"]


@pytest.mark.parametrize("name", _WITH_LINKS)
def test_hyp_05_what_has_links_has_one_to_itself(played: Played, name: str) -> None:
    for found in objects(played.answers[name]):
        assert "_links" not in found or found["_links"]["self"]["rel"] == "self"


def test_hyp_05_a_link_to_itself_gives_the_same_object(played: Played) -> None:
    for name in ("term", "guideline", "municipality"):
        shown = played.answers[name]
        assert played.county.client.get(shown["_links"]["self"]["href"]).json()["_links"] == shown["_links"]


def test_hyp_06_links_stand_under_names_as_hal_has_them(document: dict[str, Any]) -> None:
    holders = [told for _, field, told in fields(document) if field == "_links"]
    assert len(holders) > 10
    assert all("$ref" in told or told.get("type") == "null" for told in holders)


def test_hyp_07_a_link_that_is_not_there_is_null_and_not_an_empty_object(library: County) -> None:
    shown = library.get("/terms?limit=100").json()["_links"]
    assert (shown["next"], shown["prev"]) == (None, None)


def test_hyp_10_addresses_are_absolute(played: Played) -> None:
    assert [link["href"] for _, link in links(played.of_the_api) if not link["href"].startswith(f"{HOST}/")] == []


def test_hyp_10_no_header_of_a_request_can_change_them(library: County) -> None:
    sent = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;proto=http"}
    answer = library.client.get("/api/v1/terms/klarsprak", headers=sent)
    assert "evil" not in answer.text


def test_hyp_11_to_19_a_link_is_an_object_with_address_relation_and_method(played: Played) -> None:
    found = list(links(played.of_the_api))
    assert len(found) > 30
    for name, link in found:
        assert list(link) == ["href", "rel", "method"], name
        assert re.fullmatch(r"https://[^\s<>\"]+", link["href"]), name


def test_hyp_11_to_19_relations_are_of_the_iana_register(played: Played) -> None:
    assert {link["rel"] for _, link in links(played.of_the_api)} <= _REGISTERED


def test_hyp_11_to_19_the_address_takes_the_method(played: Played) -> None:
    for name, link in links(played.of_the_api):
        assert link["method"] == "GET", name
        answer = played.county.client.options(link["href"])
        assert name == "html" or "GET" in answer.headers["allow"], name


def test_hyp_11_to_19_the_document_declares_the_same_form(document: dict[str, Any]) -> None:
    link = document["components"]["schemas"]["Link"]
    assert set(link["required"]) == {"href", "rel", "method"}
    assert set(link["properties"]["method"]["enum"]) >= {"GET"}
