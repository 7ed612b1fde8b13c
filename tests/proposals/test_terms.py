"""Words changed by proposals: made, corrected, retired, over HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api import clock
from tests.conftest import County
from tests.proposals.acts import APPROVAL, REJECTION, decide, draft, edit, etag, move, submitted

TERM = "digital-mognad"
TODAY = clock.today().isoformat()
MINOR = APPROVAL | {"inForceFrom": TODAY, "override": None}
OVERRIDDEN = APPROVAL | {"inForceFrom": TODAY}
CONTENT = (
    *("domain", "labels", "definitions", "notes"),
    *("broader", "related", "matches", "replacedBy", "reviewDue"),
)


@pytest.fixture
def editor(county: County) -> str:
    return county.token("2281")


@pytest.fixture
def decider(county: County) -> str:
    return county.token("22", "county_editor")


def term(county: County, term_id: str = TERM) -> dict[str, Any]:
    found: dict[str, Any] = county.get(f"/terms/{term_id}").raise_for_status().json()
    return found


def content_of(county: County, term_id: str = TERM) -> dict[str, Any]:
    [newest, *_] = county.get(f"/terms/{term_id}/versions").raise_for_status().json()["items"]
    return {name: newest["content"][name] for name in CONTENT}


def correction(county: County, **other: Any) -> dict[str, Any]:
    """Write a proposal that adds an inflected form to a word."""
    content = content_of(county)
    content["labels"][0]["forms"].append("digitala mognads")
    return {
        "target": {"type": "term", "id": TERM},
        "action": "amend",
        "baseVersion": "1.0",
        "changeKind": "minor",
        "title": "En böjning till",
        "reason": "Formen saknas.",
        "content": content,
        **other,
    }


def creation(county: County, **other: Any) -> dict[str, Any]:
    labels = [{"language": "sv", "kind": "preferred", "value": "digital tvilling", "forms": [], "reason": None}]
    content = content_of(county) | {"labels": labels, "broader": [], "related": [TERM], "matches": []}
    target = {"type": "term", "id": "digital-tvilling"}
    more = {"target": target, "action": "create", "baseVersion": None, "content": content}
    return correction(county) | more | other


def retirement(county: County, **other: Any) -> dict[str, Any]:
    return correction(county) | {"action": "retire", "content": None, "replacedBy": "digitalisering"} | other


def test_a_minor_correction_of_a_word_needs_no_round(county: County, editor: str, decider: str) -> None:
    body = correction(county)
    address = submitted(county, editor, body)
    assert county.get(f"/proposals/{address.rpartition('/')[2]}").json()["content"] == body["content"]
    answer = decide(county, address, decider, MINOR)
    assert (answer.status_code, answer.json()["publishedVersion"], answer.json()["override"]) == (201, "1.1", None)
    shown = term(county)
    assert (shown["version"], shown["status"]) == ("1.1", "approved")
    assert shown["labels"][0]["forms"][-1] == "digitala mognads"
    assert shown["validFrom"] == TODAY
    [newest, *_] = county.get(f"/terms/{TERM}/versions").json()["items"]
    assert newest["changeNote"] == {"sv": body["reason"]}
    proposal = county.get(address).json()
    assert newest["contentHash"] == proposal["contentHash"]
    assert proposal["_links"]["target"]["href"].endswith(f"/terms/{TERM}")
    assert county.get(f"{address}/diff").json()["changes"]


# Which approvals of a submitted proposal need a round or an override.
NEED = {
    "minor amendment": (correction, {}, False),
    "major amendment": (correction, {"changeKind": "major"}, True),
    "creation": (creation, {}, True),
    "retirement": (retirement, {}, True),
}


def test_all_but_a_minor_correction_needs_a_round_or_an_override(county: County, editor: str, decider: str) -> None:
    for name, (write, other, needs) in NEED.items():
        address = submitted(county, editor, write(county, **other))
        if needs:
            answer = decide(county, address, decider, MINOR)
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "round-rule-unmet"), name
        decide(county, address, decider, REJECTION).raise_for_status()


def test_a_new_word_is_approved_as_1_0(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor, creation(county))
    proposal = county.get(address).json()
    assert (proposal["number"], proposal["_links"]["target"]) == (None, None)
    assert county.get("/terms/digital-tvilling").status_code == 404
    assert decide(county, address, decider, OVERRIDDEN).json()["publishedVersion"] == "1.0"
    made = term(county, "digital-tvilling")
    assert (made["version"], made["status"], made["related"]) == ("1.0", "approved", [TERM])
    assert "digital-tvilling" in term(county)["related"]
    assert county.get("/suggestions?q=digital tvilling").json()["items"][0]["termId"] == "digital-tvilling"
    again = county.send("POST", "/proposals", creation(county), editor)
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "conflict")


def test_a_retired_word_is_deprecated_and_names_its_replacement(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor, retirement(county))
    assert county.get(address).json()["replacedBy"] == "digitalisering"
    assert decide(county, address, decider, OVERRIDDEN).json()["publishedVersion"] == "1.1"
    shown = term(county)
    assert (shown["status"], shown["replacedBy"]) == ("deprecated", "digitalisering")
    listed = county.get("/terms?limit=100").json()["items"]
    assert TERM not in {item["id"] for item in listed}
    again = submitted(county, editor, retirement(county, baseVersion="1.1"))
    assert decide(county, again, decider, OVERRIDDEN).status_code == 409
    corrected = submitted(county, editor, correction(county, baseVersion="1.1"))
    decide(county, corrected, decider, MINOR).raise_for_status()
    assert term(county)["status"] == "deprecated"


def test_a_rejection_leaves_the_word(county: County, editor: str, decider: str) -> None:
    address, before = submitted(county, editor, correction(county)), county.get(f"/terms/{TERM}").content
    decide(county, address, decider, REJECTION).raise_for_status()
    assert county.get(f"/terms/{TERM}").content == before


# What a term's proposal cannot say: the changed members, the pointer, the code.
FAULTS = """
{"target": {"type": "term", "id": "saknas"}} /target/id unknown-term
{"target": {"type": "guideline", "id": "digital-mognad"}} /content unknown-field
{"target": {"type": "guideline", "id": "saknas"}, "action": "retire", "content": null} /target/id unknown-guideline
{"baseVersion": "7.0"} /baseVersion unknown-version
{"replacedBy": "digitalisering"}  replaced-by-of-kept
{"action": "retire", "content": null, "replacedBy": "digital-mognad"} /replacedBy self-relation
{"action": "retire", "content": null, "replacedBy": "saknas"} /replacedBy unknown-term
{"content": {"domain": "saknas"}} /content/domain unknown-domain
{"content": {"broader": ["digital-mognad"]}} /content/broader/0 self-relation
{"content": {"related": ["saknas"]}} /content/related/0 unknown-term
{"content": {"replacedBy": "saknas"}} /content/replacedBy unknown-term
{"content": {"labels": []}} /content/labels too-short
{"content": {"labels": null}} /content/labels list-type
{"content": {"provisions": []}} /content/provisions unknown-field
""".strip()


def test_a_faulty_text_of_a_word_is_pointed_at_and_nothing_stored(county: County, editor: str) -> None:
    perfect = correction(county)
    for row in FAULTS.splitlines():
        changes, pointer, code = row.rsplit(" ", 2)
        other = json.loads(changes)
        if other.get("content"):
            other["content"] = perfect["content"] | other["content"]
        answer = county.send("POST", "/proposals", perfect | other, editor)
        assert answer.status_code == 422, row
        told = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
        assert any(where.startswith(pointer) and what == code for where, what in told), (row, told)
    assert county.get("/proposals", editor).json()["items"] == []


def test_a_change_is_of_the_same_kind_as_its_proposal(county: County, editor: str) -> None:
    address = draft(county, editor, correction(county))
    guideline = county.get("/guidelines/gemensamt-sprak").json()["content"]
    answer = edit(county, address, editor, content=guideline)
    assert answer.json()["errors"][0]["code"] == "content-of-another-type"
    answer = edit(county, address, editor, content=correction(county)["content"] | {"domain": "saknas"})
    assert answer.json()["errors"][0]["pointer"] == "/content/domain"
    assert edit(county, address, editor, replacedBy="digitalisering").status_code == 422
    ending = draft(county, editor, retirement(county))
    assert edit(county, ending, editor, replacedBy=None).json()["replacedBy"] is None


@pytest.mark.parametrize(
    ("scope", "write", "status"),
    [
        ("terms:propose", correction, 201),
        ("guidelines:propose", correction, 403),
    ],
)
def test_words_and_guidelines_have_each_their_scope(county: County, scope: str, write: Any, status: int) -> None:
    only = county.token("2281", "reader", scopes=[scope])
    answer = county.send("POST", "/proposals", write(county), only)
    assert answer.status_code == status, answer.text
    if status == 201:
        address = f"/proposals/{answer.json()['id']}"
        assert move(county, address, "submit", only).status_code == 200


def test_a_text_that_no_longer_fits_the_glossary_is_not_published(county: County, editor: str, decider: str) -> None:
    """Two terms that would each be broader than the other: each proposal is in order by itself."""
    first, second = "digital-mognad", "digitalisering"
    addresses = []
    for narrow, broad in ((first, second), (second, first)):
        content = content_of(county, narrow) | {"broader": [broad], "related": []}
        body = correction(county, target={"type": "term", "id": narrow}, content=content)
        addresses.append(submitted(county, editor, body))
    assert decide(county, addresses[0], decider, MINOR).status_code == 201
    refused = decide(county, addresses[1], decider, MINOR)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "conflict")
    assert {error["pointer"] for error in refused.json()["errors"]} <= {"/broader/0", "/related"}
    assert term(county, second)["version"] == "1.0"
    assert county.get(addresses[1]).json()["status"] == "submitted"


def test_a_word_that_is_broader_here_and_related_there_is_a_conflict(county: County, editor: str, decider: str) -> None:
    late = draft(county, editor, correction(county, content=content_of(county) | {"broader": ["e-tjanst"]}))
    theirs = content_of(county)
    theirs["related"] = [*theirs["related"], "e-tjanst"]
    decide(county, submitted(county, editor, correction(county, content=theirs)), decider, MINOR).raise_for_status()
    answer = move(county, late, "submit", editor)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "merge-conflict")
    assert [conflict["path"] for conflict in answer.json()["conflicts"]] == ["/related"]


def test_of_two_approvals_at_once_one_is_published_and_the_other_refused(county: County, editor: str) -> None:
    address = submitted(county, editor, correction(county))
    read = etag(county, address, None)
    deciders = [county.token("22", "county_editor", subject=name) for name in ("anna", "berit", "cilla", "disa")]
    with ThreadPoolExecutor() as pool:
        statuses = list(
            pool.map(
                lambda by: county.send("POST", f"{address}/decision", MINOR, by, if_match=read).status_code, deciders
            )
        )
    assert sorted(statuses) == [201, 412, 412, 412]
    assert [item["number"] for item in county.get(f"/terms/{TERM}/versions").json()["items"]] == ["1.1", "1.0"]


def test_two_corrections_approved_at_once_are_both_published(county: County, editor: str) -> None:
    addresses = []
    for form in ("mognads", "mognaders"):
        content = content_of(county)
        content["labels"][0]["forms"].append(form)
        addresses.append(submitted(county, editor, correction(county, content=content)))
    deciders = [county.token("22", "county_editor", subject=name) for name in ("anna", "berit")]
    with ThreadPoolExecutor() as pool:
        answers = list(
            pool.map(lambda pair: decide(county, pair[0], pair[1], MINOR), zip(addresses, deciders, strict=True))
        )
    assert sorted(answer.json()["publishedVersion"] for answer in answers) == ["1.1", "1.2"]
    assert {"mognads", "mognaders"} <= set(term(county)["labels"][0]["forms"])
