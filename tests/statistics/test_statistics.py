"""Statistics over HTTP."""

import csv
import io
from typing import Any

import pytest

from tests.conftest import County
from tests.examples import DECISION_BODY

DAY = "2027-06-30"


def test_the_median_is_that_of_the_decisions_themselves(library: County) -> None:
    found = library.get(f"/statistics?asOf={DAY}").json()
    cells = [cell for cell in library.get(f"/adoption-matrix?asOf={DAY}").json()["cells"] if cell["decision"]]
    decisions = [library.get(f"/{cell['decision']}").json() for cell in cells]
    assert found["adoptions"] >= sum(each["kind"].startswith("adopt") for each in decisions)
    assert [item["group"] for item in found["items"]] == sorted({item["group"] for item in found["items"]})
    assert sum(item["adoptions"] for item in found["items"]) == found["adoptions"]
    lowest, highest = (choose(item["medianDays"] for item in found["items"]) for choose in (min, max))
    assert lowest <= found["medianDays"] <= highest


def test_an_adoption_counts_once_from_its_day_and_not_when_it_is_retracted(county: County) -> None:
    cell = county.get(f"/adoption-matrix?status=not_started&asOf={DAY}").json()["cells"][0]
    town, guideline = cell["municipality"], cell["guideline"]

    def send(number: int, body: dict[str, Any]) -> None:
        address = f"/municipalities/{town}/decisions/s/{number}"
        county.send("PUT", address, body, county.token(town, "integrator")).raise_for_status()

    def count(day: str = DAY) -> int:
        items = county.get(f"/statistics?by=municipality&asOf={day}").json()["items"]
        return sum(item["adoptions"] for item in items if item["group"] == town)

    before = count()
    adopts = DECISION_BODY | {"guideline": guideline, "kind": "adopt", "deviations": [], "sourceRevision": 1}
    send(1, adopts | {"decidedOn": "2026-12-01"})
    send(2, adopts | {"decidedOn": "2027-01-01"})
    assert (count(), count("2026-11-30")) == (before + 1, before)
    for number in (1, 2):
        send(number, {"retracted": True, "sourceRevision": 2})
    assert count() == before


def test_as_csv_it_says_the_same(library: County) -> None:
    for by in ("guideline", "municipality", "body_type"):
        asked = f"/statistics?by={by}&period=quarter&asOf={DAY}"
        text = library.get(asked, accept="text/csv").text
        assert text == library.get(f"{asked}&format=csv").text
        rows = list(csv.DictReader(io.StringIO(text)))
        items = library.get(asked).json()["items"]
        assert [(row["group"], row["period"], float(row["medianDays"])) for row in rows] == [
            (item["group"], item["period"], item["medianDays"]) for item in items
        ]


def test_before_anything_is_adopted_there_is_no_median(library: County) -> None:
    found = library.get("/statistics?asOf=1999-01-01").json()
    assert found == {"asOf": "1999-01-01", "by": "guideline", "adoptions": 0, "medianDays": None, "items": []}


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("by=county", "/query/by", "unknown-value"),
        ("period=month", "/query/period", "unknown-value"),
        ("asOf=2026-13-01", "/query/asOf", "not-a-day"),
        ("format=xlsx", "/query/format", "unknown-value"),
        ("groupBy=guideline", "/query/groupBy", "unknown-field"),
    ],
)
def test_what_cannot_be_asked_is_told(library: County, query: str, pointer: str, code: str) -> None:
    answer = library.get(f"/statistics?{query}")
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
