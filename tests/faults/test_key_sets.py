"""A municipality's key set that is slow, leads elsewhere, is away or has other keys, while all others work."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import BASE, Store
from tests.faults.rig import Figures, Rig, rigged
from tests.identity.idp import Idp, idp
from tests.identity.test_tokens import rsa_jwk

# In seconds. Twenty fetches that are waited for, each to its end, take twice as long.
_LONGEST = 30


@pytest.fixture
def provider() -> Iterator[Idp]:
    with idp() as made:
        yield made


@pytest.fixture
def trusting(store: Store, provider: Idp, tmp_path: Path, figures: Figures) -> Iterator[Rig]:
    """Give a county under load that trusts the provider, for a municipality that does not write otherwise."""
    url = store.copy()
    with rigged(url, tmp_path, figures, SAMSPRAK_OUTBOUND_PRIVATE_HOSTS=provider.host) as rig:
        rig.admin.send("POST", "/issuers", provider.registration("2262"))
        yield rig
    store.drop(url)


def is_slow(provider: Idp) -> None:
    provider.delay = 2.0 * _LONGEST


def leads_elsewhere(provider: Idp) -> None:
    provider.redirect = "http://169.254.169.254/latest/meta-data"


def is_away(provider: Idp) -> None:
    provider.documents = {}


def has_other_keys(provider: Idp) -> None:
    provider.key, provider.kid = rsa.generate_private_key(65537, 2048), "new"
    provider.show(rsa_jwk(provider.key, kid="new", use="sig", alg="RS256"))


# What is known of keys does not stand in the database: a short form asks each of the two for half of these.
_SHORT = {"sqlite": (is_slow, is_away), "postgresql": (leads_elsewhere, has_other_keys)}


@pytest.fixture(params=[is_slow, leads_elsewhere, is_away, has_other_keys], ids=lambda becomes: becomes.__name__)
def becomes(request: pytest.FixtureRequest, store: Store) -> Callable[[Idp], None]:
    found: Callable[[Idp], None] = request.param
    if "FAULT_ROUNDS" not in os.environ and found not in _SHORT[store.engine]:
        pytest.skip("the other database shows it in the short form")
    return found


def test_whatever_a_key_set_becomes_known_keys_count_and_nobody_waits(
    becomes: Callable[[Idp], None], trusting: Rig, provider: Idp, figures: Figures
) -> None:
    rig, good = trusting, provider.token()
    assert read(rig, good) == 200
    becomes(provider)
    with rig.load.running():
        began = time.monotonic()
        statuses = [read(rig, provider.token(header={"kid": f"unheard-{number}"})) for number in range(20)]
        rig.load.wait_for_more(20)
        assert statuses == [401] * 20
        assert read(rig, good) == 200
        figures["longestSeconds"] = round(time.monotonic() - began, 1)
    # One fetch was waited for, by those alone whose key it was to bring.
    assert figures["longestSeconds"] < _LONGEST
    assert not rig.load.unanswered()
    rig.check()


def read(rig: Rig, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.get(f"{rig.server.address}{BASE}/proposals", headers=headers, timeout=30).status_code
