"""A closer look at a proposal: its earlier texts, what it would become, whom it would touch, what it lacks."""

from typing import Any

import pytest

from tests.conftest import County
from tests.examples import DECISION, DECISION_BODY
from tests.interpretations.acts import put
from tests.proposals.acts import (
    APPROVAL,
    GUIDELINE,
    amendment,
    approved,
    content_of,
    decide,
    draft,
    edit,
    move,
    submitted,
)
from tests.proposals.test_process import NEW
from tests.proposals.test_terms import correction, creation, retirement


@pytest.fixture
def editor(county: County) -> str:
    return county.token("2281")


@pytest.fixture
def decider(county: County) -> str:
    return county.token("22", "county_editor")


def look(county: County, path: str, by: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = county.get(path, by).raise_for_status().json()
    return found


def amended(county: County, place: int, word: str, **other: Any) -> dict[str, Any]:
    content = content_of(county)
    content["provisions"][place]["text"]["sv"] += f" {word}"
    return amendment(county, content=content, **other)


def test_each_submitted_text_is_kept_and_edits_between_are_not_shown(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor)
    first = look(county, address)
    move(county, address, "return", decider, "Förtydliga.").raise_for_status()
    edit(county, address, editor, title="En mellanrubrik").raise_for_status()
    edit(county, address, editor, title="En ny rubrik").raise_for_status()
    assert look(county, f"{address}/submissions", editor)["_meta"]["totalRecords"] == 1
    move(county, address, "submit", editor).raise_for_status()
    items = look(county, f"{address}/submissions")["items"]
    assert [(each["number"], each["title"]) for each in items] == [(2, "En ny rubrik"), (1, first["title"])]
    for each in items:
        read = look(county, each["_links"]["self"]["href"].partition("/api/v1")[2])
        assert {name: read[name] for name in each} == each
        assert (read["content"], read["contentHash"]) == (first["content"], first["contentHash"])
    for number in ("3", "0", "one", "1000001", "9" * 19):
        assert county.get(f"{address}/submissions/{number}").status_code == 404


def test_a_preview_is_what_an_approval_publishes(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor, amended(county, 0, "Och mer.", changeKind="major"))
    approved(county, amended(county, 2, "Och annat."))
    shown = look(county, f"{address}/preview")
    assert (shown["baseVersion"], shown["newestVersion"], shown["version"]) == ("1.0", "1.1", "2.0")
    assert (shown["conflicts"], shown["missing"]) == ([], [])
    assert [change["path"] for change in shown["changes"]] == ["/provisions/1.1/text/sv"]
    decide(county, address, decider, APPROVAL | {"inForceFrom": "2026-04-01"}).raise_for_status()
    assert look(county, f"/guidelines/{GUIDELINE}/versions/2.0")["content"] == shown["content"]
    assert county.get(f"{address}/preview").status_code == 409


def test_a_preview_tells_where_it_cannot_be_merged(county: County, editor: str) -> None:
    address = submitted(county, editor, amended(county, 0, "Och mer."))
    approved(county, amended(county, 0, "Och annat."))
    shown = look(county, f"{address}/preview")
    assert (shown["version"], shown["content"], shown["changes"]) == (None, None, [])
    [place] = shown["conflicts"]
    assert (place["path"], place["ours"][-8:], place["theirs"][-10:]) == (
        "/provisions/1.1/text/sv",
        "Och mer.",
        "Och annat.",
    )


def test_a_preview_of_what_is_new_or_ends(county: County, editor: str) -> None:
    new, ends = draft(county, editor, creation(county)), draft(county, editor, retirement(county))
    repealed = draft(county, editor, amendment(county, action="retire", content=None))
    assert county.get(f"{new}/preview").status_code == 404
    shown = [look(county, f"{address}/preview", editor) for address in (new, ends, repealed)]
    assert [(each["newestVersion"], each["version"]) for each in shown] == [
        (None, "1.0"),
        ("1.0", "1.1"),
        ("1.0", None),
    ]


def test_what_a_guideline_touches_is_told_by_municipality(county: County, editor: str) -> None:
    put(county, "2260", "riktlinje").raise_for_status()
    body = DECISION_BODY | {"decidedOn": "2026-11-01", "validFrom": "2026-11-01"}
    county.send("PUT", DECISION, body, county.token("2281", "integrator")).raise_for_status()
    effects = {"minor": "carries_over", "major": "decision_needed"}
    for kind, effect in effects.items():
        shown = look(county, f"{submitted(county, editor, amended(county, 2, 'Mer.', changeKind=kind))}/impact")
        assert [each["guideline"] for each in shown["guidelines"]] == [GUIDELINE]
        mine = [each for each in shown["adoptions"] if each["municipality"] == "2281"]
        assert [(each["version"], each["effect"]) for each in mine] == [("1.0", effect)]
        assert {each["guideline"] for each in shown["adoptions"]} == {GUIDELINE}
        [deviation] = [each for each in shown["deviations"] if each["municipality"] == "2281"]
        assert (deviation["provision"], deviation["changes"]) == ("1.3", True)
        assert all(each["termId"] in content_of(county)["terms"] for each in shown["interpretations"])
    elsewhere = look(county, f"{submitted(county, editor, amended(county, 0, 'Mer.'))}/impact")
    assert [each["changes"] for each in elsewhere["deviations"] if each["municipality"] == "2281"] == [False]
    ends = submitted(county, editor, amendment(county, action="retire", content=None))
    assert {each["effect"] for each in look(county, f"{ends}/impact")["adoptions"]} == {"unchanged"}
    new = draft(county, editor, amendment(county, **NEW))
    assert look(county, f"{new}/impact", editor) | {"interpretations": []} == {
        "guidelines": [],
        "interpretations": [],
        "adoptions": [],
        "deviations": [],
    }


def test_what_a_term_touches_is_told_by_municipality(county: County, editor: str) -> None:
    body = correction(county)
    term = body["target"]["id"]
    put(county, "2260", term).raise_for_status()
    for kind in ("minor", "major"):
        shown = look(county, f"{submitted(county, editor, body | {'changeKind': kind})}/impact")
        readings = shown["interpretations"]
        assert "2260" in [each["municipality"] for each in readings]
        assert {(each["termId"], each["reviewed"]) for each in readings} == {(term, kind == "major")}
        citing = {each["guideline"] for each in look(county, f"/terms/{term}")["citedBy"]}
        assert {each["guideline"] for each in shown["guidelines"]} == citing
        assert {each["guideline"] for each in shown["adoptions"]} <= citing
        assert {each["effect"] for each in shown["adoptions"]} <= {"unchanged"}


def test_a_draft_may_lack_what_a_submitted_guideline_must_have(county: County, editor: str) -> None:
    content = content_of(county)
    content["horizontalAssessment"]["genderEquality"]["measure"] = None
    content["horizontalAssessment"]["environment"] = None
    content |= {"introductionPrerequisites": [], "targetGroups": []}
    pointers = [
        "/content/horizontalAssessment/genderEquality/measure",
        "/content/horizontalAssessment/environment",
        "/content/introductionPrerequisites",
        "/content/targetGroups",
    ]
    body = amendment(county, content=content)
    tried = county.send("POST", "/proposals?dryRun=true", body, editor).json()
    assert [each["pointer"] for each in tried["missing"]] == pointers
    address = draft(county, editor, body)
    assert [each["pointer"] for each in look(county, address, editor)["missing"]] == pointers
    refused = move(county, address, "submit", editor)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "incomplete-text")
    assert [each["pointer"] for each in refused.json()["errors"]] == pointers
    whole = content_of(county)
    equality = whole["horizontalAssessment"]["genderEquality"]
    equality |= {"measure": None, "noMeasureReason": {"sv": "Ingen skillnad väntas."}}
    edit(county, address, editor, content=whole).raise_for_status()
    assert look(county, address, editor)["missing"] == []
    move(county, address, "submit", editor).raise_for_status()


def test_what_two_changes_together_take_away_is_not_published(county: County, editor: str, decider: str) -> None:
    def without(*places: int) -> dict[str, Any]:
        content = content_of(county)
        kept = [item for place, item in enumerate(content["targetGroups"]) if place not in places]
        return amendment(county, content=content | {"targetGroups": kept})

    address = submitted(county, editor, without(0, 1))
    approved(county, without(2))
    answer = decide(county, address, decider, APPROVAL)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (409, "/content/targetGroups")
    assert look(county, f"/guidelines/{GUIDELINE}")["newestVersion"] == "1.1"


def test_the_seeded_guidelines_lack_nothing(library: County) -> None:
    token = library.token("2281")
    for guideline in look(library, "/guidelines")["items"]:
        body = amendment(library, target={"type": "guideline", "id": guideline["id"]}, content=guideline["content"])
        tried = library.send("POST", "/proposals?dryRun=true", body, token).raise_for_status().json()
        assert tried["missing"] == [], guideline["id"]
