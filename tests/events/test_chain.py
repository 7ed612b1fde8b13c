"""The feed: no gap, no fork, no secret; what it says can be checked with nothing but the feed."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa

from tests.conftest import County, Store, serving
from tests.examples import DECISION_BODY
from tests.proposals.acts import amendment, draft, edit, move


def whole(county: County, by: str | None = None, stream: str = "public", limit: int = 40) -> list[dict[str, Any]]:
    """Read a stream from zero by its own links."""
    events: list[dict[str, Any]] = []
    path = f"/events?limit={limit}&stream={stream}"
    while True:
        page = county.get(path, by).json()
        events += page["items"]
        if page["_links"]["next"] is None:
            return events
        path = page["_links"]["next"]["href"].removeprefix(county.settings.api_url)


def check(events: list[dict[str, Any]]) -> None:
    """Compute the chain anew."""
    previous = "0" * 64
    for place, event in enumerate(events, start=1):
        assert event["sequence"] == place
        data_hash = event["dataHash"].removeprefix("sha256:")
        if event["salt"] is not None:
            data_hash = hashlib.sha256(event["salt"].encode() + rfc8785.dumps(event["data"])).hexdigest()
        head = {name: event[name] for name in ("sequence", "id", "kind", "subject", "organisation", "occurredAt")}
        digest = hashlib.sha256(previous.encode() + b"\n" + rfc8785.dumps(head | {"dataHash": data_hash})).hexdigest()
        assert event["dataHash"] == f"sha256:{data_hash}"
        assert event["previousHash"] == f"sha256:{previous}"
        assert event["hash"] == f"sha256:{digest}"
        previous = digest


def put(county: County, code: str, name: str) -> int:
    by = county.token(code, "integrator")
    return county.send("PUT", f"/municipalities/{code}/decisions/s/{name}", DECISION_BODY, by).status_code


def test_the_public_stream_is_whole_and_chained(library: County) -> None:
    events = whole(library)
    check(events)
    kinds = [event["kind"] for event in events]
    assert [kinds.count(kind) for kind in ("term.published", "guideline.published", "decision.recorded")] == [60, 8, 44]


def test_writers_at_once_leave_no_gap_and_no_fork(county: County) -> None:
    before = len(whole(county))
    writers = ("2260", "2262", "2280", "2281", "2282", "2283", "2284", "2281")

    def write(place: int) -> list[int]:
        return [put(county, writers[place], f"{place}-{number}") for number in range(5)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == [[201] * 5] * 8
    events = whole(county)
    check(events)
    assert len(events) == before + 40


def test_one_who_polls_while_others_write_misses_nothing(store: Store) -> None:
    url = store.copy()
    with serving(url) as county, ThreadPoolExecutor(8) as pool:
        writing = [pool.submit(put, county, "2281", str(number)) for number in range(40)]
        seen: list[int] = []
        while len(seen) < 158:
            done = all(job.done() for job in writing)
            page = county.get(f"/events?limit=1000&after={len(seen)}").json()["items"]
            seen += [event["sequence"] for event in page]
            assert page or not done, "events are missing"
        assert {job.result() for job in writing} == {201}
        assert seen == list(range(1, 159))
        check(whole(county))
    store.drop(url)


@pytest.mark.parametrize("limit", [1, 7, 117, 118, 119, 1000])
def test_pages_of_any_size_follow_upon_one_another(library: County, limit: int) -> None:
    assert [event["sequence"] for event in whole(library, limit=limit)] == list(range(1, 119))


def test_erased_data_leaves_a_tombstone_and_an_intact_chain(county: County) -> None:
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE event SET data = NULL, salt = NULL WHERE sequence = 70"))
    events = whole(county)
    assert (events[69]["data"], events[69]["salt"]) == (None, None)
    check(events)


def test_kinds_choose_by_name_or_by_noun(library: County) -> None:
    page = library.get("/events?limit=1000&kinds=guideline.*,decision.retracted").json()
    assert {event["kind"] for event in page["items"]} == {"guideline.published"}
    assert page["_meta"]["lastSequence"] == 118


def test_after_the_last_one_there_is_nothing_and_no_next(library: County) -> None:
    page = library.get("/events?after=118").json()
    assert (page["items"], page["_links"]["next"]) == ([], None)


def test_a_refused_change_tells_nothing(county: County) -> None:
    by = county.token("2281", "integrator")
    wrong = DECISION_BODY | {"version": "7.0"}
    assert county.send("PUT", "/municipalities/2281/decisions/s/1", wrong, by).status_code == 422
    assert county.get("/events?limit=1").json()["_meta"]["lastSequence"] == 118


def test_an_answer_tells_the_sequence_of_its_change_and_later_reads_may_ask_for_it(county: County) -> None:
    by = county.token("2281", "integrator")
    answer = county.send("PUT", "/municipalities/2281/decisions/s/1", DECISION_BODY, by)
    sequence = answer.headers["samsprak-sequence"]
    assert sequence == "119"
    fresh = county.get("/municipalities/2281/decisions/s/1", samsprak_min_sequence=sequence)
    assert fresh.status_code == 200
    assert county.get("/terms/digital-mognad", samsprak_min_sequence=sequence).status_code == 200
    assert county.get("/terms/digital-mognad", samsprak_min_sequence="120").status_code == 400
    assert county.get("/terms/digital-mognad", samsprak_min_sequence="x").status_code == 400


def test_an_organisations_own_stream_is_chained_too_and_opens_to_its_token_alone(county: County) -> None:
    draft(county, county.token("2281"), amendment(county, title="Ett hemligt utkast"))
    own = whole(county, county.token("2281", "coordinator"), "2281")
    check(own)
    assert [event["kind"] for event in own] == ["proposal.drafted"]
    assert county.get("/events?limit=1").json()["_meta"]["lastSequence"] == 118
    assert county.get("/events?stream=2281").status_code == 401
    assert county.get("/events?stream=2281", county.token("2260", "coordinator")).status_code == 403
    assert county.get("/events?stream=2281", county.token("2281", "reader")).status_code == 403


def test_the_public_stream_tells_of_a_proposal_from_its_submission_on(county: County) -> None:
    editor, decider = county.token("2281"), county.token("22", "county_editor")
    address = draft(county, editor, amendment(county, title="Ett hemligt utkast"))
    edit(county, address, editor, title="Ett förslag")
    move(county, address, "submit", editor)
    move(county, address, "return", decider, "Förklara.")
    edit(county, address, editor, title="Ett hemligt försök")
    move(county, address, "withdraw", editor)
    withdrawn = draft(county, editor, amendment(county, title="Ett hemligt utkast"))
    move(county, withdrawn, "withdraw", editor)
    told = [(event["kind"], event["data"]["title"]) for event in whole(county)[118:]]
    kinds = ("proposal.submitted", "proposal.returned", "proposal.withdrawn")
    assert told == [(kind, "Ett förslag") for kind in kinds]
    own = whole(county, county.token("2281", "coordinator"), "2281")
    check(own)
    names = ("drafted", "edited", "edited", "drafted", "withdrawn")
    assert [event["kind"] for event in own] == [f"proposal.{name}" for name in names]


def test_every_streams_own_sequence_begins_at_one(county: County) -> None:
    for code, role in (("2281", "editor"), ("2260", "editor"), ("22", "county_editor")):
        draft(county, county.token(code, role))
    for code, role in (("2281", "coordinator"), ("2260", "coordinator"), ("22", "county_admin")):
        [event] = whole(county, county.token(code, role), code)
        assert (event["sequence"], event["organisation"], event["previousHash"][7:]) == (1, code, "0" * 64)


def test_next_keeps_the_kinds_and_the_stream(county: County) -> None:
    editor, reader = county.token("2281"), county.token("2281", "integrator")
    address = draft(county, editor)
    for _ in range(3):
        edit(county, address, editor, title="Ett förslag")
    page = county.get("/events?stream=2281&kinds=proposal.edited&limit=2", reader).json()
    following = page["_links"]["next"]["href"].removeprefix(county.settings.api_url)
    items = county.get(following, reader).json()["items"]
    assert [event["sequence"] for event in (*page["items"], *items)] == [2, 3, 4]
    assert {event["kind"] for event in items} == {"proposal.edited"}
