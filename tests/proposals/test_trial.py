"""What is told before a proposal is filed: collisions, a preview, and what was rejected before. Nothing is stored."""

from typing import Any

import pytest

from tests.conftest import County
from tests.proposals.acts import APPROVAL, REJECTION, amendment, decide, draft, submitted
from tests.proposals.test_terms import MINOR, correction, creation, retirement


@pytest.fixture
def editor(county: County) -> str:
    return county.token("2281")


@pytest.fixture
def decider(county: County) -> str:
    return county.token("22", "county_editor")


def tried(county: County, body: dict[str, Any], by: str) -> dict[str, Any]:
    answer = county.send("POST", "/proposals?dryRun=true", body, by)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["valid"] is True
    return found


def words(county: County, *values: str, **other: Any) -> dict[str, Any]:
    """Write a proposal of a new term with these Swedish words, the first one preferred."""
    kinds = ["preferred", *["alternative"] * (len(values) - 1)]
    labels = [{"language": "sv", "kind": kind, "value": value} for kind, value in zip(kinds, values, strict=True)]
    return creation(county, content={"domain": "grundbegrepp", "labels": labels, **other})


def test_a_trial_stores_nothing_and_tells_what_would_change(county: County, editor: str) -> None:
    before = [
        county.get(f"/events?limit=1&stream={stream}", county.token("2281", "coordinator")).json()["_meta"]
        for stream in ("public", "2281")
    ]
    told = tried(county, correction(county), editor)
    assert (told["collisions"], told["preview"]["version"]) == ([], "1.1")
    assert [change["after"] for change in told["preview"]["changes"]] == ["digitala mognads"]
    assert tried(county, creation(county), editor)["preview"]["version"] == "1.0"
    assert tried(county, retirement(county), editor)["preview"] is None
    told = tried(county, amendment(county), editor)
    assert told["preview"]["changes"][0]["path"] == "/provisions/1.4/text/sv"
    after = [
        county.get(f"/events?limit=1&stream={stream}", county.token("2281", "coordinator")).json()["_meta"]
        for stream in ("public", "2281")
    ]
    assert after == before
    assert county.get("/proposals", editor).json()["items"] == []


def test_a_trial_spends_no_idempotency_key(county: County, editor: str) -> None:
    body = creation(county)
    key = {"Idempotency-Key": "ett"}
    assert county.send("POST", "/proposals?dryRun=true", body, editor, **key).status_code == 200
    made = county.send("POST", "/proposals", body, editor, **key)
    assert made.status_code == 201
    assert county.send("POST", "/proposals", body, editor, **key).json() == made.json()


def test_a_word_of_another_term_is_told_with_its_kind_and_what_to_use(county: County, editor: str) -> None:
    told = tried(county, words(county, "Digital  mognad", "tillgänglig ordlista"), editor)["collisions"]
    [word] = [each for each in told if each["kind"] == "word"]
    assert (word["pointer"], word["termId"], word["use"]) == (
        "/content/labels/0/value",
        "digital-mognad",
        "digital mognad",
    )
    assert word["matched"] == {"value": "digital mognad", "kind": "preferred", "language": "sv", "form": None}


def test_what_is_deprecated_leads_to_its_replacement(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor, retirement(county))
    decide(county, address, decider, APPROVAL | {"inForceFrom": MINOR["inForceFrom"]}).raise_for_status()
    [word] = tried(county, words(county, "digital mognad"), editor)["collisions"]
    assert (word["termId"], word["use"]) == ("digital-mognad", "digitalisering")


def test_the_word_itself_and_what_it_said_before_collide_with_nothing(county: County, editor: str) -> None:
    assert tried(county, correction(county), editor)["collisions"] == []
    in_english = words(county, "digital maturity")
    assert tried(county, in_english, editor)["collisions"] == []


def test_a_word_that_only_looks_like_another_is_told(county: County, editor: str) -> None:
    cyrillic = "digital mоgnad"
    [lookalike] = tried(county, words(county, cyrillic), editor)["collisions"]
    assert (lookalike["kind"], lookalike["termId"]) == ("lookalike", "digital-mognad")


def test_nearly_the_same_definition_is_told(county: County, editor: str) -> None:
    definition = next(
        each for each in county.get("/terms/digital-mognad").json()["definitions"] if each["style"] == "standard"
    )
    near = definition | {"text": definition["text"].replace(" och ", " samt ", 1) + " Ja."}
    body = words(county, "ett helt nytt ord", definitions=[near])
    [like] = tried(county, body, editor)["collisions"]
    assert (like["kind"], like["pointer"]) == ("definition", "/content/definitions/0/text")
    assert (like["termId"], like["use"]) == ("digital-mognad", "digital mognad")
    assert 80 <= like["similarity"] < 100


def test_a_rejected_proposal_is_remembered(county: County, editor: str, decider: str) -> None:
    rejected = submitted(county, editor, words(county, "digital tvilling"))
    decide(county, rejected, decider, REJECTION).raise_for_status()
    again = words(county, "Digital tvilling") | {"target": {"type": "term", "id": "tvilling"}}
    other = county.token("2260")
    [collision] = tried(county, again, other)["collisions"]
    assert collision["detail"] == "a like proposal was rejected"
    assert collision["proposal"] == {
        "id": rejected.rpartition("/")[2],
        "organisation": "2281",
        "status": "rejected",
        "action": "create",
        "title": again["title"],
        "decidedOn": REJECTION["decidedOn"],
        "body": REJECTION["body"],
        "reason": REJECTION["reason"],
    }
    made = county.send("POST", "/proposals", again, other)
    assert made.json()["resembles"] == [collision["proposal"]]
    same_target = county.send("POST", "/proposals", amendment(county), other).json()
    assert same_target["resembles"] == []


def test_the_draft_of_another_organisation_is_no_likeness(county: County, editor: str) -> None:
    mine = draft(county, editor, amendment(county, title="Vårt utkast"))
    assert tried(county, amendment(county), county.token("2260"))["collisions"] == []
    [collision] = tried(county, amendment(county), editor)["collisions"]
    assert (collision["detail"], collision["proposal"]["id"]) == ("a like proposal is draft", mine.rpartition("/")[2])


def test_a_trial_is_refused_as_the_proposal_would_be(county: County, editor: str) -> None:
    faulty = correction(county)
    faulty["content"] = faulty["content"] | {"domain": "saknas"}
    for body, by in (
        (faulty, editor),
        (correction(county, baseVersion="9.0"), editor),
        (creation(county, target={"type": "term", "id": "digital-mognad"}), editor),
        (correction(county), county.token("2281", "reader", scopes=["guidelines:propose"])),
    ):
        told, meant = (county.send("POST", f"/proposals{query}", body, by) for query in ("?dryRun=true", ""))
        assert told.status_code == meant.status_code >= 400
        assert told.json() | {"instance": ""} == meant.json() | {"instance": ""}


def test_whether_it_is_a_trial_is_told_by_true_or_false(county: County, editor: str) -> None:
    for value in ("1", "yes", "TRUE", "", "true&dryRun=false"):
        answer = county.send("POST", f"/proposals?dryRun={value}", correction(county), editor)
        assert answer.status_code == 422, value
        assert answer.json()["errors"][0]["pointer"].startswith("/query")
    assert county.send("POST", "/proposals?dry_run=true", correction(county), editor).status_code == 422
    assert county.send("POST", "/proposals?dryRun=false", correction(county), editor).status_code == 201
