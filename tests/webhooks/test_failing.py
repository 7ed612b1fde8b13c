"""Receivers that fail, one way or another: what they miss comes again, on a schedule, until it is given up."""

import gzip
from functools import partial

import pytest
import time_machine

from api.events.record import record
from api.outbound.calls import Outbound
from api.webhooks.rules import SCHEDULE
from db.session import transaction
from tests.conftest import Store, running
from tests.faults.waiting import wait_until
from tests.webhooks.conftest import Post, later
from tests.webhooks.receiver import Answer, Got, Receiver


def refuse(status: int = 500, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_failed_delivery_is_tried_ten_times_over_three_days_and_given_up(post: Post) -> None:
    webhook = post.subscribe()
    post.receiver.answer = lambda _got: refuse()
    post.happen()
    passed = 0.0
    for count, pause in enumerate(SCHEDULE, 1):
        passed += pause.total_seconds() * 1.11
        with later(seconds=passed):
            post.receiver.wait_for(count)
            post.receiver.stays_at(count, 0.2)
    with later(days=30):
        post.receiver.stays_at(10, 1.5)
    [delivery] = post.deliveries(webhook)
    assert (delivery["status"], delivery["tries"], delivery["nextAttemptAt"]) == ("failed", 10, None)
    assert {(one["status"], one["reason"]) for one in delivery["attempts"]} == {(500, "status")}
    assert len({got.id for got in post.receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in post.receiver.got}) == 10
    assert not post.read(webhook)["disabled"]
    post.receiver.answer = lambda _got: Answer()
    with later(days=30):
        post.act(webhook, "replays", {"sequence": delivery["sequence"]}).raise_for_status()
        post.receiver.wait_for(11)
        post.receiver.stays_at(11, 0.2)
        assert post.deliveries(webhook, "&status=delivered")


def test_what_fails_is_overtaken_and_comes_again(post: Post) -> None:
    webhook = post.subscribe()
    first = post.happen(subject="ett") + 1
    post.receiver.wait_for(1)
    post.receiver.answer = lambda got: refuse(422) if got.sequence == first else Answer()
    post.happen(3, subject="ett")
    post.receiver.wait_for(4)
    assert post.receiver.sequences[1:] == [first, first + 1, first + 2]
    wait_until(lambda: len(post.deliveries(webhook, "&status=pending")) == 1, "the outcome of all")
    [waiting] = post.deliveries(webhook, "&status=pending")
    assert (waiting["sequence"], waiting["attempts"][0]["status"]) == (first, 422)
    post.receiver.answer = lambda _got: Answer()
    with later(seconds=6):
        post.receiver.wait_for(5)
    assert post.receiver.sequences[4] == first


def test_a_receiver_that_is_away_is_left_alone_and_misses_nothing(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    post.receiver.answer = lambda _got: refuse(503)
    last = post.happen(40, subject="ett")
    post.receiver.wait_for(1)
    post.receiver.stays_at(1)
    assert post.read(webhook)["failingSince"]
    post.receiver.answer = lambda _got: Answer()
    with later(minutes=6):
        post.receiver.wait_for(41)
        post.receiver.stays_at(41, 0.2)
        assert post.read(webhook)["failingSince"] is None
    assert set(post.receiver.sequences) == set(range(last - 39, last + 1))


@pytest.mark.parametrize("told", ["600", "Fri, 27 Nov 2026 10:10:00 GMT"])
def test_a_receiver_says_for_how_long_it_is_busy(post: Post, told: str) -> None:
    with time_machine.travel("2026-11-27T10:00:00Z", tick=True):
        webhook = post.subscribe()
        post.receiver.answer = lambda _got: refuse(429, Retry_After=told)
        last = post.happen(3, subject="ett")
        post.receiver.wait_for(1)
        post.receiver.stays_at(1, 0.7)
        post.receiver.answer = lambda _got: Answer()
    with time_machine.travel("2026-11-27T10:09:30Z", tick=True):
        post.receiver.stays_at(1, 1.5)
    with time_machine.travel("2026-11-27T10:11:30Z", tick=True):
        post.receiver.wait_for(4)
        post.receiver.stays_at(4, 0.3)
        assert sorted(post.receiver.sequences[1:]) == [last - 2, last - 1, last]
        assert {one["status"] for one in post.deliveries(webhook)} == {"delivered"}


def test_a_receiver_that_says_gone_gets_nothing_more(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    post.receiver.answer = lambda _got: refuse(410)
    post.happen(subject="ett")
    post.receiver.wait_for(1)
    post.receiver.stays_at(1, 0.3)
    post.happen(2, subject="ett")
    post.receiver.stays_at(1)
    read = post.read(webhook)
    assert (read["disabled"], read["disabledFor"], read["revision"]) == (True, "gone", 2)
    told = post.events()[-1]
    assert told["kind"] == "webhook.disabled"
    assert told["data"].items() >= {"disabled": "gone", "by": {"organisation": None, "author": "service"}}.items()
    post.receiver.answer = lambda _got: Answer()
    post.change(webhook, disabled=False).raise_for_status()
    with later(seconds=6):
        post.receiver.wait_for(4)


def test_a_receiver_that_fails_for_five_days_gets_nothing_more_and_its_organisation_is_told(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    post.receiver.answer = lambda _got: refuse(500)
    for day in (0.0, 1.5, 3.0, 4.5, 5.1):
        with later(days=day):
            assert not post.read(webhook)["disabled"]
            count = len(post.receiver.got)
            post.happen(subject="ett")
            post.receiver.wait_for(count + 1)
            post.receiver.stays_at(len(post.receiver.got), 0.7)
    read = post.read(webhook)
    assert (read["disabled"], read["disabledFor"]) == (True, "failing")
    assert post.events()[-1]["data"]["failingSince"] == read["failingSince"]
    with later(days=6):
        count = len(post.receiver.got)
        post.happen()
        post.receiver.stays_at(count, 1.5)
        post.receiver.answer = lambda _got: Answer()
        changed = post.change(webhook, disabled=False).raise_for_status().json()
        assert changed["failingSince"] is None
        # All five and the new one.
        post.receiver.wait_for(count + 6)


BOMB = gzip.compress(b"x" * 20_000_000)
HOSTILE: dict[str, tuple[Answer, int | None, str | None]] = {
    "leads elsewhere": (Answer(302, {"Location": "http://169.254.169.254/"}), 302, "redirect"),
    "leads elsewhere for good": (Answer(308, {"Location": "/in2"}), 308, "redirect"),
    "answers with a bomb": (Answer(200, {"Content-Encoding": "gzip"}, BOMB), 200, None),
    "answers without end": (Answer(200, {}, b"x" * 30_000_000), 200, None),
    "answers an error of a megabyte": (Answer(500, {}, b"secret" * 200_000), 500, "status"),
    "asks for a century": (refuse(503, Retry_After="9" * 400), 503, "status"),
    "answers nothing new": (Answer(304), 304, "redirect"),
}


@pytest.mark.parametrize(("answer", "status", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_of_a_hostile_answer_only_the_status_counts(
    post: Post, answer: Answer, status: int | None, reason: str | None
) -> None:
    webhook = post.subscribe()
    post.receiver.answer = lambda _got: answer
    told = post.act(webhook, "test").raise_for_status().json()
    assert (told["status"], told["reason"], told["taken"]) == (status, reason, reason is None)
    post.happen()
    post.receiver.wait_for(2)
    post.receiver.stays_at(2, 0.2)
    [delivery] = post.deliveries(webhook)
    assert delivery["status"] == ("pending" if reason else "delivered")
    assert (delivery["attempts"][0]["status"], delivery["attempts"][0]["reason"]) == (status, reason)
    assert "secret" not in str(delivery)
    assert {got.path for got in post.receiver.got} == {"/in"}


def test_a_receiver_that_answers_too_late_has_not_answered(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.webhooks.sending._DEADLINE", 0.3)
    webhook = post.subscribe()
    post.receiver.answer = lambda _got: Answer(after=2)
    post.happen()
    post.receiver.wait_for(1)
    post.receiver.stays_at(1, 1)
    [delivery] = post.deliveries(webhook)
    [attempt] = delivery["attempts"]
    assert (attempt["status"], attempt["reason"]) == (None, "timeout")
    assert 250 < attempt["milliseconds"] < 1500


def test_a_name_that_becomes_private_is_not_dialled(
    store: Store, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_once = iter([["93.184.216.34"]])
    resolve = partial(Outbound, resolve=lambda _host, _port: next(public_once, ["127.0.0.1"]))
    monkeypatch.setattr("api.main.Outbound", resolve)
    url = store.copy()
    with running(url, deliver=True) as county:
        post = Post(county, inbox)
        webhook = post.subscribe(url=f"https://turn.example:{inbox.host.rpartition(':')[2]}/in")
        told = post.act(webhook, "test").raise_for_status().json()
        assert (told["status"], told["reason"]) == (None, "address")
        post.happen()
        wait_until(lambda: any(one["attempts"] for one in post.deliveries(webhook)), "an attempt")
        assert post.deliveries(webhook)[0]["attempts"][0]["reason"] == "address"
    assert inbox.got == []
    store.drop(url)


def test_when_a_receiver_is_back_what_failed_meanwhile_comes_at_once(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    post.receiver.answer = lambda _got: refuse(503)
    sequence = post.happen(subject="ett")
    passed = 0.0
    for count, pause in enumerate(SCHEDULE[:5], 1):
        passed += pause.total_seconds() * 1.11
        with later(seconds=passed):
            post.receiver.wait_for(count)
            post.receiver.stays_at(count, 0.2)
    post.receiver.answer = lambda _got: Answer()
    with later(seconds=passed + 360):
        assert post.deliveries(webhook, "&status=pending")
        post.happen(subject="ett")
        # The new one, and at its heels the old one, which was to wait for hours.
        post.receiver.wait_for(7)
    assert post.receiver.sequences[5:] == [sequence + 1, sequence]


def test_a_test_that_is_taken_ends_the_waiting(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    post.receiver.answer = lambda _got: refuse(503, Retry_After="86400")
    post.happen(5, subject="ett")
    post.receiver.wait_for(1)
    post.receiver.stays_at(1)
    post.receiver.answer = lambda _got: Answer()
    post.act(webhook, "test").raise_for_status()
    post.receiver.wait_for(7)
    post.receiver.stays_at(7, 0.3)
    assert post.read(webhook)["failingSince"] is None


def test_one_event_that_a_receiver_never_takes_does_not_hold_up_the_others(post: Post) -> None:
    post.subscribe(kinds=["decision.*"])
    poison = post.happen(subject="gift")

    def answer(got: Got) -> Answer:
        return refuse(500) if got.sequence == poison else Answer()

    post.receiver.wait_for(1)
    post.receiver.answer = answer
    post.act(post.county.get("/webhooks", post.sundsvall).json()["items"][0], "replays", {"sequence": poison})
    post.receiver.wait_for(2)
    last = post.happen(10)
    with later(seconds=6):
        others = set(range(poison + 1, last + 1))
        wait_until(lambda: others <= set(post.receiver.sequences), "all others have come", 10)


def test_a_410_counts_though_another_delivery_is_taken_after_it(post: Post) -> None:
    """Two subjects are sent side by side; the one that is taken ends last."""
    webhook = post.subscribe(kinds=["decision.*"])

    def answer(got: Got) -> Answer:
        return refuse(410) if got.told["data"]["subject"].endswith("/bort") else Answer(after=0.4)

    post.receiver.answer = answer
    with transaction(post.county.app.state.database) as tx:
        for name in ("bort", "kvar"):
            record(tx, "decision.recorded", f"municipalities/2281/decisions/prov/{name}", "2281", {})
    wait_until(lambda: post.read(webhook)["disabled"], "it is disabled")
    told = post.read(webhook)
    assert (told["disabledFor"], bool(told["disabledAt"])) == ("gone", True)
    assert sorted(one["status"] for one in post.deliveries(webhook)) == ["delivered", "pending"]
