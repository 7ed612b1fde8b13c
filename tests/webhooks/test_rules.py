"""When to send again, when to leave a receiver alone, when to give it up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import Unprocessable
from api.outbound.targets import private_hosts
from api.webhooks.rules import (
    PATIENCE,
    SCHEDULE,
    Attempt,
    Health,
    check_url,
    due_again,
    health_after,
    reason_to_disable,
    wait_of,
)
from db.vocabulary import DisabledFor

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
STATUSES = st.one_of(st.none(), st.integers(100, 599))
CHANCES = st.floats(0, 1)


def failed(status: int | None = 500, after: timedelta = timedelta(), wait: float = 0) -> Attempt:
    return Attempt(NOW + after, 20, status, "status", timedelta(seconds=wait))


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    seconds = [int(pause.total_seconds()) for pause in SCHEDULE]
    assert seconds == [0, 5, 300, 1800, *(3600 * hours for hours in (2, 5, 10, 14, 20, 24))]


@given(CHANCES, st.integers(1, 20))
def test_a_failed_delivery_is_tried_ten_times_each_a_tenth_around_its_time(chance: float, tries: int) -> None:
    due = due_again(tries, failed(), chance)
    if tries >= 10:
        assert due is None
    else:
        assert due is not None
        assert 0.9 <= (due - NOW) / SCHEDULE[tries] <= 1.1001


def test_a_receiver_may_ask_for_more_time_and_never_for_less() -> None:
    assert due_again(1, failed(429, wait=600), 0.5) == NOW + timedelta(minutes=10)
    assert due_again(3, failed(503, wait=1), 0.5) == NOW + SCHEDULE[3]


WAITS = {
    "120": 120,
    "0": 0,
    "999999999": 86_400,
    "Fri, 27 Nov 2026 12:01:00 GMT": 60,
    "Fri, 27 Nov 2026 11:00:00 GMT": 0,
    "Mon, 27 Nov 2028 12:00:00 GMT": 86_400,
    "1e9": 0,
    "-5": 0,
    "٣": 0,
    "soon": 0,
    "": 0,
    "9" * 5000: 0,
    "Fri, 27 Nov 99999999999999 12:01:00 GMT": 0,
}


@pytest.mark.parametrize(("told", "seconds"), WAITS.items(), ids=[told[:20] for told in WAITS])
def test_retry_after_is_seconds_or_a_date_up_to_a_day(told: str, seconds: int) -> None:
    assert wait_of({"retry-after": told}, NOW) == timedelta(seconds=seconds)


@given(st.text())
def test_whatever_a_receiver_asks_for_is_between_nothing_and_a_day(told: str) -> None:
    assert timedelta() <= wait_of({"retry-after": told}, NOW) <= timedelta(days=1)


def test_a_receiver_that_is_away_is_left_alone_for_ever_longer_up_to_five_minutes() -> None:
    health, holds, passed = Health(), [], timedelta()
    for _ in range(12):
        health = health_after(health, failed(None, after=passed), 0.5)
        assert health.held_until is not None
        holds.append((health.held_until - NOW - passed).total_seconds())
        passed = health.held_until - NOW
    assert holds[:4] == [5, 10, 20, 40]
    assert holds[-1] == 300
    assert all(first <= second for first, second in pairwise(holds))
    busy = health_after(health, failed(503, after=passed, wait=900), 0.5)
    assert busy.held_until == NOW + passed + timedelta(minutes=15)


def test_what_was_under_way_when_a_receiver_was_missed_is_the_same_miss() -> None:
    first = health_after(Health(), failed(503, wait=60), 0.5)
    assert health_after(first, failed(503), 0.5) == first
    assert health_after(first, failed(None, after=timedelta(seconds=61)), 0.5).misses == 2


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422, 302, 199])
def test_a_receiver_that_refuses_one_event_is_not_left_alone_for_it(status: int) -> None:
    assert health_after(Health(), failed(status), 0.5) == Health(NOW, NOW, 0, None)


@given(STATUSES, CHANCES)
def test_one_that_is_taken_forgets_all_failures(status: int | None, chance: float) -> None:
    before = health_after(Health(), failed(status), chance)
    assert health_after(before, Attempt(NOW, 20, 204), chance) == Health()


def test_five_days_of_failures_are_too_many() -> None:
    health, days = Health(), 0.0
    while days < 5:
        health = health_after(health, failed(after=timedelta(days=days)), 0.5)
        assert reason_to_disable(health, failed(after=timedelta(days=days))) is None
        days += 0.9
    last = failed(after=PATIENCE)
    assert reason_to_disable(health_after(health, last, 0.5), last) == DisabledFor.FAILING


def test_failures_that_lie_far_apart_are_not_one() -> None:
    health = health_after(Health(), failed(), 0.5)
    later = failed(after=timedelta(days=30))
    assert reason_to_disable(health_after(health, later, 0.5), later) is None


def test_one_that_is_gone_is_believed_at_once() -> None:
    assert reason_to_disable(Health(), failed(410)) == DisabledFor.GONE


PRIVATE = private_hosts(["inside.example:8080", "127.0.0.1:9000"])
BAD_URLS = {
    "http://a.example/": "not-https",
    "https://user@a.example/": "bad-url",
    "https://a.example/#part": "bad-url",
    "https://a.example:0/": "bad-url",
    "https://a.example:22/": "port",
    "https://127.0.0.1/": "numeric-host",
    "https://8.8.8.8/": "numeric-host",
    "https://2130706433/": "numeric-host",
    "https://0x7f000001/": "numeric-host",
    "https://0177.0.0.1/": "numeric-host",
    "https://127.1/": "numeric-host",
    "https://a.0x1/": "numeric-host",
    "https://[::1]/": "numeric-host",
    "https://[::ffff:127.0.0.1]/": "numeric-host",
    "https://samsprak.example/api": "own-address",
    "https://SAMSPRAK.example:443/": "own-address",
    "http://inside.example:8081/": "not-https",
}


@pytest.mark.parametrize(("url", "code"), BAD_URLS.items())
def test_a_place_to_which_nothing_would_be_sent_is_named(url: str, code: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        check_url(url, "https://samsprak.example", PRIVATE)
    [fault] = refused.value.members["errors"]
    assert (fault["pointer"], fault["code"]) == ("/url", code)


@pytest.mark.parametrize(
    "url",
    ["https://a.example", "https://a.example:8443/in?x=1", "http://inside.example:8080/", "http://127.0.0.1:9000/a"],
)
def test_a_host_by_its_name_is_taken_and_one_inside_that_the_operator_names(url: str) -> None:
    check_url(url, "https://samsprak.example", PRIVATE)
