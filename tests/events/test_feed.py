"""The feed for readers: valid Atom, complete, and safe whatever the texts hold."""

import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from api.events.atom import Entry, Links, atom_feed
from tests.conftest import HOST, County
from tests.examples import DECISION_BODY, INTERPRETATION, INTERPRETATION_BODY
from tests.proposals.acts import amendment, approved, submitted
from tests.rounds.acts import SUPPORT, referral
from tests.terms.acts import amended, publish

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<script>alert(1)</script> ]]> &amp; </content> å\u2028 \N{GRINNING FACE}"
DECISION = "/municipalities/2281/decisions/s/1"


def read(county: County, query: str = "") -> ET.Element:
    """Read the feed, and hold it to RFC 4287."""
    answer = county.get(f"/feed?{query}".rstrip("?")).raise_for_status()
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.content)
    check(root)
    return root


def check(root: ET.Element) -> None:
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            [found] = element.findall(f"{ATOM}{name}")
            assert found.text, name
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(set(links)) == len(links)
        assert all((link.get("href") or "").startswith(HOST) for link in element.findall(f"{ATOM}link"))
    for entry in root.findall(f"{ATOM}entry"):
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", entry.findtext(f"{ATOM}id") or "")
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        assert [content.get("type") for content in entry.findall(f"{ATOM}content")] == ["html"]
    assert any(link.get("rel") == "self" for link in root.findall(f"{ATOM}link"))


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") or "" for entry in root.findall(f"{ATOM}entry")]


def newest(county: County, query: str = "") -> tuple[str, str]:
    """Give the newest entry's title and text."""
    entry = read(county, query).findall(f"{ATOM}entry")[0]
    return entry.findtext(f"{ATOM}title") or "", entry.findtext(f"{ATOM}content") or ""


def link(root: ET.Element, rel: str) -> str | None:
    found = [each.get("href") for each in root.findall(f"{ATOM}link") if each.get("rel") == rel]
    return found[0] if found else None


def decide(county: County, revision: int = 1, **more: Any) -> None:
    body = DECISION_BODY | {"sourceRevision": revision} | more
    county.send("PUT", DECISION, body, county.token("2281", "integrator")).raise_for_status()


