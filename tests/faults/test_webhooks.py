"""Workers killed at any moment, and a receiver that is away for a while: no event is lost, none has a second id."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from standardwebhooks import Webhook

from api.events.record import record
from db.session import Database, transaction
from tests.conftest import Store, running
from tests.faults.hurried import Crew
from tests.faults.rig import Figures
from tests.faults.waiting import wait_until
from tests.webhooks.conftest import Post
from tests.webhooks.receiver import Answer, Got, Receiver

_EVENTS_A_ROUND = 200
_IN_ONE_TRANSACTION = 20
_WORKERS = 2
# Seconds within which all that was held back must have come: the receiver is left alone for ten at the most.
_PATIENCE = 200


@contextmanager
def crew(post: Post, folder: Path) -> Iterator[Crew]:
    made = Crew(post.county.settings.database_url, post.receiver.host, folder / "workers.log")
    try:
        for _ in range(_WORKERS):
            made.hire()
        yield made
    finally:
        made.dismiss()


class Books:
    """What the receiver took and what it refused, by the sequence of the event."""

    def __init__(self) -> None:
        self.taken: Counter[int] = Counter()
        self.refused = 0
        self.away = False
        self.ids = defaultdict[int, set[str]](set)

    def answer(self, got: Got) -> Answer:
        self.ids[got.sequence].add(got.id)
        if self.away:
            self.refused += 1
            return Answer(503)
        self.taken[got.sequence] += 1
        return Answer()


def test_killed_workers_and_a_receiver_that_is_away_lose_no_event(
    store: Store, inbox: Receiver, tmp_path: Path, rounds: int, figures: Figures
) -> None:
    url, books = store.copy(), Books()
    inbox.answer = books.answer
    with running(url, deliver=False, outbound_private_hosts=(inbox.host,)) as county:
        post = Post(county, inbox)
        webhook = post.subscribe(kinds=["test.*"])
        first = webhook["sequence"] + 1
        with crew(post, tmp_path) as workers:
            for number in range(rounds):
                # Away for a third of the time; then it is left alone, and workers are killed while they wait.
                books.away = rounds // 3 <= number < 2 * rounds // 3
                before = len(inbox.got)
                last = _let_happen(county.app.state.database, _EVENTS_A_ROUND)
                if not books.away:
                    wait_until(lambda before=before: len(inbox.got) > before, "a worker is at work")
                time.sleep(random.uniform(0, 0.3))
                workers.kill_one()
                workers.hire()
            books.away = False
            events = last - first + 1
            with suppress(TimeoutError):
                wait_until(lambda: len(books.taken) == events, "all have come", _PATIENCE)
        figures |= {
            "rounds": rounds,
            "events": events,
            "lost": events - len(books.taken),
            "repeated": books.taken.total() - len(books.taken),
            "refused": books.refused,
        }
        assert books.taken.keys() == set(range(first, last + 1))
        assert {len(of_one) for of_one in books.ids.values()} == {1}
        signer = Webhook(webhook["secret"])
        for got in inbox.got:
            _check_signature(signer, got)
    store.drop(url)


def _let_happen(database: Database, count: int) -> int:
    """Record so many events, some in each transaction; gives the sequence of the last."""
    for _ in range(count // _IN_ONE_TRANSACTION):
        with transaction(database) as tx:
            for _ in range(_IN_ONE_TRANSACTION):
                record(tx, "test.happened", f"tests/{random.randint(1, 20)}", "2281", {})
    assert tx.public_sequence is not None
    return tx.public_sequence


def _check_signature(signer: Webhook, got: Got) -> None:
    """Prove a message as a receiver does whose clock is that of the worker."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    assert signer.sign(got.id, at, got.body.decode()) in got.headers["webhook-signature"].split()
