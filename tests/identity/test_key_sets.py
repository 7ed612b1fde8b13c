"""The keys of foreign issuers over a day: new ones soon, old ones no longer, and few fetches whoever asks for what."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.identity.jwks import KeySetError
from api.identity.key_sets import ABSENT, DEADLINE, FLOOR, HARD, SOFT, KeySets, KeySource
from api.identity.parts import InvalidToken
from api.identity.tokens import Issuer, TokenVerifier, new_private_key, public_jwk, sign
from api.outbound.calls import Outbound
from api.outbound.targets import OutboundError
from tests.identity.skipping import Publisher, in_no_time, published
from tests.outbound.provider import Provider, Script, answer, json_answer, provider

FALUN = KeySource("https://login.falun.example", "https://login.falun.example/jwks")
AWAY = OutboundError("unreachable")
sleep = asyncio.sleep


class Watched(KeySets):
    """Key sets on the loop's own clock, that count how often keys are lost."""

    def __init__(self, publisher: Publisher) -> None:
        super().__init__(publisher, asyncio.get_running_loop().time)
        self.losses = 0
        self.on_change = self._count

    def _count(self) -> None:
        self.losses += 1

    def kids(self, source: KeySource = FALUN) -> set[str]:
        return set(self.known(source))


def story(*kids: str) -> Callable[[Callable[[Watched, Publisher], Awaitable[None]]], Callable[[], None]]:
    """Play a story with an issuer that has these keys at first."""

    def wrap(play: Callable[[Watched, Publisher], Awaitable[None]]) -> Callable[[], None]:
        def test() -> None:
            async def told() -> None:
                publisher = Publisher(*kids)
                key_sets = Watched(publisher)
                await play(key_sets, publisher)
                await key_sets.close()

            in_no_time(told())

        return test

    return wrap


@story("a")
async def test_keys_are_fetched_when_first_asked_for_and_nobody_waits(key_sets: Watched, falun: Publisher) -> None:
    falun.delay = 1
    assert key_sets.kids() == set()
    await sleep(2)
    assert key_sets.kids() == {"a"}
    assert len(falun.asked) == 1
    assert key_sets.losses == 0


@story("a")
async def test_all_who_wait_share_one_fetch(key_sets: Watched, falun: Publisher) -> None:
    falun.delay = 1
    assert all(await asyncio.gather(*(key_sets.find(FALUN, "a") for _ in range(100))))
    assert len(falun.asked) == 1


@story("a")
async def test_a_thousand_unknown_names_cost_one_fetch_in_thirty_seconds(key_sets: Watched, falun: Publisher) -> None:
    begun = asyncio.get_running_loop().time()
    for number in range(1000):
        assert not await key_sets.find(FALUN, f"made-up-{number}")
        await sleep(0.1)
    moments = [moment - begun for moment, _ in falun.asked]
    assert moments == pytest.approx([0, 30, 60, 90], abs=0.2)


