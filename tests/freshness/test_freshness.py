"""A change is seen by whoever answers next: on this machine at once, on others when they are told or look."""

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from api.clock import now
from api.events.record import record
from api.freshness import Freshness
from api.identity.keys import add_key
from db.events import append_events
from db.session import Transaction, open_database
from tests.conftest import County, Store, running
from tests.examples import DECISION_BODY
from tests.faults.waiting import wait_until
from tests.proposals.acts import amendment

DECISION = "/municipalities/2281/decisions/s/1"


@pytest.fixture
def two(store: Store) -> Iterator[tuple[County, County]]:
    """Give two processes of one machine, as far as they can tell."""
    url = store.copy()
    with running(url) as one, running(url) as other:
        yield one, other
    store.drop(url)


def decide(county: County, revision: int) -> None:
    body = DECISION_BODY | {"sourceRevision": revision, "reason": f"Skäl {revision}."}
    county.send("PUT", DECISION, body, county.token("2281", "integrator")).raise_for_status()


def reason(county: County) -> str:
    found: str = county.get(DECISION).raise_for_status().json()["reason"]
    return found


def last_sequence(county: County) -> int:
    found: int = county.get("/events?limit=1").json()["_meta"]["lastSequence"]
    return found


def test_what_one_process_has_acknowledged_the_other_answers_at_once(two: tuple[County, County]) -> None:
    decide(two[0], 1)
    for revision in range(2, 12):
        writer, reader = two[revision % 2], two[1 - revision % 2]
        # Kept by both, and so to be forgotten by both.
        assert reason(writer) == reason(reader) == f"Skäl {revision - 1}."
        decide(writer, revision)
        assert reason(reader) == reason(writer) == f"Skäl {revision}."
    hits = reader.app.state.cache.hits
    for _time in range(3):
        reason(reader)
    assert reader.app.state.cache.hits == hits + 3, "and while nobody writes it is answered from memory"


def test_a_key_that_one_adds_the_other_takes_at_once(two: tuple[County, County]) -> None:
    one, other = two
    assert other.get(DECISION, by=one.token("2281")).status_code == 404
    add_key(one.app.state.database)
    one.get("/terms")
    assert other.get(DECISION, by=one.token("2281")).status_code == 404, "signed by the new key, and taken"


def test_what_a_process_wrote_that_died_before_it_could_tell_is_seen_when_all_look(county: County) -> None:
    seen = last_sequence(county)
    with Transaction(county.app.state.database.writer) as tx:
        record(tx, "term.published", "terms/digital-mognad", "22", {"at": str(now())})
        append_events(tx, tx.pending)
        tx.commit()
    wait_until(lambda: last_sequence(county) == seen + 1, "the event is seen")


def test_others_are_told_of_what_is_sent_again_and_not_of_what_is_refused(county: County) -> None:
    """Such a process may have written it: who sends it again counts on its being seen by all."""
    word, by = county.app.state.database.stamp.word, county.token("2281")
    decide(county, 1)
    body, key = amendment(county), str(uuid.uuid4())
    county.send("POST", "/proposals", body, by, idempotency_key=key).raise_for_status()
    for tells, send in (
        (True, lambda: decide(county, 1)),
        (True, lambda: county.send("POST", "/proposals", body, by, idempotency_key=key)),
        (False, lambda: county.send("PUT", DECISION, {}, county.token("2281", "integrator"))),
        (False, lambda: county.send("PUT", DECISION, DECISION_BODY | {"version": "7.0"}, by)),
    ):
        seen = word[0]
        send()
        assert (word[0] != seen) is tells