def test_its_pages_hold_every_public_event_once_the_newest_first(library: County) -> None:
    seen, address = [], "/feed?limit=50"
    while address:
        root = ET.fromstring(library.get(address).content)
        check(root)
        seen += [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
        address = (link(root, "next") or "").removeprefix(f"{HOST}/api/v1")
    events = library.get("/events?after=0&limit=1000").json()["items"]
    assert seen == [f"urn:uuid:{event['id']}" for event in reversed(events)]


def test_a_decision_is_told_with_its_reason_and_its_deviations(county: County) -> None:
    decide(county)
    title, text = newest(county)
    assert title == "Sundsvall har med ändringar antagit Gemensamt språk för digital utveckling"
    for said in ("§ 141", "KS 2026/42", DECISION_BODY["reason"], "Stödet för förslag är inte upphandlat."):
        assert said in text
    county.send("PUT", DECISION, {"retracted": True, "sourceRevision": 9}, county.token("2281", "integrator"))
    assert newest(county)[0] == "Sundsvall har dragit tillbaka ett beslut"


def test_a_new_version_is_told_by_its_redline_and_why(county: County) -> None:
    content = county.get("/guidelines/gemensamt-sprak").json()["content"]
    content["provisions"][3]["text"]["sv"] += " Barn ska höras."
    approved(county, amendment(county, content=content, reason="Barn ska få komma till tals."))
    title, text = newest(county, "kinds=guideline.*")
    assert title.startswith("Riktlinjen Gemensamt språk för digital utveckling, version 1.1")
    assert "Barn ska få komma till tals." in text
    assert re.search(r"<ins>[^<]*Barn ska höras\.</ins>", text)


def test_a_term_is_told_whole_when_it_is_new_and_by_its_redline_when_it_changes(county: County) -> None:
    content = county.get("/terms/digital-mognad/versions/1.0").json()["content"]
    assert "Definition" in newest(county, "kinds=term.*")[1]
    content["definitions"][0]["text"] += " Och så vidare."
    publish(county, amended("digital-mognad", content, note={"sv": "Ett tillägg."}))
    title, text = newest(county, "kinds=term.*")
    assert title == "Ändrat: begreppet digital mognad, version 1.1"
    assert "Ett tillägg." in text
    assert "Och så vidare." in text


def test_the_joint_process_is_told_in_words(county: County) -> None:
    address, moderator = submitted(county, county.token("2281"), amendment(county)), county.token("22", "county_editor")
    title = county.get(address).json()["title"]
    assert newest(county)[0] == f"Inlämnat: {title}"
    etag = county.get(address).headers["etag"]
    county.send("POST", f"{address}/rounds", referral(), moderator, if_match=etag).raise_for_status()
    assert newest(county, "kinds=round.*")[0] == f"Ute på remiss: {title}"
    answer = SUPPORT | {"position": "oppose", "reason": "Vi hinner inte."}
    county.send(
        "POST", f"{address}/rounds/1/statements", answer, county.token("2260", "coordinator")
    ).raise_for_status()
    found, text = newest(county)
    assert found == f"Ånge avstyrker: {title}"
    assert "Vi hinner inte." in text
    comment = {"path": "/provisions/1.4", "text": "Vad menas?"}
    county.send("POST", f"{address}/comments", comment, county.token("2260")).raise_for_status()
    assert "Vad menas?" in newest(county)[1]


def test_a_reading_is_told_in_the_municipalitys_words(county: County) -> None:
    coordinator = county.token("2281", "coordinator")
    county.send("PUT", INTERPRETATION, INTERPRETATION_BODY, coordinator, if_none_match="*").raise_for_status()
    title, text = newest(county)
    assert title == "Så läser Sundsvall begreppet digital mognad"
    assert INTERPRETATION_BODY["wording"]["sv"] in text  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "kind", "organisation"),
    [
        ("kinds=decision.*", "decision.", None),
        ("kinds=guideline.published", "guideline.published", None),
        ("municipality=2281", "", "2281"),
        ("municipality=2281&kinds=decision.*", "decision.", "2281"),
    ],
)
def test_it_is_chosen_by_kind_and_municipality(
    library: County, query: str, kind: str, organisation: str | None
) -> None:
    events = library.get("/events?after=0&limit=1000").json()["items"]
    wanted = [
        f"urn:uuid:{event['id']}"
        for event in reversed(events)
        if event["kind"].startswith(kind) and organisation in (None, event["organisation"])
    ]
    root = read(library, f"{query}&limit=100")
    assert [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")] == wanted[:100]


def test_of_a_guideline_it_has_versions_proposals_and_decisions(county: County) -> None:
    address = submitted(county, county.token("2281"), amendment(county))
    county.send("POST", f"{address}/comments", {"text": "Vad menas?"}, county.token("2260")).raise_for_status()
    decide(county)
    found = read(county, "guideline=gemensamt-sprak&limit=100")
    kinds = [entry.find(f"{ATOM}category").get("term") for entry in found.findall(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert kinds[:3] == ["decision.recorded", "comment.made", "proposal.submitted"]
    assert kinds[-1] == "guideline.published"
    assert sum(kind == "guideline.published" for kind in kinds) == 1
    other = read(county, "guideline=ledning-mandat-uppfoljning&limit=100")
    assert "comment.made" not in [each.get("term") for each in other.iter(f"{ATOM}category")]


def test_hostile_texts_stay_texts(county: County) -> None:
    decide(county, reason=HOSTILE)
    text = newest(county)[1]
    assert set(re.findall(r"<([a-z]+)", text)) <= {"ul", "li", "p", "strong", "div", "em", "br"}
    assert "&lt;script&gt;" in text


def test_what_xml_cannot_hold_is_replaced() -> None:
    at = datetime.fromisoformat("2026-11-24T09:00:00Z")
    links = Links(f"{HOST}/self", f"{HOST}/first", None, f"{HOST}/")
    entry = Entry(f"urn:uuid:{'0' * 36}", "x.y", "a\x00b\x0b\ufffe", "c\x1b", f"{HOST}/", at, "d\x08")
    root = ET.fromstring(atom_feed(f"{HOST}/feed", "e\x7f\x01", at, links, [entry]))
    check(root)
    assert titles(root) == ["a\ufffdb\ufffd\ufffd"]


def test_it_is_kept_until_something_changes(county: County) -> None:
    first = county.get("/feed")
    assert first.headers["cache-control"].startswith("public")
    assert county.get("/feed", if_none_match=first.headers["etag"]).status_code == 304
    decide(county)
    again = county.get("/feed", if_none_match=first.headers["etag"])
    assert again.status_code == 200
    assert ET.fromstring(again.content).findtext(f"{ATOM}id") == ET.fromstring(first.content).findtext(f"{ATOM}id")


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("municipality=9999", "/query/municipality", "unknown-municipality"),
        ("municipality=x", "/query/municipality", "wrong-form"),
        ("guideline=saknas", "/query/guideline", "unknown-guideline"),
        ("kinds=*", "/query/kinds", "wrong-form"),
        ("limit=101", "/query/limit", "less-than-equal"),
        ("before=0", "/query/before", "greater-than-equal"),
        ("kind=term.*", "/query/kind", "unknown-field"),
    ],
)
def test_what_cannot_be_chosen_is_told(library: County, query: str, pointer: str, code: str) -> None:
    answer = library.get(f"/feed?{query}")
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


def test_pages_tell_where_it_is(library: County) -> None:
    assert 'type="application/atom+xml" href="/api/v1/feed"' in library.get("/").text
    assert 'href="/api/v1/feed?guideline=gemensamt-sprak"' in library.get("/riktlinjer/gemensamt-sprak").text
