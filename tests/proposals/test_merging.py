"""A text whose target has moved on: merged where it can be, shown three times where it cannot, over HTTP."""

from typing import Any

import pytest

from tests.conftest import County
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


@pytest.fixture
def editor(county: County) -> str:
    return county.token("2260")


@pytest.fixture
def decider(county: County) -> str:
    return county.token("22", "county_editor")


def rewritten(county: County, place: int, text: str, **other: Any) -> dict[str, Any]:
    """Write a proposal on version 1.0 that says something else in one provision."""
    content = county.get(f"/guidelines/{GUIDELINE}/versions/1.0").json()["content"]
    content["provisions"][place]["text"]["sv"] = text
    return amendment(county, content=content, **other)


def kind_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def test_changes_in_different_provisions_are_merged_at_the_approval(county: County, editor: str, decider: str) -> None:
    late = submitted(county, editor, rewritten(county, 0, "Vår nya text."))
    approved(county, rewritten(county, 1, "Deras nya text."))
    assert decide(county, late, decider, APPROVAL).json()["publishedVersion"] == "1.2"
    told = county.get(late).json()
    assert (told["baseVersion"], told["rebasedFrom"], told["status"]) == ("1.1", "1.0", "approved")
    version = county.get(f"/guidelines/{GUIDELINE}/versions/1.2").json()
    assert (version["content"], version["contentHash"]) == (told["content"], told["contentHash"])
    texts = [provision["text"]["sv"] for provision in version["content"]["provisions"]]
    assert texts[:2] == ["Vår nya text.", "Deras nya text."]
    [change] = county.get(f"{late}/diff").json()["changes"]
    assert change["path"] == "/provisions/1.1/text/sv"
    told = county.get("/events?kinds=proposal.approved&limit=100").json()["items"][-1]["data"]
    assert (told["baseVersion"], told["rebasedFrom"]) == ("1.1", "1.0")


def test_a_draft_is_merged_when_it_is_submitted(county: County, editor: str) -> None:
    late = draft(county, editor, rewritten(county, 0, "Vår nya text."))
    approved(county, rewritten(county, 1, "Deras nya text."))
    told = move(county, late, "submit", editor).raise_for_status().json()
    assert (told["baseVersion"], told["rebasedFrom"]) == ("1.1", "1.0")
    assert told["content"]["provisions"][1]["text"]["sv"] == "Deras nya text."
    event = county.get("/events?kinds=proposal.submitted&limit=100").json()["items"][-1]
    assert (event["data"]["baseVersion"], event["data"]["rebasedFrom"]) == ("1.1", "1.0")


def test_a_contradiction_is_shown_and_resolved_by_a_change(county: County, editor: str, decider: str) -> None:
    late = submitted(county, editor, rewritten(county, 0, "Vår nya text."))
    approved(county, rewritten(county, 0, "Deras nya text."))
    before = county.get(late).content
    refused = decide(county, late, decider, APPROVAL)
    assert kind_of(refused) == (409, "merge-conflict")
    [conflict] = refused.json()["conflicts"]
    assert conflict.pop("base").startswith("Kommunen ska använda länets gemensamma ordlista")
    assert conflict == {"path": "/provisions/1.1/text/sv", "theirs": "Deras nya text.", "ours": "Vår nya text."}
    assert (refused.json()["baseVersion"], refused.json()["newestVersion"]) == ("1.0", "1.1")
    assert county.get(late).content == before
    move(county, late, "return", decider, "Samma bestämmelse har ändrats.").raise_for_status()
    assert kind_of(move(county, late, "submit", editor)) == (409, "merge-conflict")
    assert kind_of(edit(county, late, editor, baseVersion="1.1")) == (409, "merge-conflict")
    content = content_of(county)
    content["provisions"][0]["text"]["sv"] = "Bådas nya text."
    told = edit(county, late, editor, baseVersion="1.1", content=content).raise_for_status().json()
    assert (told["baseVersion"], told["rebasedFrom"]) == ("1.1", None)
    move(county, late, "submit", editor).raise_for_status()
    assert decide(county, late, decider, APPROVAL).json()["publishedVersion"] == "1.2"
    assert content_of(county)["provisions"][0]["text"]["sv"] == "Bådas nya text."


def test_another_base_alone_merges_the_working_text(county: County, editor: str) -> None:
    late = draft(county, editor, rewritten(county, 0, "Vår nya text."))
    approved(county, rewritten(county, 1, "Deras nya text."))
    told = edit(county, late, editor, baseVersion="1.1", title="Nu på 1.1").raise_for_status().json()
    assert (told["title"], told["baseVersion"], told["rebasedFrom"]) == ("Nu på 1.1", "1.1", "1.0")
    texts = [provision["text"]["sv"] for provision in told["content"]["provisions"]]
    assert texts[:2] == ["Vår nya text.", "Deras nya text."]


def test_what_has_changed_is_not_ended_unseen(county: County, editor: str, decider: str) -> None:
    late = submitted(county, editor, amendment(county, action="retire", content=None))
    approved(county)
    refused = decide(county, late, decider, APPROVAL)
    assert kind_of(refused) == (409, "version-moved")
    assert (refused.json()["baseVersion"], refused.json()["newestVersion"]) == ("1.0", "1.1")
    move(county, late, "return", decider, "Läs 1.1 först.").raise_for_status()
    edit(county, late, editor, baseVersion="1.1").raise_for_status()
    move(county, late, "submit", editor).raise_for_status()
    assert decide(county, late, decider, APPROVAL).status_code == 201
