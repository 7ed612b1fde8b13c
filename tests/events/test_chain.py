"""The feed: no gap, no fork, no secret; what it says can be checked with nothing but the feed."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import rfc8785

from tests.conftest import County
from tests.examples import DECISION_BODY


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
    jobs = [(code, f"{code}-{number}") for code in ("2260", "2262", "2280", "2281") for number in range(5)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda job: put(county, *job), jobs)) == {201}
    events = whole(county)
    check(events)
    assert len(events) == before + len(jobs)


def test_kinds_choose_by_name_or_by_noun(library: County) -> None:
    page = library.get("/events?limit=1000&kinds=guideline.*,decision.retracted").json()
    assert {event["kind"] for event in page["items"]} == {"guideline.published"}
    assert page["_meta"]["lastSequence"] == 112


def test_after_the_last_one_there_is_nothing_and_no_next(library: County) -> None:
    page = library.get("/events?after=112").json()
    assert (page["items"], page["_links"]["next"]) == ([], None)


def test_a_refused_change_tells_nothing(county: County) -> None:
    by = county.token("2281", "integrator")
    wrong = DECISION_BODY | {"version": "7.0"}
    assert county.send("PUT", "/municipalities/2281/decisions/s/1", wrong, by).status_code == 422
    assert county.get("/events?limit=1").json()["_meta"]["lastSequence"] == 112


def test_an_answer_tells_the_sequence_of_its_change_and_later_reads_may_ask_for_it(county: County) -> None:
    by = county.token("2281", "integrator")
    answer = county.send("PUT", "/municipalities/2281/decisions/s/1", DECISION_BODY, by)
    sequence = answer.headers["samsprak-sequence"]
    assert sequence == "113"
    fresh = county.get("/municipalities/2281/decisions/s/1", samsprak_min_sequence=sequence)
    assert fresh.status_code == 200
    assert county.get("/terms/digital-mognad", samsprak_min_sequence=sequence).status_code == 200
    assert county.get("/terms/digital-mognad", samsprak_min_sequence="114").status_code == 400
    assert county.get("/terms/digital-mognad", samsprak_min_sequence="x").status_code == 400


def test_an_organisations_own_stream_is_chained_too_and_opens_to_its_token_alone(county: County) -> None:
    content = county.get("/guidelines/gemensamt-sprak").json()["content"]
    draft = {
        "target": {"type": "guideline", "id": "gemensamt-sprak"},
        "action": "amend",
        "baseVersion": "1.0",
        "title": "Ett hemligt utkast",
        "reason": "x",
        "content": content,
    }
    assert county.send("POST", "/proposals", draft, county.token("2281", "editor")).status_code == 201
    own = whole(county, county.token("2281", "coordinator"), "2281")
    check(own)
    assert [event["kind"] for event in own] == ["proposal.drafted"]
    assert county.get("/events?limit=1").json()["_meta"]["lastSequence"] == 112
    assert county.get("/events?stream=2281").status_code == 401
    assert county.get("/events?stream=2281", county.token("2260", "coordinator")).status_code == 403
    assert county.get("/events?stream=2281", county.token("2281", "reader")).status_code == 403