def test_while_changes_cannot_be_read_nothing_old_is_told(two: tuple[County, County]) -> None:
    one, other = two
    decide(one, 1)
    assert reason(other) == "Skäl 1."
    freshness: Freshness = other.app.state.freshness
    released, sources = threading.Event(), freshness.sources
    freshness.sources = (lambda: (released.wait(60), None)[1], *sources)
    freshness.longest_wait = 0.2
    decide(one, 2)
    for method, path in (("GET", DECISION), ("HEAD", DECISION), ("PUT", DECISION)):
        answer = other.send(method, path, DECISION_BODY, other.token("2281", "integrator"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert method == "HEAD" or answer.json()["type"].endswith("/unavailable")
        assert "x-content-type-options" in answer.headers
    assert (other.get("/healthz").status_code, other.get("/readyz").status_code) == (200, 200)
    freshness.longest_wait = 60
    released.set()
    assert reason(other) == "Skäl 2."


def test_many_who_come_at_once_have_it_looked_up_a_few_times(county: County) -> None:
    freshness: Freshness = county.app.state.freshness
    looks: list[float] = []
    freshness.sources = (lambda: looks.append(time.monotonic()), *freshness.sources)

    async def ask() -> list[bool]:
        county.app.state.database.stamp.renew()
        return await asyncio.gather(*(freshness.catch_up() for _ in range(100)))

    portal = county.client.portal
    assert portal is not None
    assert all(portal.call(ask))
    # One, and those of the second.
    assert 1 <= len(looks) < 10


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_other_machines_are_told_by_postgresql_and_look_by_themselves_when_they_are_not(store: Store) -> None:
    url = store.copy()
    # Another address of the same database has another word: so it is for another machine.
    far = sa.make_url(url).update_query_dict({"application_name": "far"}).render_as_string(hide_password=False)
    with running(url) as one, running(far) as other:
        freshness: Freshness = other.app.state.freshness
        wait_until(lambda: freshness.listening, "it listens")
        assert other.get("/readyz").json()["checks"]["otherMachines"] == "heard"
        decide(one, 1)
        wait_until(lambda: other.get(DECISION).is_success, "the decision is seen")
        with ExitStack() as cut:
            keep_cut(other, cut)
            wait_until(lambda: not freshness.listening, "nothing is heard")
            decide(one, 2)
            wait_until(lambda: reason(other) == "Skäl 2.", "the decision is seen")
        wait_until(lambda: freshness.listening, "it listens again")
        decide(one, 3)
        wait_until(lambda: reason(other) == "Skäl 3.", "the decision is seen")
    store.drop(url)


def keep_cut(county: County, stack: ExitStack) -> None:
    """End the sessions that listen, again and again, until the stack is left."""
    engine = county.app.state.database.writer
    ending = threading.Event()

    def cut() -> None:
        while not ending.wait(0.05):
            with engine.connect() as connection:
                connection.execute(
                    sa.text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                    )
                )

    thread = threading.Thread(target=cut)
    thread.start()
    stack.callback(thread.join)
    stack.callback(ending.set)


def test_a_notice_that_comes_during_a_look_has_us_look_again(county: County) -> None:
    freshness = Freshness(open_database(county.settings.database_url))
    freshness.sources = (freshness.hear,)
    freshness.look()
    assert freshness.seen != freshness.stamp.word[0]
    freshness.sources = ()
    freshness.look()
    assert freshness.seen == freshness.stamp.word[0]


def test_without_a_word_a_process_still_sees_its_own_changes_at_once_and_others_within_its_next_look(
    store: Store,
) -> None:
    url = store.copy()
    path = open_database(url).stamp.path
    path.unlink(missing_ok=True)
    path.mkdir()
    with running(url) as one, running(url) as other:
        assert one.get("/readyz").json()["checks"]["otherProcesses"] == "looked for"
        decide(one, 1)
        decide(one, 2)
        assert reason(one) == "Skäl 2."
        wait_until(lambda: other.get(DECISION).is_success and reason(other) == "Skäl 2.", "the decision is seen")
        path.rmdir()
        wait_until(lambda: not other.app.state.database.stamp.fault, "the word is shared")
    store.drop(url)
