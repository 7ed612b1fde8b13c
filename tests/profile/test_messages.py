"""AME, ARQ, ARP and DOT: bodies, headers, codes, days and instants."""

import re
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import pytest

from db.vocabulary import AdoptionStatus, Alignment
from tests.conftest import County
from tests.examples import DECISION_BODY
from tests.profile.conftest import Played
from tests.profile.surface import (
    CAMEL_CASE,
    OF_THE_TOKEN_ENDPOINT,
    fields,
    forms,
    media_types,
    objects,
    operations,
)

# Adjectives and participles of SKOS, which have no plural: skos:broader, narrower, related; cited by what.
_NO_PLURAL = {
    *("broader", "narrower", "related", "citedBy", "invited", "unanswered", "changed", "removed", "missing"),
    # Counts are named after the field that they count.
    *("domain", "language", "audience", "letter"),
    # As the contract has them: that with which somebody needs help, or can help.
    *("needsHelpWith", "canHelpWith"),
}
_JSON = {"application/json", "application/problem+json"}
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANTS = {
    "startedAt",
    "queuedAt",
    "nextAttemptAt",
    "failingSince",
    "resolvedAt",
    "madeAt",
    "signedAt",
    "publishedAt",
    "extendedAt",
    "closedAt",
    "statedAt",
    "changedAt",
    "createdAt",
    "disabledAt",
    "lastUsedAt",
    "submittedAt",
    "recordedAt",
    "occurredAt",
}


def test_ame_01_every_body_is_json_and_only_some_come_in_another_form_too(document: dict[str, Any]) -> None:
    others = {
        where
        for operation in operations(document)
        for where, media_type, _ in media_types(operation)
        if media_type not in _JSON
    }
    redlines = (
        "guidelines/{guidelineId}/versions/{number}",
        "terms/{termId}/versions/{number}",
        "proposals/{proposalId}",
    )
    assert others == {
        "POST /oauth2/token body",
        "GET /adoption-matrix 200",
        "GET /calendar 200",
        "GET /deviations 200",
        "GET /maturity-results 200",
        "GET /events/stream 200",
        "GET /feed 200",
        "GET /statistics 200",
        "GET /guidelines/{guidelineId}/versions/{number}/package 200",
        "GET /divergences 200",
        "GET /proposals/{proposalId}/rounds/{roundNumber}/sheet 200",
        *(f"GET /{changed}/diff 200" for changed in redlines),
    }


def test_ame_02_who_asks_for_nothing_gets_json(library: County) -> None:
    for accept in ({}, {"accept": "*/*"}, {"accept": "application/json"}):
        answer = library.client.get("/api/v1/adoption-matrix", headers=accept)
        assert answer.headers["content-type"] == "application/json"


def test_ame_04_field_names_are_camel_case_in_the_document(document: dict[str, Any]) -> None:
    assert [
        f"{schema}.{field}"
        for schema, field, _ in fields(document)
        if not CAMEL_CASE.fullmatch(field) and schema not in OF_THE_TOKEN_ENDPOINT
    ] == []


def test_ame_04_field_names_are_camel_case_in_real_answers(played: Played) -> None:
    # The words in a map of roles are the issuer's own; readings and stands are counted by their words.
    foreign = played.answers["issuer"]["roleMap"].keys() | played.answers.keys() | set(Alignment) | set(AdoptionStatus)
    names = {name for found in objects(played.of_the_api) for name in found if name not in foreign}
    assert len(names) > 100
    assert [name for name in names if not CAMEL_CASE.fullmatch(name)] == []


def test_ame_05_no_other_convention_is_used_outside_the_token_endpoint(document: dict[str, Any]) -> None:
    mixed = {schema for schema, field, _ in fields(document) if "_" in field.lstrip("_") or "-" in field}
    assert mixed == OF_THE_TOKEN_ENDPOINT


