"""Verified tokens are known again, as long as they would be verified again and no longer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from api.identity import verified
from api.identity.authenticate import Caller
from api.identity.claims import LEEWAY
from api.identity.keys import add_key
from api.identity.trust import Trust
from api.identity.verified import VerifiedTokens
from tests.conftest import County, running
from tests.identity.conftest import Trusting
from tests.identity.test_foreign_tokens import status_of

ANNA = Caller("https://login.example", "anna", "2281", frozenset({"tasks:read"}), None)


def trust_of(county: County) -> Trust:
    trust: Trust = county.app.state.trust
    return trust


def known(county: County, token: str) -> Caller | None:
    return trust_of(county).known(token.encode())


def test_a_token_is_known_once_it_is_verified_with_what_it_may(trusting: Trusting) -> None:
    county, token = trusting.county, trusting.sundsvall.token({"jti": "known"})
    assert known(county, token) is None
    assert status_of(county, token) == 200
    caller = known(county, token)
    assert caller is not None
    assert (caller.issuer, caller.subject, caller.organisation) == (trusting.sundsvall.url, "anna", "2281")
    assert "guidelines:propose" in caller.scopes
    assert known(county, f"{token} ") is None
    assert known(county, token[:-1]) is None


@pytest.mark.parametrize("code", ["0180", "01"])
def test_a_refused_token_is_not_known(library: County, code: str) -> None:
    for token, status in ((library.token(code), 403), ("rubbish", 401)):
        assert status_of(library, token) == status
        assert known(library, token) is None


def test_our_own_tokens_are_known_until_our_keys_change(county: County) -> None:
    token = county.token("2281")
    assert status_of(county, token) == 200
    assert known(county, token) is not None
    add_key(county.app.state.database)
    county.app.state.keys.refresh()
    assert known(county, token) is None
    assert status_of(county, token) == 200, "the key that has signed it is still live"


def test_whatever_changes_of_issuers_or_their_keys_is_asked_anew(office: Trusting) -> None:
    county, provider = office.county, office.sundsvall
    issuer = office.register(provider.registration("2281")).json()
    token, mine = provider.token(), county.token("2281")

    def verify_both() -> None:
        """Ask until both are known: the keys of an issuer that was just registered come a little later."""
        for _ in range(100):
            assert (status_of(county, token), status_of(county, mine)) == (200, 200)
            if None not in (known(county, token), known(county, mine)):
                return
            time.sleep(0.05)
        pytest.fail("a verified token is not known")

    verify_both()
    office.register(office.timra.registration("2262")).raise_for_status()
    assert (known(county, token), known(county, mine)) == (None, None)
    verify_both()
    office.change(issuer, disabled=True).raise_for_status()
    assert known(county, token) is None


@contextmanager
def another_process(office: Trusting) -> Iterator[County]:
    """Run a second server on the same database."""
    settings = office.county.settings
    with running(settings.database_url, outbound_private_hosts=settings.outbound_private_hosts) as other:
        yield other


def test_another_process_takes_a_change_in_by_itself(office: Trusting) -> None:
    token = office.sundsvall.token()
    with another_process(office) as other:
        issuer = office.register(office.sundsvall.registration("2281")).json()
        _wait_for(other, token, 200)
        office.change(issuer, disabled=True).raise_for_status()
        _wait_for(other, token, 401)
        assert known(other, token) is None


def _wait_for(county: County, token: str, status: int) -> None:
    """Ask until the answer is as wanted; the test's own time limit ends what never comes."""
    while status_of(county, token) != status:
        time.sleep(0.1)


def test_a_process_that_starts_knows_the_issuers_that_are_there(office: Trusting) -> None:
    office.register(office.sundsvall.registration("2281")).raise_for_status()
    with another_process(office) as other:
        assert status_of(other, office.sundsvall.token()) == 200


def test_without_a_database_the_issuers_that_are_here_go_on(office: Trusting, monkeypatch: pytest.MonkeyPatch) -> None:
    office.register(office.sundsvall.registration("2281")).raise_for_status()
    assert status_of(office.county, office.sundsvall.token()) == 200
    monkeypatch.setattr(trust_of(office.county), "_database", None)
    trust_of(office.county).try_to_refresh()
    assert status_of(office.county, office.sundsvall.token({"jti": "another"})) == 200


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_token_is_known_exactly_as_long_as_the_verifier_would_take_it() -> None:
    clock = Clock()
    tokens = VerifiedTokens(clock)
    tokens.keep(b"token", ANNA, int(clock.now) + 60)
    assert tokens.get(b"token") is ANNA
    clock.now += 60 + LEEWAY - 0.1
    assert tokens.get(b"token") is ANNA
    clock.now += 0.1
    assert tokens.get(b"token") is None


def test_a_token_that_is_kept_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "_MOST_BYTES", 2_002)
    tokens, end = VerifiedTokens(), int(time.time()) + 60
    for token in (b"a", b"a", b"a", b"b"):
        tokens.keep(token, ANNA, end)
    assert tokens.get(b"a") is tokens.get(b"b") is ANNA


def test_two_tokens_with_one_ending_are_two() -> None:
    tokens, end = VerifiedTokens(), int(time.time()) + 60
    one, two = b"1" + bytes(100), b"2" + bytes(100)
    tokens.keep(one, ANNA, end)
    assert (tokens.get(one), tokens.get(two)) == (ANNA, None)
    tokens.keep(two, ANNA, end)
    assert (tokens.get(one), tokens.get(two)) == (None, ANNA)


@pytest.mark.parametrize(("limit", "most"), [("_MOST_TOKENS", 3), ("_MOST_BYTES", 3_003)], ids=["tokens", "bytes"])
def test_the_oldest_gives_way_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch, limit: str, most: int) -> None:
    monkeypatch.setattr(verified, limit, most)
    tokens, end = VerifiedTokens(), int(time.time()) + 60
    for number in range(5):
        tokens.keep(str(number).encode(), replace(ANNA, subject=str(number)), end)
    found = [tokens.get(str(number).encode()) for number in range(5)]
    assert [caller.subject if caller else None for caller in found] == [None, None, "2", "3", "4"]
