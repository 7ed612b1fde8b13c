"""One who listens is told of each event once, in order, however often the connection breaks."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from api.events import listening, streams
from api.events.schemas import EventRead
from api.events.streams import MOST_LISTENERS
from tests.conftest import County, Store, running, serving
from tests.events.ears import Ear
from tests.examples import DECISION_BODY
from tests.proposals.acts import draft

DECISION = "/municipalities/2281/decisions/s/1"


@pytest.fixture
def served(store: Store) -> Iterator[County]:
    url = store.copy()
    with serving(url, listen_seconds=60) as county:
        yield county
    store.drop(url)


def decide(county: County, revision: int, reason: str = "Skäl.") -> None:
    body = DECISION_BODY | {"sourceRevision": revision, "reason": reason}
    county.send("PUT", DECISION, body, county.token("2281", "integrator")).raise_for_status()


def last_sequence(county: County) -> int:
    found: int = county.get("/events?limit=1").json()["_meta"]["lastSequence"]
    return found


def test_what_is_there_and_then_what_comes_is_told_as_the_feed_tells_it(served: County) -> None:
    last = last_sequence(served)
    with Ear(served, "after=0") as ear:
        assert ear.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert ear.answer.headers["cache-control"] == "no-store"
        heard = ear.hear(last)
        decide(served, 1, "Rad ett.\nRad två.\u2028Rad tre: å.")
        heard += ear.hear(1)
    assert heard == served.get("/events?after=0&limit=1000").json()["items"]


def test_without_a_place_only_what_comes_is_told(served: County) -> None:
    last = last_sequence(served)
    with Ear(served) as ear:
        assert ear.place == last
        decide(served, 1)
        assert [event["sequence"] for event in ear.hear(1)] == [last + 1]


def test_one_who_is_cut_off_again_and_again_misses_nothing_and_gets_nothing_twice(served: County) -> None:
    first, writes, heard = last_sequence(served), 60, []
    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(lambda: [decide(served, revision) for revision in range(1, writes + 1)])
        place: int | None = None
        while len(heard) < writes:
            with Ear(served, f"after={first}", place=place) as ear:
                heard += ear.hear(min(random.randint(0, 9), writes - len(heard)))
                place = ear.place
        writing.result()
    assert [event["sequence"] for event in heard] == list(range(first + 1, first + writes + 1))


def test_all_who_listen_hear_the_same_and_the_log_is_read_once(served: County, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, read = [], streams.event_rows
    monkeypatch.setattr(streams, "event_rows", lambda *asked, **more: reads.append(asked) or read(*asked, **more))
    with ExitStack() as stack:
        ears = [stack.enter_context(Ear(served)) for _ in range(20)]
        decide(served, 1)
        heard = [ear.hear(1) for ear in ears]
    assert all(each == heard[0] for each in heard)
    assert len(reads) == 1


def test_kinds_are_chosen_as_in_the_feed(served: County) -> None:
    chosen = served.get("/events?after=0&limit=1000&kinds=guideline.*,decision.recorded").json()["items"]
    with Ear(served, "after=0&kinds=guideline.*,decision.recorded") as ear:
        assert ear.hear(len(chosen)) == chosen


def test_an_own_stream_is_told_to_its_organisation_alone(served: County) -> None:
    mine, other = served.token("2281", "coordinator"), served.token("2260", "coordinator")
    for by, status in ((None, 401), (other, 403), (served.token("2281"), 403)):
        assert served.get("/events/stream?stream=2281", by).status_code == status
    with Ear(served, "stream=2281&after=0", mine) as ear:
        draft(served, mine)
        assert ear.hear(1)[0]["kind"] == "proposal.drafted"


def test_what_another_process_writes_is_told_at_once(served: County) -> None:
    with running(served.settings.database_url) as other, Ear(served) as ear:
        decide(other, 1)
        began = time.monotonic()
        assert ear.hear(1)[0]["kind"] == "decision.recorded"
        assert time.monotonic() - began < 5


def test_it_ends_before_its_token_does(served: County) -> None:
    token = served.token("2281", "coordinator", lifetime=2)
    with Ear(served, "stream=2281&after=0", token) as ear:
        began = time.monotonic()
        assert list(ear.events()) == []
    assert time.monotonic() - began < 2.5


def test_nothing_is_told_by_a_token_that_no_longer_counts(served: County) -> None:
    with Ear(served, "stream=2281", served.token("2281", "coordinator")) as ear:
        served.app.state.trust.forget_verified()
        draft(served, served.token("2281"))
        assert list(ear.events()) == []


def test_it_ends_when_the_server_leaves_and_goes_on_at_the_next(served: County) -> None:
    with Ear(served) as ear:
        served.app.state.leaving.set()
        assert list(ear.events()) == []
    served.app.state.leaving.clear()
    decide(served, 1)
    with Ear(served, place=ear.place) as ear:
        assert ear.hear(1)[0]["kind"] == "decision.recorded"


def test_one_who_hears_nothing_gets_a_heartbeat(served: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEARTBEAT", 0.1)
    monkeypatch.setattr(listening, "_ROUND", 0.1)
    with Ear(served) as ear:
        assert next(ear.lines) == ""
        assert next(ear.lines) == ":"


def test_the_head_of_a_stream_ends(served: County) -> None:
    answer = served.send("HEAD", "/events/stream")
    assert (answer.status_code, answer.content) == (200, b"")
    deadline = time.monotonic() + 5
    while served.app.state.streams.listeners and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not served.app.state.streams.listeners


@pytest.mark.parametrize(
    ("query", "place", "fault"),
    [
        ("after=x", None, ("/query/after", "int-parsing")),
        ("after=-1", None, ("/query/after", "greater-than-equal")),
        ("after=1.5", None, ("/query/after", "int-parsing")),
        ("stream=22810", None, ("/query/stream", "wrong-form")),
        ("kinds=*", None, ("/query/kinds", "wrong-form")),
        ("limit=5", None, ("/query/limit", "unknown-field")),
        ("", "zqxmark", ("/header/Last-Event-ID", "int-parsing")),
        ("", "-1", ("/header/Last-Event-ID", "greater-than-equal")),
    ],
)
def test_a_garbage_place_is_told(library: County, query: str, place: str | None, fault: tuple[str, str]) -> None:
    headers = {"last_event_id": place} if place else {}
    answer = library.get(f"/events/stream?{query}", **headers)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [fault]
    assert "zqxmark" not in answer.text


def test_a_place_that_is_not_there_yet_is_refused(library: County) -> None:
    beyond = last_sequence(library) + 1
    for answer in (
        library.get(f"/events/stream?after={beyond}"),
        library.get("/events/stream", last_event_id=str(beyond)),
    ):
        assert answer.status_code == 400
        assert f"The last sequence is {beyond - 1}" in answer.json()["detail"]


def test_an_address_that_listens_too_often_is_refused(library: County) -> None:
    held = library.app.state.streams.of_address
    held["testclient"] = MOST_LISTENERS
    answer = library.get("/events/stream")
    del held["testclient"]
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")


def test_an_event_in_the_feed_has_the_form_that_is_declared(county: County) -> None:
    decide(county, 1, 'Citat "så" \\ och \u2028 rad.\nÅ.')
    for event in county.get("/events?after=0&limit=1000").json()["items"]:
        told = EventRead.model_validate(event).model_dump(mode="json")
        assert list(told) == list(event)
        assert told == event
