"""How far municipalities have come with an introduction: recorded, kept, carried over, and brought together."""

from typing import Any

import httpx2
import pytest

from tests.conftest import County
from tests.edge.desk import check_problem
from tests.examples import READINESS_BODY
from tests.proposals.acts import amendment, approved, content_of

GUIDELINE = "gemensamt-sprak"
ADDRESS = f"/municipalities/2281/readiness/{GUIDELINE}"


def put(county: County, sent: Any, code: str = "2281", role: str = "coordinator", **headers: str) -> httpx2.Response:
    address = f"/municipalities/{code}/readiness/{GUIDELINE}"
    return county.send("PUT", address, sent, county.token(code, role), **headers)


def item(prerequisite: str, state: str = "done", **others: Any) -> dict[str, Any]:
    return {"prerequisite": prerequisite, "state": state, **others}


def shown(county: County) -> dict[str, tuple[str, str | None]]:
    """Give state and the version that was answered for, by prerequisite."""
    items = county.get(ADDRESS).raise_for_status().json()["items"]
    return {each["prerequisite"]: (each["state"], each["answeredFor"]) for each in items}


def test_it_is_created_once_and_replaced_by_those_who_have_read_it(county: County) -> None:
    check_problem(put(county, READINESS_BODY), 428, "precondition-required")
    made = put(county, READINESS_BODY, if_none_match="*")
    assert made.status_code == 201
    assert county.client.get(made.headers["location"]).json() == made.json()
    check_problem(put(county, READINESS_BODY, if_none_match="*"), 412, "precondition-failed")
    check_problem(put(county, READINESS_BODY, if_match='"7"'), 412, "precondition-failed")
    etag = county.get(ADDRESS).headers["etag"]
    same = put(county, READINESS_BODY, if_match=etag)
    assert (same.status_code, same.json()["revision"]) == (200, 1)
    assert put(county, {"items": [item("1")]}, if_match=etag).json()["revision"] == 2
    check_problem(put(county, READINESS_BODY, if_match=etag), 412, "precondition-failed")


def test_every_revision_is_kept_and_told_in_the_feed(county: County) -> None:
    put(county, READINESS_BODY, if_none_match="*")
    put(county, {"items": []}, if_match='"1"')
    listed = county.get(f"{ADDRESS}/revisions").json()["items"]
    assert [(each["revision"], len(each["items"])) for each in listed] == [(2, 0), (1, 2)]
    assert listed[1]["items"][0]["trainings"] == [{"targetGroup": "leaders", "heldOn": "2026-10-05"}]
    last = county.get("/events?kinds=readiness.recorded").json()["items"][-1]
    assert (last["subject"], last["organisation"]) == (ADDRESS.removeprefix("/"), "2281")
    assert last["data"] == listed[0]


def test_what_is_left_out_is_not_started_and_what_does_not_apply_is_not_counted(county: County) -> None:
    sent = {"items": [item("1"), item("2", "not_applicable", note="Finns redan."), item("3", "started")]}
    told = put(county, sent, if_none_match="*").json()
    assert {each["prerequisite"]: each["state"] for each in told["items"]} == {
        "1": "done",
        "2": "not_applicable",
        "3": "started",
        "4": "not_started",
    }
    assert (told["done"], told["applicable"]) == (1, 3)


def test_answers_to_what_reads_the_same_carry_over_to_a_new_version(county: County) -> None:
    put(county, {"items": [item("1"), item("2"), item("3", "started")]}, if_none_match="*")
    content = content_of(county, GUIDELINE)
    first, second, third, *_ = content["introductionPrerequisites"]
    content["introductionPrerequisites"] = [
        {"id": "a", "text": third["text"]},
        {"id": "1", "text": {"sv": "Kommunen har utsett två kontaktpersoner för ordlistan."}},
        {"id": "2", "text": second["text"]},
    ]
    approved(county, amendment(county, content=content, changeKind="major"))
    assert first["text"] != content["introductionPrerequisites"][1]["text"]
    assert shown(county) == {"a": ("started", "1.0"), "1": ("not_started", None), "2": ("done", "1.0")}
    put(county, {"version": "2.0", "items": [item("1")]}, if_match='"1"')
    assert shown(county) == {"a": ("not_started", None), "1": ("done", "2.0"), "2": ("not_started", None)}