@story("a")
async def test_a_new_key_is_taken_at_once_in_peace(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    await sleep(FLOOR)
    falun.kids.append("b")
    assert await key_sets.find(FALUN, "b")
    assert key_sets.kids() == {"a", "b"}
    assert key_sets.losses == 0


@story("a")
async def test_a_key_that_comes_too_soon_is_fetched_once_it_may_be(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    await sleep(1)
    falun.kids = ["b"]
    assert not await key_sets.find(FALUN, "b")
    await sleep(FLOOR - 2)
    assert key_sets.kids() == {"a"}
    await sleep(2)
    assert key_sets.kids() == {"b"}
    assert len(falun.asked) == 2


@story("a")
async def test_a_name_that_a_fetch_did_not_show_is_no_reason_for_another(key_sets: Watched, falun: Publisher) -> None:
    assert not await key_sets.find(FALUN, "made-up")
    await sleep(FLOOR)
    assert not await key_sets.find(FALUN, "made-up")
    assert len(falun.asked) == 1
    falun.kids.append("b")
    assert await key_sets.find(FALUN, "b")
    await sleep(ABSENT)
    falun.kids.append("made-up")
    assert await key_sets.find(FALUN, "made-up")


@story("a")
async def test_whoever_joins_a_fetch_that_began_earlier_gets_another(key_sets: Watched, falun: Publisher) -> None:
    falun.delay = 2
    first = asyncio.create_task(key_sets.find(FALUN, "a"))
    await sleep(1)
    falun.kids.append("b")
    assert not await key_sets.find(FALUN, "b")
    assert await first
    await sleep(FLOOR + 2)
    assert key_sets.kids() == {"a", "b"}


@story("a")
async def test_old_keys_are_used_while_new_ones_are_fetched(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    await sleep(SOFT - 1)
    falun.kids, falun.delay = ["b"], 1
    assert key_sets.kids() == {"a"}
    await sleep(1)
    assert len(falun.asked) == 1
    assert key_sets.kids() == {"a"}
    await sleep(1.5)
    assert key_sets.kids() == {"b"}


@story("a")
async def test_a_key_is_no_longer_known_when_the_issuer_has_dropped_it(key_sets: Watched, falun: Publisher) -> None:
    falun.kids.append("stolen")
    await key_sets.find(FALUN, "a")
    falun.kids.remove("stolen")
    await sleep(SOFT)
    assert key_sets.kids() == {"a", "stolen"}
    await sleep(1)
    assert key_sets.kids() == {"a"}
    assert key_sets.losses == 1


@story("a")
async def test_without_its_issuer_a_key_lives_for_a_day(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    falun.failure = AWAY
    for _ in range(24 * 60 - 1):
        await sleep(60)
        assert key_sets.kids() == {"a"}
    await sleep(61)
    assert key_sets.kids() == set()
    await sleep(0)
    assert key_sets.losses == 1
    falun.failure = None
    await sleep(FLOOR)
    assert await key_sets.find(FALUN, "a")


@story("a")
async def test_a_set_without_usable_keys_replaces_nothing(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    falun.kids.clear()
    await sleep(SOFT)
    key_sets.kids()
    await sleep(1)
    assert len(falun.asked) == 2
    assert key_sets.kids() == {"a"}
    with pytest.raises(KeySetError, match="no-usable-keys"):
        await key_sets.look(FALUN)
    assert key_sets.kids() == {"a"}
    assert key_sets.losses == 0


@story("a")
async def test_an_issuer_that_was_away_is_asked_again_by_itself(key_sets: Watched, falun: Publisher) -> None:
    falun.failure = AWAY
    assert not await key_sets.find(FALUN, "a")
    falun.failure = None
    await sleep(FLOOR + 1)
    assert key_sets.kids() == {"a"}
    assert len(falun.asked) == 2


@story("a")
async def test_a_slow_issuer_delays_nobody_else(key_sets: Watched, falun: Publisher) -> None:
    loop = asyncio.get_running_loop()
    falun.delay = 60
    slow = [asyncio.create_task(key_sets.find(KeySource(f"https://{n}.example", "x"), "a")) for n in range(200)]
    await sleep(0.001)
    falun.delay = 0
    begun = loop.time()
    assert await key_sets.find(FALUN, "a")
    assert loop.time() == begun
    assert not any(await asyncio.gather(*slow))
    assert loop.time() == pytest.approx(begun + DEADLINE, abs=0.01)


@story("a")
async def test_one_who_goes_does_not_take_the_fetch_along(key_sets: Watched, falun: Publisher) -> None:
    falun.delay = 1
    first, second = (asyncio.create_task(key_sets.find(FALUN, "a")) for _ in range(2))
    await sleep(0.5)
    first.cancel()
    assert await second
    assert len(falun.asked) == 1


@story("a")
async def test_a_source_that_is_forgotten_has_no_keys_and_gets_none(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    key_sets.forget(FALUN)
    assert key_sets.losses == 1
    await sleep(FLOOR)
    falun.delay = 1
    waiting = asyncio.create_task(key_sets.find(FALUN, "b"))
    looking = asyncio.create_task(key_sets.look(FALUN))
    await sleep(0.5)
    key_sets.forget(FALUN)
    assert not await waiting
    with pytest.raises(KeySetError, match="forgotten"):
        await looking
    await sleep(2 * FLOOR)
    assert key_sets.losses == 1
    assert len(falun.asked) == 2
    key_sets.known(FALUN)
    key_sets.forget(FALUN)
    key_sets.forget(FALUN)
    await sleep(0)
    assert len(falun.asked) == 2


@story("a")
async def test_what_is_closed_fetches_nothing_more(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    await key_sets.find(FALUN, "b")
    falun.delay = 1
    waiting = asyncio.create_task(key_sets.find(KeySource("https://other.example"), "a"))
    await sleep(0.5)
    await key_sets.close()
    assert not await waiting
    await sleep(2 * FLOOR)
    assert len(falun.asked) == 2


@story("a")
async def test_a_look_fetches_now_shows_the_keys_and_counts_as_a_fetch(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    falun.kids.append("b")
    assert [key.kid for key in (await key_sets.look(FALUN)).usable] == ["a", "b"]
    assert key_sets.kids() == {"a", "b"}
    await sleep(FLOOR - 1)
    assert not await key_sets.find(FALUN, "c")
    assert len(falun.asked) == 2


@story("a")
async def test_a_look_at_an_issuer_that_is_away_tells_why_and_changes_nothing(
    key_sets: Watched, falun: Publisher
) -> None:
    await key_sets.find(FALUN, "a")
    falun.failure = AWAY
    with pytest.raises(OutboundError, match="unreachable"):
        await key_sets.look(FALUN)
    assert key_sets.kids() == {"a"}
    assert key_sets.losses == 0


@story("a")
async def test_a_look_takes_the_place_of_the_fetch_that_waits(key_sets: Watched, falun: Publisher) -> None:
    await key_sets.find(FALUN, "a")
    assert not await key_sets.find(FALUN, "b")
    falun.kids.append("b")
    await key_sets.look(FALUN)
    assert await key_sets.find(FALUN, "b")
    await sleep(2 * FLOOR)
    assert len(falun.asked) == 2


@story("a")
async def test_a_fault_that_nobody_thought_of_is_a_fetch_that_failed(key_sets: Watched, falun: Publisher) -> None:
    falun.failure = ValueError("of a library")
    assert not await key_sets.find(FALUN, "a")
    with pytest.raises(KeySetError, match="unexpected"):
        await key_sets.look(FALUN)
    falun.failure = None
    await sleep(FLOOR)
    assert await key_sets.find(FALUN, "a")


STEPS = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 90)),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.001, FLOOR - 0.001, float(FLOOR), SOFT - 1.0, float(HARD)])),
    st.tuples(st.just("ask"), st.sampled_from("abcdxyz")),
    st.tuples(st.just("publish"), st.sets(st.sampled_from("abcd"))),
    st.tuples(st.just("answer in"), st.sampled_from([0.0, 0.5, 2.9, 10.0])),
    st.tuples(st.just("away"), st.booleans()),
    st.tuples(st.just("use"), st.none()),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_whatever_happens_no_issuer_is_asked_twice_in_thirty_seconds(steps: list[tuple[str, Any]]) -> None:
    async def play() -> None:
        falun, waiting = Publisher("a"), []
        key_sets = Watched(falun)
        for step, value in steps:
            match step:
                case "wait":
                    await sleep(value)
                case "ask":
                    waiting.append(asyncio.create_task(key_sets.find(FALUN, value)))
                case "publish":
                    falun.kids = sorted(value)
                case "answer in":
                    falun.delay = value
                case "away":
                    falun.failure = AWAY if value else None
                case "use":
                    key_sets.known(FALUN)
        # In peace, whatever was before: a new key is there by the time that one fetch may be made.
        falun.kids, falun.delay, falun.failure = ["new"], 0, None
        if not await key_sets.find(FALUN, "new"):
            await sleep(FLOOR)
        assert await key_sets.find(FALUN, "new")
        await asyncio.gather(*waiting)
        await key_sets.close()
        moments = [moment for moment, _ in falun.asked]
        assert all(later - earlier >= FLOOR - 1e-6 for earlier, later in pairwise(moments))

    in_no_time(play())


# Over the network: what is served is a function of the server's own address and the path.

Pages = Callable[[str, str], Script]


def over_the_network(pages: Pages, ask: Callable[[Provider, KeySets], Coroutine[Any, Any, None]]) -> None:
    async def both() -> None:
        servers: list[Provider] = []
        async with provider(lambda path: pages(servers[0].host, path)) as server:
            servers.append(server)
            key_sets = KeySets(Outbound([server.host]))
            await ask(server, key_sets)
            await key_sets.close()

    asyncio.run(both())


def described(document: object) -> Pages:
    """Serve a discovery document, in which HERE is the server's address, and keys everywhere else."""
    text = json.dumps(document)

    def pages(host: str, path: str) -> Script:
        if path.endswith("/.well-known/openid-configuration"):
            return answer(text.replace("HERE", host).encode())
        return answer(published("a"))

    return pages


@pytest.mark.parametrize("path", ["", "/", "/v2", "/v2/"])
def test_the_keys_are_where_the_issuer_says(path: str) -> None:
    async def ask(server: Provider, key_sets: KeySets) -> None:
        assert await key_sets.find(KeySource(f"http://{server.host}{path}"), "a")
        asked = [request.split(" ")[1] for request in server.requests]
        assert asked == [f"{path.rstrip('/')}/.well-known/openid-configuration", "/keys"]

    over_the_network(described({"issuer": f"http://HERE{path}", "jwks_uri": "http://HERE/keys"}), ask)


# The reason, and what the issuer says of itself.
DISCOVERIES: dict[str, tuple[str, object]] = {
    "another issuer": ("issuer-mismatch", {"issuer": "https://other.example", "jwks_uri": "http://HERE/keys"}),
    "a slash more": ("issuer-mismatch", {"issuer": "http://HERE/", "jwks_uri": "http://HERE/keys"}),
    "no issuer": ("issuer-mismatch", {"jwks_uri": "http://HERE/keys"}),
    "no keys": ("no-jwks-uri", {"issuer": "http://HERE"}),
    "keys in place": ("no-jwks-uri", {"issuer": "http://HERE", "jwks_uri": {"keys": []}}),
    "keys over http": ("not-https", {"issuer": "http://HERE", "jwks_uri": "http://other.example/keys"}),
    "keys in a file": ("bad-url", {"issuer": "http://HERE", "jwks_uri": "file:///etc/passwd"}),
    "keys in a cloud": ("address", {"issuer": "http://HERE", "jwks_uri": "https://169.254.169.254/latest"}),
    "keys inside": ("address", {"issuer": "http://HERE", "jwks_uri": "https://10.0.0.1/keys"}),
    "a list": ("not-an-object", []),
}


@pytest.mark.parametrize("name", DISCOVERIES)
def test_an_issuer_that_describes_itself_wrongly_has_no_keys(name: str) -> None:
    reason, document = DISCOVERIES[name]

    async def ask(server: Provider, key_sets: KeySets) -> None:
        source = KeySource(f"http://{server.host}")
        with pytest.raises((OutboundError, KeySetError)) as refusal:
            await key_sets.look(source)
        assert refusal.value.reason == reason
        assert not key_sets.known(source)
        assert len(server.requests) == 1

    over_the_network(described(document), ask)


def test_discovery_and_keys_share_one_deadline() -> None:
    slow = [b"HTTP/1.1 200 OK\r\n\r\n", 60.0]
    pages = described({"issuer": "http://HERE", "jwks_uri": "http://HERE/keys"})

    async def ask(server: Provider, key_sets: KeySets) -> None:
        with pytest.raises(OutboundError, match="timeout"):
            await key_sets.look(KeySource(f"http://{server.host}"))

    over_the_network(lambda host, path: slow if path == "/keys" else [0.5, *pages(host, path)], ask)


def test_a_token_of_a_new_key_is_good_after_one_fetch_and_stays_so_when_the_next_is_too_large() -> None:
    pem = new_private_key()
    jwk = public_jwk(pem)
    served = json_answer({"keys": [jwk]})

    async def ask(server: Provider, key_sets: KeySets) -> None:
        source = KeySource("https://login.falun.example", server.url)
        issuer = Issuer(source.issuer, "aud", frozenset({"ES256"}), "2080", lambda: key_sets.known(source))
        verifier = TokenVerifier({issuer.url: issuer}, lambda: 1000)
        token = sign({"iss": issuer.url, "sub": "anna", "aud": "aud", "iat": 1000, "exp": 1300}, pem, jwk["kid"])
        with pytest.raises(InvalidToken, match="unknown-key"):
            verifier.verify(token)
        assert await key_sets.find(source, jwk["kid"])
        assert verifier.verify(token).organisation == "2080"
        served[:] = answer(published("a").ljust(256 * 1024 + 1))
        with pytest.raises(OutboundError, match="too-large"):
            await key_sets.look(source)
        assert verifier.verify(token).subject == "anna"

    over_the_network(lambda _host, _path: served, ask)
