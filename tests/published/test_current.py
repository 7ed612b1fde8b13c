"""A large glossary is served before its index is made; what needs the index waits for it."""

import threading

import pytest

from api.edge.context import Topic
from api.edge.finished import Answered
from api.published.current import Published
from tests.conftest import County

SEARCHES = ("/suggestions?q=mogn", "/terms?q=mogn", "/terms?limit=2", "/terms?asOf=2027-01-31", "/begrepp?q=mogn")


def test_a_search_waits_for_the_first_index(county: County) -> None:
    published: Published = county.app.state.published
    expected = [county.get(path).raise_for_status().content for path in SEARCHES]
    county.app.state.cache.drop(Topic)
    published.indexed.clear()
    assert county.app.state.cache.reads("/api/v1/suggestions", b"q=mogn") is None
    assert isinstance(county.app.state.cache.reads("/api/v1/terms/digital-mognad", b""), Answered)
    threading.Timer(0.1, published.indexed.set).start()
    assert [county.get(path).content for path in SEARCHES] == expected


def test_a_search_that_waits_for_too_long_is_told_to_come_back(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.published.current._LONGEST_WAIT", 0.01)
    county.app.state.published.indexed.clear()
    for path in SEARCHES[:2]:
        answer = county.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
        assert answer.json()["type"].endswith("/problems/unavailable")
    assert county.get("/terms/digital-mognad").status_code == 200


def test_the_index_of_a_large_glossary_is_made_beside_the_requests(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.published.current._MANY", 0)
    settings = county.settings
    drawn = Published(county.app.state.database, settings.base_url, settings.api_url, settings.county)
    assert drawn.indexed.wait(60)
    known: Published = county.app.state.published
    assert drawn.picture.index.search("mogn").total == known.picture.index.search("mogn").total > 0