def test_ame_05_query_and_path_parameters_follow_the_same_convention(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in [*operation.parameters("query"), *operation.parameters("path")]:
            assert CAMEL_CASE.fullmatch(parameter["name"]), f"{operation} {parameter['name']}"


def test_ame_06_lists_are_named_in_the_plural(document: dict[str, Any]) -> None:
    named = {field for _, field, told in fields(document) if any(form.get("type") == "array" for form in forms(told))}
    assert len(named) > 15
    assert {name for name in named if not name.endswith("s")} == _NO_PLURAL


def test_ame_07_field_names_are_alphanumeric(document: dict[str, Any]) -> None:
    for schema, field, _ in fields(document):
        assert re.fullmatch("[a-zA-Z0-9_]+", field), f"{schema}.{field}"


def test_arq_01_bodies_are_utf_8_and_nothing_else(county: County) -> None:
    editor = county.token("2281")
    sent = {"Authorization": f"Bearer {editor}", "Content-Type": "application/json; charset=iso-8859-1"}
    assert county.client.post("/api/v1/proposals", content=b"{}", headers=sent).status_code == 415
    assert county.raw("POST", "/proposals", '{"title": "å"}'.encode("latin-1"), editor).status_code == 400
    answer = county.send("POST", "/proposals", {"title": "åäö"}, editor)
    assert answer.status_code == 422
    assert "å" in county.get("/guidelines/gemensamt-sprak").content.decode("utf-8")


def test_arq_02_authorization_and_content_type_are_heeded(library: County) -> None:
    assert library.get("/events?stream=2281", library.token("2281", "coordinator")).status_code == 200
    assert library.get("/events?stream=2281").status_code == 401
    sent = {"Authorization": f"Bearer {library.token('2281')}", "Content-Type": "text/plain"}
    assert library.client.post("/api/v1/proposals", content=b"{}", headers=sent).status_code == 415


def test_arq_03_accept_etag_and_cache_control_are_used(library: County) -> None:
    address = "/adoption-matrix?asOf=2026-06-30"
    assert library.get(address, accept="text/csv").headers["content-type"].startswith("text/csv")
    answer = library.get(address)
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert library.get(address, if_none_match=answer.headers["etag"]).status_code == 304


def test_arq_05_no_header_carries_payload(document: dict[str, Any]) -> None:
    taken = {parameter["name"] for operation in operations(document) for parameter in operation.parameters("header")}
    assert taken == {
        "traceparent",
        "X-Request-Id",
        "If-None-Match",
        "If-Match",
        "Idempotency-Key",
        "Samsprak-Min-Sequence",
        "Last-Event-ID",
    }


def test_arq_06_a_repeated_put_changes_nothing(county: County) -> None:
    sender, address = county.token("2281", "integrator"), "/municipalities/2281/decisions/platina/KS-1"
    before = county.get("/events?limit=1").json()["_meta"]["lastSequence"]
    results = [county.send("PUT", address, DECISION_BODY, sender).json()["result"] for _ in range(3)]
    assert results == ["created", "unchanged", "unchanged"]
    assert county.get("/events?limit=1").json()["_meta"]["lastSequence"] == before + 1


def test_arq_06_get_head_and_options_leave_the_feed_as_it_was(library: County, document: dict[str, Any]) -> None:
    before = library.get("/events?limit=1").json()["_meta"]["lastSequence"]
    for operation in operations(document):
        for method in ("GET", "HEAD", "OPTIONS"):
            library.send(method, operation.address())
    assert library.get("/events?limit=2").json()["_meta"]["lastSequence"] == before


def test_arp_02_every_code_in_the_document_is_a_registered_one(document: dict[str, Any]) -> None:
    codes = {int(code) for operation in operations(document) for code in operation.told["responses"]}
    assert codes <= {status.value for status in HTTPStatus}


@pytest.mark.parametrize(
    ("path", "code"),
    [("/terms", 200), ("/terms/nothing", 404), ("/terms?limit=x", 422), ("/events?stream=22", 401), ("/terms/", 404)],
)
def test_arp_02_real_answers_use_them_as_http_has_it(library: County, path: str, code: int) -> None:
    assert library.get(path).status_code == code


def test_arp_03_created_answers_tell_where(county: County, document: dict[str, Any]) -> None:
    sender, address = county.token("2281", "integrator"), "/municipalities/2281/decisions/platina/KS-1"
    made = county.send("PUT", address, DECISION_BODY, sender)
    assert made.status_code == 201
    assert made.headers["location"] == f"{county.settings.api_url}{address}"
    assert county.client.get(made.headers["location"]).json() == made.json()["decision"]
    for operation in operations(document):
        if "201" in operation.told["responses"]:
            assert "Location" in operation.told["responses"]["201"]["headers"], str(operation)


def test_arp_03_a_new_proposal_and_its_decision_tell_where(county: County, played: Played) -> None:
    editor, decider = county.token("2281"), county.token("22", "county_editor")
    made = county.send("POST", "/proposals", played.answers["proposal-create"], editor)
    assert county.client.get(made.headers["location"], headers={"Authorization": f"Bearer {editor}"}).status_code == 200
    address = f"/proposals/{made.json()['id']}"
    moved = county.send("POST", f"{address}/transitions", {"action": "submit"}, editor, if_match=made.headers["etag"])
    body = played.answers["proposal-decision"]
    decided = county.send("POST", f"{address}/decision", body, decider, if_match=moved.headers["etag"])
    assert decided.status_code == 201
    assert county.client.get(decided.headers["location"]).json() == decided.json()


def test_arp_04_nothing_is_accepted_for_later(document: dict[str, Any]) -> None:
    assert [str(operation) for operation in operations(document) if "202" in operation.told["responses"]] == []


def test_dot_01_days_and_instants_are_declared_with_an_example(document: dict[str, Any]) -> None:
    found = 0
    for schema, field, told in fields(document):
        for form in forms(told):
            if form.get("format") == "date":
                date.fromisoformat(form["example"])
            elif form.get("format") == "date-time":
                assert _INSTANT.fullmatch(form["example"]), f"{schema}.{field}"
            found += form.get("format") in ("date", "date-time")
    assert found > 30


def test_dot_01_what_is_a_day_has_no_time(played: Played) -> None:
    for found in objects(played.of_the_api):
        for name, value in found.items():
            if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}", value) and name not in _INSTANTS:
                assert _DAY.fullmatch(value), f"{name}: {value}"