FAULTS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "an unknown prerequisite": ({"items": [item("99")]}, ("/items/0/prerequisite", "unknown-prerequisite")),
    "the same twice": ({"items": [item("1"), item("1")]}, ("/items/1/prerequisite", "repeated-prerequisite")),
    "no reason why not": ({"items": [item("1", "not_applicable")]}, ("/items/0/note", "missing")),
    "an unknown state": ({"items": [item("1", "nästan")]}, ("/items/0/state", "unknown-value")),
    "an unknown version": ({"version": "9.0", "items": []}, ("/version", "unknown-version")),
    "an unknown kind of help": ({"items": [], "needsHelpWith": ["pengar"]}, ("/needsHelpWith/0", "unknown-value")),
    "help twice": (
        {"items": [], "needsHelpWith": ["training", "training"]},
        ("/needsHelpWith/1", "repeated-value"),
    ),
    "needed and offered": (
        {"items": [], "needsHelpWith": ["training"], "canHelpWith": ["training"]},
        ("/canHelpWith/0", "needed-too"),
    ),
    "an unknown group": (
        {"items": [item("1", trainings=[{"targetGroup": "alla", "heldOn": "2026-10-05"}])]},
        ("/items/0/trainings/0/targetGroup", "unknown-value"),
    ),
    "a day that is none": (
        {"items": [item("1", trainings=[{"targetGroup": "staff", "heldOn": "i går"}])]},
        ("/items/0/trainings/0/heldOn", "not-a-day"),
    ),
    "an unknown field": ({"items": [], "status": "klar"}, ("/status", "unknown-field")),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_named_and_nothing_is_stored(county: County, name: str) -> None:
    sent, expected = FAULTS[name]
    [fault] = check_problem(put(county, sent, if_none_match="*"), 422, "invalid-input")["errors"]
    assert (fault["pointer"], fault["code"]) == expected
    check_problem(county.get(ADDRESS), 404, "not-found")


def test_nobody_speaks_for_another_and_what_is_not_there_is_not_found(county: County) -> None:
    by = county.token("2260", "coordinator")
    check_problem(county.send("PUT", ADDRESS, READINESS_BODY, by, if_none_match="*"), 403, "forbidden")
    check_problem(put(county, READINESS_BODY, role="editor", if_none_match="*"), 403, "forbidden")
    elsewhere = ADDRESS.replace(GUIDELINE, "okand-riktlinje")
    token = county.token("2281", "coordinator")
    check_problem(county.send("PUT", elsewhere, READINESS_BODY, token, if_none_match="*"), 404, "not-found")
    for path in (elsewhere, f"{ADDRESS}/revisions", "/municipalities/9999/readiness"):
        check_problem(county.get(path), 404, "not-found")


def help_of(county: County, code: str, needs: list[str], offers: list[str]) -> None:
    put(
        county, {"items": [], "needsHelpWith": needs, "canHelpWith": offers}, code, if_none_match="*"
    ).raise_for_status()


def found(county: County, query: str = "") -> list[tuple[str, list[str], list[str]]]:
    items = county.get(f"/support-matches?{query}").raise_for_status().json()["items"]
    return [
        (each["help"], [town["code"] for town in each["needs"]], [town["code"] for town in each["offers"]])
        for each in items
    ]


def test_those_who_need_help_and_those_who_can_give_it_are_brought_together(county: County) -> None:
    help_of(county, "2281", ["training", "consultants"], ["own_staff"])
    help_of(county, "2262", ["training"], ["consultants"])
    help_of(county, "2260", [], ["training"])
    everything = [
        ("own_staff", [], ["2281"]),
        ("consultants", ["2281"], ["2262"]),
        ("training", ["2262", "2281"], ["2260"]),
    ]
    assert found(county) == everything
    assert found(county, "matched=true") == everything[1:]
    assert found(county, "municipality=2260") == everything[2:]
    assert found(county, "help=consultants") == everything[1:2]
    assert found(county, "guideline=behov-och-nytta") == []
    check_problem(county.get("/support-matches?help=pengar"), 422, "invalid-input")


def test_a_municipality_shows_all_guidelines_that_it_has_said_something_of(county: County) -> None:
    put(county, READINESS_BODY, if_none_match="*")
    told = county.get("/municipalities/2281/readiness").json()
    assert [each["guideline"] for each in told["items"]] == [GUIDELINE]
    assert told["items"][0] == county.get(ADDRESS).json()
