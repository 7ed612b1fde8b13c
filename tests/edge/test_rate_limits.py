"""How often anyone may ask: who counts as one, what is told, and what is never an outage."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest
import structlog
from starlette.types import Receive, Scope, Send

from api.edge.client_address import client_network
from api.edge.context import RequestContext, context_of
from api.edge.load import MOST_BODIES, Load, listening, receiving
from api.edge.rate_limits import Limits
from api.errors import TooManyRequests
from api.settings import Settings
from tests.conftest import UNLIMITED, County, Store, running
from tests.edge.asking import Saying, ask
from tests.edge.desk import check_problem

STRICT: Any = {
    "anonymous_per_minute": 5,
    "client_per_minute": 4,
    "organisation_per_minute": 6,
    "unproven_per_minute": 3,
}
TOLD = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


@pytest.fixture
def strict(store: Store, early_in_a_minute: None) -> Iterator[County]:
    url = store.copy()
    with running(url, **STRICT) as found:
        yield found
    store.drop(url)


def left(answer: httpx2.Response) -> dict[str, int]:
    found = TOLD.findall(answer.headers["ratelimit"])
    assert all(0 < int(seconds) <= 60 for _, _, seconds in found)
    return {name: int(rest) for name, rest, _ in found}


def check_refused(answer: httpx2.Response, budget: str) -> None:
    problem = check_problem(answer, 429, "too-many-requests")
    assert budget in problem["detail"]
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert left(answer)[budget] == 0
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_address_is_told_what_is_left_and_then_refused(strict: County) -> None:
    answers = [strict.get(f"/terms?limit={number}") for number in range(1, 7)]
    assert [left(answer)["anonymous"] for answer in answers[:5]] == [4, 3, 2, 1, 0]
    assert answers[0].headers["ratelimit-policy"] == '"anonymous";q=5;w=60'
    check_refused(answers[5], "anonymous")


def test_answers_from_the_cache_are_neither_counted_nor_refused(strict: County) -> None:
    strict.get("/terms")
    for _ in range(20):
        answer = strict.get("/terms")
        assert answer.status_code == 200
        assert "ratelimit" not in answer.headers
    assert left(strict.get("/terms?limit=1"))["anonymous"] == 3


def test_clients_are_counted_each_and_their_organisation_as_a_whole(strict: County) -> None:
    anna, bo = (strict.token("2281", subject=name) for name in ("anna", "bo"))
    found = [left(strict.get("/proposals", anna)) for _ in range(3)]
    assert found == [{"client": 3 - n, "organisation": 5 - n} for n in range(3)]
    assert left(strict.get("/proposals", bo)) == {"client": 3, "organisation": 2}
    strict.get("/proposals", anna)
    check_refused(strict.get("/proposals", anna), "client")
    strict.get("/proposals", bo)
    check_refused(strict.get("/proposals", bo), "organisation")
    assert strict.get("/proposals", strict.token("2260")).status_code == 200
    assert left(strict.get("/terms"))["anonymous"] == 4


def test_a_write_is_counted_once(strict: County) -> None:
    answer = strict.send("POST", "/proposals", {}, strict.token("2281"))
    assert (answer.status_code, left(answer)["client"]) == (422, 3)


UNPROVEN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bad tokens": ("GET", "/api/v1/terms", {"headers": {"Authorization": "Bearer x"}}),
    "a token that nobody reads": ("GET", "/begrepp", {"headers": {"authorization": "bearer x"}}),
    "a token for nothing": ("GET", "/api/v1/nothing", {"headers": {"Authorization": "Bearer x"}}),
    "guessed secrets": (
        "POST",
        "/oauth2/token",
        {"data": {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}},
    ),
}


@pytest.mark.parametrize("name", UNPROVEN)
def test_what_proves_nothing_has_a_small_budget_of_its_own(strict: County, name: str) -> None:
    method, path, sent = UNPROVEN[name]
    answers = [strict.client.request(method, path, **sent) for _ in range(4)]
    assert [answer.status_code for answer in answers[:3]].count(429) == 0
    check_refused(answers[3], "unproven")
    assert strict.get("/terms").status_code == 200


def test_who_sends_two_tokens_is_neither_of_them(strict: County) -> None:
    known = strict.token("2260")
    assert strict.get("/proposals", known).status_code == strict.get("/terms", known).status_code == 200
    # The first read took one of three from the budget of what is not proven.
    pairs = [("x", known), (known, known), (known, "x")]
    answers = [
        strict.client.get(path, headers=[("Authorization", f"Bearer {token}") for token in pair])
        for path, pair in zip(["/api/v1/proposals", "/api/v1/terms", "/begrepp"], pairs, strict=True)
    ]
    for answer in answers[:2]:
        check_problem(answer, 400, "malformed-request")
    # Not even beside one that is known may others be tried for nothing.
    check_refused(answers[2], "unproven")


def test_a_token_that_was_good_a_moment_ago_is_not_held_up_by_bad_ones_from_the_same_address(strict: County) -> None:
    good, bad = strict.token("2281"), {"Authorization": "Bearer x"}
    assert strict.get("/proposals", good).status_code == 200
    statuses = [strict.client.get("/api/v1/proposals", headers=bad).status_code for _ in range(4)]
    assert statuses[-1] == 429
    assert strict.get("/proposals", good).status_code == 200
    check_refused(strict.get("/proposals", strict.token("2281", subject="new")), "unproven")


def test_whether_the_service_is_well_may_always_be_asked(strict: County) -> None:
    assert {strict.client.get(path).status_code for path in ("/healthz", "/readyz") * 10} == {200}


# The peer, the header's lines, and who is counted, where 10.0.0.0/8 and fd00::/8 are proxies of ours.
ADDRESSES: dict[str, tuple[str, list[str], str]] = {
    "no proxy": ("192.0.2.1", [], "192.0.2.1/32"),
    "a stranger's word": ("192.0.2.1", ["198.51.100.7"], "192.0.2.1/32"),
    "a stranger as proxy": ("192.0.2.1", ["10.0.0.1"], "192.0.2.1/32"),
    "our proxy": ("10.0.0.1", ["198.51.100.7"], "198.51.100.7/32"),
    "our proxy, silent": ("10.0.0.1", [], "10.0.0.1/32"),
    "two of ours": ("10.0.0.1", ["198.51.100.7, 10.0.0.2"], "198.51.100.7/32"),
    "a claim before it": ("10.0.0.1", ["1.1.1.1, 198.51.100.7"], "198.51.100.7/32"),
    "a claim to be ours": ("10.0.0.1", ["10.9.9.9, 198.51.100.7"], "198.51.100.7/32"),
    "a claim in a line before": ("10.0.0.1", ["1.1.1.1", "198.51.100.7"], "198.51.100.7/32"),
    "only ours": ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3/32"),
    "a word": ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1/32"),
    "emptiness": ("10.0.0.1", ["1.1.1.1, , "], "10.0.0.1/32"),
    "a script": ("10.0.0.1", ["<script>"], "10.0.0.1/32"),
    "a number": ("10.0.0.1", ["3232235777"], "10.0.0.1/32"),
    "octal": ("10.0.0.1", ["0300.0250.0.1"], "10.0.0.1/32"),
    "a network": ("10.0.0.1", ["198.51.100.0/24"], "10.0.0.1/32"),
    "bytes": ("10.0.0.1", ["å\x80"], "10.0.0.1/32"),
    "a port": ("10.0.0.1", ["198.51.100.7:4711"], "198.51.100.7/32"),
    "IPv6": ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
    "another of the same": ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
    "IPv6 proxy": ("fd00::1", ["2001:db8:1:2::1"], "2001:db8:1:2::/64"),
    "IPv6 with a port": ("fd00::1", ["[2001:db8:1:2::1]:4711"], "2001:db8:1:2::/64"),
    "IPv6 with a zone": ("fe80::1%eth0", [], "fe80::/64"),
    "IPv4 as IPv6": ("::ffff:192.0.2.1", ["198.51.100.7"], "192.0.2.1/32"),
    "our proxy as IPv6": ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7/32"),
    "a name": ("testclient", ["198.51.100.7"], "testclient"),
    "a long list": ("10.0.0.1", ["10.0.0.2, " * 2_000 + "10.0.0.3"], "10.0.0.2/32"),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_nobody_can_choose_whom_they_are_counted_as(name: str) -> None:
    peer, lines, counted = ADDRESSES[name]
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in lines]
    trusted = Settings(trusted_proxies="10.0.0.0/8, fd00::/8").trusted_proxies
    assert client_network({"client": (peer, 1), "headers": headers}, trusted) == counted
    ours = client_network({"client": (peer, 1), "headers": headers}, ())
    assert ours == client_network({"client": (peer, 1), "headers": []}, ())


@pytest.mark.parametrize("name", ["forwarded", "x-real-ip", "x-forwarded-host", "x-client-ip", "host"])
def test_no_other_header_is_believed(strict: County, name: str) -> None:
    found = [left(strict.get(f"/terms?limit={n}", **{name: f"198.51.100.{n}"}))["anonymous"] for n in (1, 2)]
    assert found == [4, 3]


@pytest.mark.parametrize("name", ["host", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-forwarded-prefix"])
def test_no_header_changes_a_link(county: County, name: str) -> None:
    answer = county.get("/terms?limit=2", **{name: "evil.example"})
    assert answer.status_code == 200
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """Give the address of a store that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"async+valkey://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "closed"])
def test_a_store_that_does_not_answer_is_no_outage(nowhere: str, *, silent: bool) -> None:
    url = nowhere if silent else "async+valkey://:secret@127.0.0.1:1"

    async def spend() -> list[int]:
        limits = Limits(Settings(limits_url=url, anonymous_per_minute=2))
        context, found = RequestContext(), []
        for _ in range(2):
            await limits.spend(context, (limits.anonymous, "192.0.2.1/32"))
            found.append(context.balances[0].left)
        with pytest.raises(TooManyRequests):
            await limits.spend(context, (limits.anonymous, "192.0.2.1/32"))
        await limits.close()
        return found

    with structlog.testing.capture_logs() as lines:
        assert anyio.run(spend) == [1, 0]
    # Beside what other counties of the tests log in the meantime.
    assert [line["event"] for line in lines].count("limits are counted in memory") == 1
    assert "secret" not in str(lines)


