"""Decision sync over HTTP: again and again, in any order, to the same end."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from db.vocabulary import AdoptionStatus
from tests.conftest import County
from tests.examples import DECISION, DECISION_BODY

RETRACTION = {"retracted": True, "sourceRevision": 8}


def body(revision: int, **others: Any) -> dict[str, Any]:
    return DECISION_BODY | {"sourceRevision": revision} | others


def put(county: County, sent: dict[str, Any], address: str = DECISION) -> Any:
    return county.send("PUT", address, sent, county.token("2281", "integrator"))


def ends(county: County) -> Sequence[bytes]:
    paths = ("/adoptions?limit=100", "/adoption-matrix?asOf=2027-06-01", "/municipalities/2281/decisions?limit=100")
    return [county.get(path).content for path in paths]


def test_a_decision_is_created_then_unchanged_then_updated(county: County) -> None:
    created = put(county, body(7))
    assert (created.status_code, created.json()["result"]) == (201, "created")
    assert county.client.get(created.headers["location"]).json() == created.json()["decision"]
    again = put(county, body(7))
    assert (again.status_code, again.json()["result"]) == (200, "unchanged")
    newer = put(county, body(9, reason="Ett nytt skäl."))
    assert (newer.status_code, newer.json()["result"]) == (200, "updated")
    assert county.get(DECISION).json()["reason"] == "Ett nytt skäl."


def test_what_changes_nothing_tells_no_event(county: County) -> None:
    put(county, body(7))
    before = county.get("/events?limit=1").json()["_meta"]
    for sent in (body(7), body(3), body(7)):
        put(county, sent)
    assert county.get("/events?limit=1").json()["_meta"] == before


def test_an_older_source_revision_is_stale_and_changes_nothing(county: County) -> None:
    put(county, body(7))
    before = ends(county)
    stale = put(county, body(6, reason="Ett äldre skäl."))
    assert (stale.status_code, stale.json()["result"]) == (200, "stale")
    assert ends(county) == before


def test_the_same_revision_with_another_content_is_a_conflict(county: County) -> None:
    put(county, body(7))
    answer = put(county, body(7, reason="Ett annat skäl."))
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/problems/source-revision-conflict")


def test_a_retraction_that_comes_before_its_record_is_remembered(county: County) -> None:
    assert put(county, RETRACTION).json()["result"] == "created"
    assert put(county, body(7)).json()["result"] == "stale"
    shown = county.get(DECISION).json()
    assert (shown["retracted"], shown["guideline"]) == (True, None)


def test_any_order_and_repetition_ends_in_the_same_bytes(county: County) -> None:
    history = [body(1), body(2, kind="adopt", deviations=[]), {"retracted": True, "sourceRevision": 3}, body(4)]
    reached = set()
    for number, order in enumerate(permutations(history)):
        address = f"/municipalities/2281/decisions/s/{number}"
        for sent in (*order, order[0]):
            assert put(county, sent, address).status_code in (200, 201)
        shown = {key: value for key, value in county.get(address).json().items() if key not in ("id", "externalId")}
        reached.add(repr(shown))
    assert len(reached) == 1


def test_two_records_in_either_order_end_in_the_same_bytes(county: County) -> None:
    first, second = body(1, kind="adopt", deviations=[]), body(1, kind="repeal", deviations=[], decidedOn="2027-03-01")
    second |= {"validFrom": "2027-03-01"}
    ended = []
    for order in ((("a", first), ("b", second)), (("b", second), ("a", first))):
        for name, sent in order:
            put(county, sent, f"/municipalities/2281/decisions/s/{name}")
        ended.append(ends(county))
        for name in ("a", "b"):
            put(county, {"retracted": True, "sourceRevision": 2}, f"/municipalities/2281/decisions/s/{name}")
            first, second = first | {"sourceRevision": 3}, second | {"sourceRevision": 3}
    assert len(ended) == 2


def test_the_example_of_the_contract_is_adopted_from_its_day(county: County) -> None:
    put(county, DECISION_BODY)
    cell = {"municipality": "2281", "guideline": "gemensamt-sprak", "status": "adopted_with_changes", "version": "1.0"}
    matrix = county.get("/adoption-matrix?asOf=2027-02-01").json()
    assert matrix["asOf"] == "2027-02-01"
    assert cell | {"versionStatus": "current", "decidedOn": "2026-12-01"} in matrix["cells"]
    shown = county.get("/municipalities/2281/adoptions?asOf=2027-02-01").json()["items"][0]
    assert (shown["since"], shown["decision"]["externalId"]) == ("2027-01-01", "KS-2026-0042")


def test_the_seeded_matrix_shows_every_status(library: County) -> None:
    cells = library.get("/adoption-matrix?asOf=2026-11-24").json()["cells"]
    assert len(cells) == 7 * 8
    assert {cell["status"] for cell in cells} == {str(status) for status in AdoptionStatus}


def test_the_matrix_as_csv_says_the_same_as_json(library: County) -> None:
    answer = library.get("/adoption-matrix?asOf=2026-11-24", accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[0].startswith("asOf,municipality,municipalityName,guideline,title,status,version")
    cells = library.get("/adoption-matrix?asOf=2026-11-24").json()["cells"]
    assert len(lines) == 1 + len(cells)
    assert library.get("/adoption-matrix?asOf=2026-11-24&format=csv").text == answer.text


@pytest.mark.parametrize(("day", "expected"), [("2025-12-31", 0), ("2026-01-01", 56)])
def test_a_guideline_is_in_the_matrix_from_its_first_day(library: County, day: str, expected: int) -> None:
    assert len(library.get(f"/adoption-matrix?asOf={day}").json()["cells"]) == expected


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown guideline": ({"guideline": "finns-inte"}, "/guideline", "unknown-guideline"),
    "an unknown version": ({"version": "7.0"}, "/version", "unknown-version"),
    "an unknown provision": (
        {"deviations": [{"provision": "9.9", "motive": "x"}]},
        "/deviations/0/provision",
        "unknown-provision",
    ),
    "another text's checksum": ({"contentHash": "sha256:" + "0" * 64}, "/contentHash", "wrong-content-hash"),
    "an end before the start": ({"validUntil": "2026-12-31"}, "", "ends-before-start"),
    "an unknown kind": ({"kind": "antaget"}, "/kind", "unknown-value"),
    "a day that is none": ({"decidedOn": "2026-02-30"}, "/decidedOn", "not-a-day"),
    "a day with a time": ({"decidedOn": "2026-02-03T00:00:00Z"}, "/decidedOn", "not-a-day"),
    "a day as a number": ({"decidedOn": 1}, "/decidedOn", "not-a-day"),
    "a paragraph over length": ({"paragraph": "§" * 41}, "/paragraph", "too-long"),
    "an extension without an end": ({"kind": "extend", "deviations": []}, "", "missing-valid-until"),
    "deviations of a plain adoption": ({"kind": "adopt"}, "", "deviations-without-changes"),
}


@pytest.mark.parametrize(("changed", "pointer", "code"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_and_nothing_is_stored(
    county: County, changed: dict[str, Any], pointer: str, code: str
) -> None:
    answer = put(county, DECISION_BODY | changed)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert county.get(DECISION).status_code == 404


def test_nobody_speaks_for_another_municipality(county: County) -> None:
    answer = county.send("PUT", DECISION, DECISION_BODY, county.token("2260", "integrator"))
    assert answer.status_code == 403
    assert "2260" in answer.json()["detail"]
    assert county.get(DECISION).status_code == 404
