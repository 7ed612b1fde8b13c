"""Two municipalities with a provider each, and a county that trusts both."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.conftest import County, Store, running
from tests.identity.idp import Idp, idp
from tests.identity.test_tokens import Json


@dataclass(frozen=True)
class Trusting:
    """A county whose administrator registers providers: `sundsvall` for 2281, `timra` for 2262."""

    county: County
    sundsvall: Idp
    timra: Idp

    @property
    def admin(self) -> str:
        return self.county.token("22", "county_admin")

    def register(self, body: Json) -> httpx2.Response:
        return self.county.send("POST", "/issuers", body, self.admin)

    def change(self, issuer: Json, /, **changes: object) -> httpx2.Response:
        """Change an issuer by one who has read it."""
        address = f"/issuers/{issuer['id']}"
        etag = self.county.get(address, self.admin).headers["etag"]
        return self.county.send("PATCH", address, changes, self.admin, if_match=etag)

    def events(self, stream: str) -> list[Json]:
        """Read an organisation's own stream, what is told of issuers."""
        reader = self.county.token(stream, "coordinator" if len(stream) == 4 else "county_admin")
        answer = self.county.get(f"/events?stream={stream}&kinds=issuer.*", reader).raise_for_status()
        found: list[Json] = answer.json()["items"]
        return found


@pytest.fixture(scope="module")
def providers() -> Iterator[tuple[Idp, Idp]]:
    with idp("of-sundsvall") as sundsvall, idp("of-timra") as timra:
        yield sundsvall, timra


@pytest.fixture
def office(store: Store, providers: tuple[Idp, Idp]) -> Iterator[Trusting]:
    """Give a county that may call both providers and trusts neither yet."""
    url = store.copy()
    with running(url, outbound_private_hosts=tuple(one.host for one in providers)) as county:
        yield Trusting(county, *providers)
    store.drop(url)


@pytest.fixture(scope="module")
def trusting(store: Store, providers: tuple[Idp, Idp]) -> Iterator[Trusting]:
    """Give a county that trusts both providers, each for its own municipality; tests only ask it."""
    url = store.copy()
    with running(url, outbound_private_hosts=tuple(one.host for one in providers)) as county:
        made = Trusting(county, *providers)
        made.register(made.sundsvall.registration("2281")).raise_for_status()
        made.register(made.timra.registration("2262")).raise_for_status()
        yield made
    store.drop(url)
