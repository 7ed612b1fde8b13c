"""The worker as a process of its own: by the command line, several at once, stopped, and after a restore."""

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from api import clock
from api.webhooks.queue import take
from db.session import open_database, transaction
from tests.conftest import Store, running
from tests.faults.servers import end, start
from tests.faults.waiting import wait_until
from tests.upkeep.test_backup import run, told
from tests.webhooks.conftest import Post, later
from tests.webhooks.receiver import Answer, Receiver


@pytest.fixture
def quiet(store: Store, inbox: Receiver) -> Iterator[Post]:
    """Give a county that leaves it to others to send."""
    url = store.copy()
    with running(url, deliver=False, outbound_private_hosts=(inbox.host,)) as county:
        yield Post(county, inbox)
    store.drop(url)


@contextmanager
def workers(post: Post, folder: Path, count: int = 1) -> Iterator[list[int]]:
    """Run `python -m api deliver` so many times; gives the processes' ids."""
    settings = {"SAMSPRAK_OUTBOUND_PRIVATE_HOSTS": post.receiver.host}
    url = post.county.settings.database_url
    begun = [start("deliver", log=folder / "log", database_url=url, settings=settings) for _ in range(count)]
    try:
        yield [process.pid for process in begun]
        for process in begun:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(20) for process in begun] == [0] * count, (folder / "log").read_text()
    finally:
        for process in begun:
            end(process)


def test_a_server_may_leave_it_to_workers_and_several_send_each_event_once(quiet: Post, tmp_path: Path) -> None:
    hooks = [quiet.subscribe(url=f"{quiet.receiver.url}/{number}") for number in range(3)]
    quiet.happen(20)
    quiet.receiver.stays_at(0)
    with workers(quiet, tmp_path, count=3):
        quiet.receiver.wait_for(60, 30)
        quiet.happen(20)
        quiet.receiver.wait_for(120, 30)
        quiet.receiver.stays_at(120)
    counted = Counter((got.path, got.sequence) for got in quiet.receiver.got)
    assert len(counted) == 120
    assert set(counted.values()) == {1}
    for hook in hooks:
        assert {one["status"] for one in quiet.deliveries(hook)} == {"delivered"}


def test_a_worker_that_is_stopped_gives_back_what_it_holds(quiet: Post, tmp_path: Path) -> None:
    quiet.receiver.answer = lambda _got: Answer(after=30)
    quiet.subscribe()
    quiet.happen()
    began = time.monotonic()
    with workers(quiet, tmp_path):
        quiet.receiver.wait_for(1, 30)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    quiet.receiver.answer = lambda _got: Answer()
    with workers(quiet, tmp_path):
        quiet.receiver.wait_for(2, 10)


def test_a_worker_that_died_is_followed_when_its_lease_ends(quiet: Post) -> None:
    webhook = quiet.subscribe()
    sequence = quiet.happen()
    database = quiet.county.app.state.database
    with transaction(database) as tx:
        work = take(tx, webhook["id"], clock.now())
    assert work is not None
    assert [item.sequence for item in work.items] == [sequence]
    with transaction(database) as tx:
        assert take(tx, webhook["id"], clock.now()) is None
    with later(seconds=61), transaction(database) as tx:
        again = take(tx, webhook["id"], clock.now())
    assert again is not None
    assert [item.message for item in again.items] == [item.message for item in work.items]


def test_a_restored_copy_sends_nothing_until_it_is_told_to(
    quiet: Post, store: Store, tmp_path: Path, inbox: Receiver
) -> None:
    webhook = quiet.subscribe(kinds=["decision.*"])
    by_hand = quiet.subscribe(kinds=["term.*"])
    quiet.change(by_hand, disabled=True).raise_for_status()
    quiet.happen(3)
    told(run(quiet.county.settings.database_url, "backup", str(tmp_path / "backup")))
    copy = store.empty()
    told(run(copy, "restore", str(tmp_path / "backup")))
    with running(copy, deliver=True, outbound_private_hosts=(inbox.host,)) as county:
        restored = Post(county, inbox, quiet.numbers)
        assert restored.read(webhook)["disabledFor"] == "restored"
        last = restored.happen()
        inbox.stays_at(0, 1.5)
        assert run(copy, "resume-webhooks").stdout == "1 webhooks are enabled\n"
        restored.happen()
        inbox.wait_for(2)
        inbox.stays_at(2)
        # What happened before the backup is the original's to send.
        assert sorted(inbox.sequences) == [last, last + 1]
        assert restored.read(by_hand)["disabledFor"] == "by_hand"
        assert restored.events()[-1]["data"]["by"]["author"] == "operator"
    store.drop(copy)


def test_what_was_delivered_long_ago_is_forgotten_and_can_be_sent_again(quiet: Post) -> None:
    webhook = quiet.subscribe()
    sequence = quiet.happen()
    url = quiet.county.settings.database_url
    with running(url, deliver=True, outbound_private_hosts=(quiet.receiver.host,)):
        quiet.receiver.wait_for(1)
        quiet.receiver.stays_at(1, 0.3)
    with later(days=31), running(url, deliver=True, outbound_private_hosts=(quiet.receiver.host,)):
        ends = time.monotonic() + 10
        while quiet.deliveries(webhook):
            assert time.monotonic() < ends
        quiet.act(webhook, "replays", {"sequence": sequence}).raise_for_status()
        quiet.receiver.wait_for(2)


def test_a_worker_waits_for_a_database_that_is_away(quiet: Post, tmp_path: Path) -> None:
    webhook = quiet.subscribe()
    with workers(quiet, tmp_path):
        quiet.happen()
        # Written down too: what is under way when the database goes waits for the end of its lease.
        wait_until(lambda: [one["status"] for one in quiet.deliveries(webhook)] == ["delivered"], "the first delivery")
        database = open_database(quiet.county.settings.database_url)
        for before, after in (("webhook", "hidden"), ("hidden", "webhook")):
            with database.writer.begin() as connection:
                connection.execute(sa.text(f"ALTER TABLE {before} RENAME TO {after}"))
            time.sleep(1.5)
        database.dispose()
        quiet.happen()
        quiet.receiver.wait_for(2, 30)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert "cannot look for deliveries" in {line["event"] for line in lines}