@pytest.mark.parametrize(
    "day", ["2026-11-23T00:00:00Z", "2026-11-23T10:00:00+02:00", "20261123", "23/11/2026", 20261123]
)
def test_dot_01_a_day_is_sent_in_one_form(county: County, day: object) -> None:
    body = DECISION_BODY | {"decidedOn": day}
    answer = county.send("PUT", "/municipalities/2281/decisions/a/1", body, county.token("2281", "integrator"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/decidedOn"


def test_dot_02_no_body_asks_for_an_instant_and_one_parameter_takes_it_with_its_offset(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    sent = {
        "ProposalCreate",
        "ProposalUpdate",
        "Transition",
        "ProposalDecision",
        "DecisionRecord",
        "DecisionRetraction",
        "InterpretationRecord",
    }
    assert sent <= schemas.keys()
    for name in sent:
        assert "date-time" not in str(schemas[name]), name
    taking = [str(operation) for operation in operations(document) if "date-time" in str(operation.told["parameters"])]
    assert taking == ["GET /terms"]


def test_dot_02_instants_come_back_in_utc(played: Played) -> None:
    instants = [
        value for found in objects(played.of_the_api) for name, value in found.items() if name in _INSTANTS and value
    ]
    assert len(instants) > 8
    assert [instant for instant in instants if not _INSTANT.fullmatch(instant)] == []


def test_dot_03_no_instant_is_without_an_offset(played: Played) -> None:
    for found in objects(played.of_the_api):
        for name, value in found.items():
            if name.endswith("At") and value is not None:
                assert datetime.fromisoformat(value).utcoffset() is not None, name


def test_dot_04_the_offset_is_written_z(played: Played) -> None:
    for found in objects(played.of_the_api):
        assert all(value.endswith("Z") for name, value in found.items() if name.endswith("At") and value is not None)


def test_ame_05_the_names_of_the_token_endpoint_are_those_of_rfc_6749(played: Played) -> None:
    assert set(played.answers["token"]) == {"access_token", "token_type", "expires_in", "scope"}
