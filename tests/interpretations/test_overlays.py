"""The shared text with what a municipality lays over it: everywhere the same, fresh, and never in the way of others."""

from typing import Any

import pytest

from db.vocabulary import ChangeKind
from tests.conftest import County, Store, running
from tests.interpretations.acts import publish, put, reading, withdraw

TOWN = "municipality=2281"
PATHS = ("/terms/digitalisering?{}", "/terms?q=digitalisering&{}", "/suggestions?q=digitaliser&{}", "/glossary?{}")


def overlays(county: County, path: str) -> dict[str, Any]:
    """Give the overlay of each term that an answer holds."""
    answer = county.get(path).raise_for_status().json()
    items = answer.get("items") or answer.get("terms") or [answer]
    return {item.get("id") or item["termId"]: item["overlay"] for item in items}


def bare(answer: Any) -> Any:
    """Leave out what a municipality has added, and the links of the page."""
    if isinstance(answer, dict):
        added = ("overlay", "_links", "generatedFor")
        return {name: bare(value) for name, value in answer.items() if name not in added}
    return [bare(item) for item in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize("path", PATHS)
def test_the_shared_text_is_as_it_was_and_the_overlay_is_apart(library: County, path: str) -> None:
    shared, laid = (library.get(path.format(query).rstrip("?&")).json() for query in ("", TOWN))
    assert bare(shared) == bare(laid)
    assert "overlay" not in str(shared)
    said = overlays(library, path.format(TOWN))
    assert set(said["digitalisering"]) == {"municipality", "alignment", "wording", "termVersion", "needsReview"}
    assert said["digitalisering"]["municipality"] == "2281"
    assert all(overlay is None for term, overlay in said.items() if term != "digitalisering")
    assert overlays(library, path.format("municipality=2280"))["digitalisering"] is None


def test_the_bundle_says_for_whom_and_its_hash_is_of_the_shared_text(library: County) -> None:
    shared, laid = library.get("/glossary"), library.get(f"/glossary?{TOWN}")
    assert (shared.json()["generatedFor"], laid.json()["generatedFor"]) == (None, "2281")
    assert shared.json()["contentHash"] == laid.json()["contentHash"]
    assert shared.headers["etag"] != laid.headers["etag"]


@pytest.mark.parametrize("path", PATHS)
def test_a_municipality_that_takes_no_part_is_named_and_the_others_listed(library: County, path: str) -> None:
    for code, told in {"0180": "unknown-municipality", "9999": "unknown-municipality", "22": "wrong-form"}.items():
        answer = library.get(path.format(f"municipality={code}"))
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/query/municipality", told)
        assert code not in error["detail"] or code == "22"
        assert "2281" in error["detail"] or code == "22"


def test_a_change_is_in_the_next_answer_and_the_shared_one_stays_kept(county: County) -> None:
    cache = county.app.state.cache
    asked = [path.format(TOWN) for path in PATHS]
    for path in [*asked, "/glossary", "/terms/digitalisering/interpretations", "/divergences"]:
        county.get(path)
    put(county, "2281", "digitalisering", reading("different"), if_match='"1"')
    for path in asked:
        assert overlays(county, path)["digitalisering"]["alignment"] == "different", path
    assert "different" in county.get("/terms/digitalisering/interpretations").text
    assert county.get("/divergences").json()["items"][0]["counts"]["different"] == 1
    misses = cache.misses
    county.get("/glossary")
    assert cache.misses == misses
    publish(county, "digitalisering", ChangeKind.MAJOR)
    assert all(overlays(county, path)["digitalisering"]["needsReview"] for path in asked)
    withdraw(county, "2281", "digitalisering", 2)
    assert all(overlays(county, path)["digitalisering"] is None for path in asked)


def test_another_process_and_a_new_start_tell_the_same(store: Store) -> None:
    url = store.copy()
    paths = (*(path.format(TOWN) for path in PATHS), "/divergences", "/municipalities/2281/interpretations")
    with running(url) as one, running(url) as other:
        put(one, "2281", "klarsprak")
        put(one, "2281", "digitalisering", reading("broader"), if_match='"1"')
        withdraw(one, "2281", "klarsprak", 1)
        sequence = one.get("/events?limit=1").json()["_meta"]["lastSequence"]
        fresh = [other.get(path, samsprak_min_sequence=str(sequence)).content for path in paths]
        assert fresh == [one.get(path).content for path in paths]
        with running(url) as later:
            assert fresh == [later.get(path).content for path in paths]
    store.drop(url)
