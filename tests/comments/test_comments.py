"""Comments on proposals: on what, seen by whom, carried over or outdated, answered and resolved."""

from typing import Any

import httpx2
import pytest

from tests.conftest import County
from tests.proposals.acts import APPROVAL, amendment, content_of, decide, draft, edit, etag, move, submitted
from tests.proposals.test_terms import correction

NEVER_MADE = "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
PLACE = "/provisions/1.4/text/sv"


@pytest.fixture
def owner(county: County) -> str:
    return county.token("2281")


@pytest.fixture
def other(county: County) -> str:
    return county.token("2260")


@pytest.fixture
def moderator(county: County) -> str:
    return county.token("22", "county_editor")


def say(county: County, address: str, by: str, path: str | None = None, **more: Any) -> httpx2.Response:
    return county.send("POST", f"{address}/comments", {"path": path, "text": "Vad menas?", **more}, by)


def said(county: County, address: str, by: str, path: str | None = None, **more: Any) -> dict[str, Any]:
    answer = say(county, address, by, path, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def resolve(
    county: County, comment: dict[str, Any], by: str, outcome: str | None, revision: int = 1
) -> httpx2.Response:
    address = f"/proposals/{comment['proposal']}/comments/{comment['id']}"
    return county.send("PATCH", address, {"resolution": outcome}, by, if_match=f'"{revision}"')


def listed(county: County, address: str, by: str | None = None, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = county.get(f"{address}/comments{query}", by).raise_for_status().json()["items"]
    return items


def kinds(county: County, stream: str, by: str | None) -> list[str]:
    events = county.get(f"/events?limit=100&kinds=comment.*&stream={stream}", by).raise_for_status().json()
    return [event["kind"] for event in events["items"]]


def test_any_organisation_comments_on_what_is_submitted_and_all_see_it(county: County, owner: str, other: str) -> None:
    address = submitted(county, owner)
    answer = say(county, address, other, PLACE)
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"] == made["_links"]["self"]["href"]
    assert (made["organisation"], made["path"], made["visibility"]) == ("2260", PLACE, "public")
    assert (made["submission"], made["outdated"], made["resolution"]) == (1, False, None)
    assert listed(county, address) == [made]
    read = county.get(f"{address}/comments/{made['id']}")
    assert (read.json(), read.headers["etag"][:3]) == (made, '"1.')
    assert kinds(county, "public", None) == ["comment.made"]
    # The proposal itself has not changed by being spoken of.
    assert edit(county, address, owner, title="x").status_code == 409


def test_a_comment_on_a_draft_stays_with_its_organisation(county: County, owner: str, other: str) -> None:
    address = draft(county, owner)
    assert say(county, address, other).status_code == 404
    private = said(county, address, owner, PLACE)
    assert (private["visibility"], private["submission"]) == ("organisation", None)
    move(county, address, "submit", owner).raise_for_status()
    assert listed(county, address) == listed(county, address, other) == []
    assert [each["id"] for each in listed(county, address, owner)] == [private["id"]]
    assert county.get(f"{address}/comments/{private['id']}", other).status_code == 404
    assert resolve(county, private, county.token("22", "county_editor"), "Nej").status_code == 404
    # An answer to what others may not know of is as one to nothing.
    assert [say(county, address, other, inReplyTo=asked).json()["errors"] for asked in (private["id"], NEVER_MADE)] == [
        [{"pointer": "/inReplyTo", "code": "unknown-comment", "detail": "is not the id of a comment on this proposal"}]
    ] * 2
    assert said(county, address, owner, inReplyTo=private["id"])["visibility"] == "organisation"
    assert kinds(county, "public", None) == []
    assert kinds(county, "2281", county.token("2281", "coordinator")) == ["comment.made"] * 2


def test_comments_on_a_returned_text_are_private_unless_they_answer_public_ones(
    county: County, owner: str, other: str, moderator: str
) -> None:
    address = submitted(county, owner)
    public = said(county, address, other)
    move(county, address, "return", moderator, "Förtydliga.").raise_for_status()
    assert said(county, address, owner, inReplyTo=public["id"])["visibility"] == "public"
    assert said(county, address, owner)["visibility"] == "organisation"
    assert said(county, address, other)["visibility"] == "public"
    assert [len(listed(county, address, by)) for by in (None, other, owner)] == [3, 3, 4]


def test_a_thread_is_listed_together_and_resolved_as_a_whole(
    county: County, owner: str, other: str, moderator: str
) -> None:
    address = submitted(county, owner)
    first, second = said(county, address, other, PLACE), said(county, address, moderator)
    answer = said(county, address, owner, inReplyTo=first["id"])
    again = said(county, address, other, PLACE, inReplyTo=answer["id"])
    assert (answer["path"], again["thread"], again["inReplyTo"]) == (PLACE, first["id"], answer["id"])
    assert [each["id"] for each in listed(county, address)] == [first["id"], answer["id"], again["id"], second["id"]]
    assert resolve(county, answer, owner, "Vi ändrar.").status_code == 409
    done = resolve(county, first, owner, "Vi ändrar.")
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert (done.json()["resolution"], done.json()["resolvedBy"]) == ("Vi ändrar.", "2281")
    assert [len(listed(county, address, query=f"?resolved={word}")) for word in ("true", "false")] == [3, 1]
    opened = resolve(county, first, moderator, None, revision=2).json()
    assert (opened["resolution"], opened["resolvedBy"], opened["resolvedAt"], opened["text"]) == (
        None,
        None,
        None,
        first["text"],
    )
    assert kinds(county, "public", None) == ["comment.made"] * 4 + ["comment.resolved"] * 2


def test_who_may_not_resolve_is_told_and_a_stale_reader_too(county: County, owner: str, other: str) -> None:
    address = submitted(county, owner)
    comment = said(county, address, other)
    assert resolve(county, comment, other, "Klart").status_code == 403
    assert resolve(county, comment, owner, "Klart", revision=2).status_code == 412
    path = f"{address}/comments/{comment['id']}"
    assert county.send("PATCH", path, {"resolution": "Klart"}, owner).status_code == 428
    assert county.send("PATCH", path, {"resolution": "Klart", "text": "Nytt"}, owner, if_match='"1"').status_code == 422
    assert county.send("DELETE", path, None, owner).status_code == 405
    assert resolve(county, {**comment, "id": NEVER_MADE}, owner, "Klart").status_code == 404


def test_a_comment_is_carried_over_while_what_it_is_about_stands(
    county: County, owner: str, other: str, moderator: str
) -> None:
    address = submitted(county, owner)
    paths = (None, "/provisions/1.4", PLACE, "/provisions/1.3", "/purpose", "/workEnvironment")
    for path in paths:
        said(county, address, other, path)
    move(county, address, "return", moderator, "Förtydliga.").raise_for_status()
    content = county.get(address, owner).json()["content"]
    changed, kept = content["provisions"][3], content["provisions"][2]
    changed["text"]["sv"] = "En helt annan text."
    kept["number"], changed["number"] = "1.4", "1.3"
    edit(county, address, owner, content=content).raise_for_status()
    outdated = {path: path in ("/provisions/1.4", PLACE) for path in paths}
    # Others still see the text that was submitted, and their comments on it.
    assert {each["path"]: each["outdated"] for each in listed(county, address)} == dict.fromkeys(paths, False)
    move(county, address, "submit", owner).raise_for_status()
    # The provisions have changed numbers, and the comments go with them.
    moved = {
        "/provisions/1.4": "/provisions/1.3",
        PLACE: "/provisions/1.3/text/sv",
        "/provisions/1.3": "/provisions/1.4",
    }
    assert {each["path"]: each["outdated"] for each in listed(county, address)} == {
        moved.get(str(path), path): old for path, old in outdated.items()
    }
    assert [each["path"] for each in listed(county, address, query="?path=/provisions/1.3")] == [
        "/provisions/1.3",
        "/provisions/1.3/text/sv",
    ]
    assert [each["submission"] for each in listed(county, address)] == [1] * len(paths)
    assert said(county, address, other)["submission"] == 2


def test_what_a_proposal_removes_can_be_commented_on_until_it_is_back(
    county: County, owner: str, other: str, moderator: str
) -> None:
    content = content_of(county)
    removed = content["provisions"].pop(2)
    address = submitted(county, owner, amendment(county, content=content))
    path = f"/provisions/{removed['number']}"
    assert not said(county, address, other, path)["outdated"]
    move(county, address, "return", moderator, "Behåll den.").raise_for_status()
    content["provisions"].insert(2, removed)
    edit(county, address, owner, content=content).raise_for_status()
    move(county, address, "submit", owner).raise_for_status()
    assert [(each["path"], each["outdated"]) for each in listed(county, address)] == [(path, True)]


def test_a_path_to_nothing_is_refused(county: County, owner: str) -> None:
    address = draft(county, owner)
    for path in (
        *("", "/", "purpose", "/purpose/", "/provisions/9.9", "/provisions/1.4/key", "/provisions/1", "/purpose/s"),
        *("/provisions/1.4/text/sv/0", "/PURPOSE", "/constructor", "/provisions//1.4", "/" + "a" * 500),
        *(7, ["/purpose"], "/purpose\u202e", "/purpose\n"),
    ):
        answer = say(county, address, owner, path)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/path"), path


def test_words_of_a_term_can_be_commented_on(county: County, owner: str, other: str) -> None:
    address = submitted(county, owner, correction(county))
    for path in ("/labels/sv", "/labels/sv/preferred/digital mognad", "/definitions", "/reviewDue"):
        assert said(county, address, other, path)["path"] == path
    assert len(listed(county, address, query="?path=/labels")) == 2
    assert listed(county, address, query="?path=/notes") == []


def test_nothing_is_said_after_the_end(county: County, owner: str, other: str, moderator: str) -> None:
    decided, withdrawn = submitted(county, owner), submitted(county, owner)
    comments = [said(county, address, other) for address in (decided, withdrawn)]
    decide(county, decided, moderator, APPROVAL).raise_for_status()
    move(county, withdrawn, "withdraw", owner).raise_for_status()
    for address, comment in zip((decided, withdrawn), comments, strict=True):
        assert say(county, address, other).status_code == 409
        assert resolve(county, comment, owner, "Klart").status_code == 409
        assert [each["id"] for each in listed(county, address)] == [comment["id"]]


def test_an_answer_stands_where_the_comment_stands(county: County, owner: str, other: str) -> None:
    address, elsewhere = submitted(county, owner), submitted(county, owner)
    comment = said(county, address, other, PLACE)
    assert (
        say(county, address, owner, "/purpose", inReplyTo=comment["id"]).json()["errors"][0]["code"] == "another-path"
    )
    assert say(county, elsewhere, owner, inReplyTo=comment["id"]).json()["errors"][0]["code"] == "unknown-comment"


def test_a_retry_comments_once_and_moves_no_proposal(county: County, owner: str, other: str) -> None:
    address = submitted(county, owner)
    before = etag(county, address, owner).partition(".")[0]
    body = {"text": "Vad menas?"}
    made = [county.send("POST", f"{address}/comments", body, other, idempotency_key="ett").json() for _ in range(2)]
    assert made[0] == made[1]
    assert len(listed(county, address)) == 1
    assert etag(county, address, owner).partition(".")[0] == before