def test_a_crowd_of_addresses_is_forgotten_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.edge.rate_limits._MOST_KEYS", 50)

    async def spend() -> int:
        limits = Limits(Settings(**UNLIMITED))
        for number in range(500):
            await limits.take(limits.anonymous, str(number))
        return len(limits._memory.storage.storage)  # noqa: SLF001  (the library's own)

    assert anyio.run(spend) <= 52


def test_beyond_a_number_of_requests_the_rest_come_back_later_and_listeners_do_not_count() -> None:
    refused = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/listen":
            with listening(scope):
                refused.append((await anyio.to_thread.run_sync(ask, load, "/")).status)
        elif scope["path"] == "/work":
            refused.append((await anyio.to_thread.run_sync(ask, load, "/")).status)
        await Saying()(scope, receive, send)

    load = Load(app, "https://samsprak.test", 1)
    assert ask(load, "/listen").status == 200
    assert ask(load, "/work").status == 200
    assert refused == [200, 503]
    assert load.under_way == 0


def test_bodies_that_are_on_their_way_hold_nobody_up_and_an_address_sends_so_many_at_once() -> None:
    refused = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        context_of(scope).address = scope["path"]
        if scope["path"] == "/one":
            with receiving(scope):
                refused.append((await anyio.to_thread.run_sync(ask, load, "/other")).status)
                load.receiving["/one"] += MOST_BODIES - 1
                with pytest.raises(TooManyRequests), receiving(scope):
                    pass
                load.receiving["/one"] -= MOST_BODIES - 1
        await Saying()(scope, receive, send)

    load = Load(app, "https://samsprak.test", 1)
    assert ask(load, "/one").status == 200
    assert refused == [200]
    assert (load.under_way, load.receiving) == (0, {})


def test_a_stream_may_listen_where_nothing_is_counted() -> None:
    scope: Scope = {}
    with listening(scope):
        assert context_of(scope).load is None
