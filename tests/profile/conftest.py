"""The served document, and a county in which something has happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import County, Store
from tests.examples import DECISION, playing


@dataclass(frozen=True)
class Played:
    """A county with a submitted and decided proposal and a sent decision; tests only read from it.

    `answers` are what it answered meanwhile, by the names of the examples.
    """

    county: County
    answers: dict[str, Any]

    @property
    def proposal(self) -> str:
        """The address of the proposal."""
        return f"/proposals/{self.answers['proposal']['id']}"

    @property
    def decision(self) -> str:
        """The address of the decision."""
        return DECISION

    @property
    def of_the_api(self) -> dict[str, Any]:
        """Leave out what other standards give its names: tokens, keys, the issuer's metadata."""
        foreign = {"token", "jwks", "issuer-metadata", "adoption-matrix.csv", "redline.html", "divergences.csv"}
        return {name: answer for name, answer in self.answers.items() if name not in foreign}


@pytest.fixture(scope="session")
def played(store: Store) -> Iterator[Played]:
    url = store.copy()
    with playing(url) as (county, made):
        yield Played(county, made)
    store.drop(url)


@pytest.fixture(scope="session")
def document(library: County) -> dict[str, Any]:
    """Give the OpenAPI document as it is served."""
    found: dict[str, Any] = library.get("/openapi.json").raise_for_status().json()
    return found
