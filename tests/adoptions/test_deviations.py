"""The register of deviations: of adoptions that stand, by the day on which they end."""

import csv
from typing import Any

import pytest

from tests.adoptions.test_sync import body, put
from tests.conftest import County
from tests.edge.desk import check_problem
from tests.examples import DECISION

DAY = "asOf=2027-02-01"


def deviation(provision: str, until: str | None, **others: Any) -> dict[str, Any]:
    return {"provision": provision, "motive": "Skäl.", "measure": None, "until": until, **others}


def listed(county: County, query: str = DAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = county.get(f"/deviations?{query}&limit=100").raise_for_status().json()["items"]
    return found


def of_sundsvall(county: County, query: str = DAY) -> list[tuple[str, str | None, bool]]:
    ours = [each for each in listed(county, query) if each["decision"] in DECISION]
    return [(each["provision"], each["until"], each["expired"]) for each in ours]


def test_those_that_end_first_come_first_and_the_ended_are_told_so(county: County) -> None:
    put(
        county,
        body(7, deviations=[deviation("1.2", None), deviation("1.3", "2027-12-31"), deviation("1.1", "2027-01-31")]),
    )
    assert of_sundsvall(county) == [("1.1", "2027-01-31", True), ("1.3", "2027-12-31", False), ("1.2", None, False)]
    assert of_sundsvall(county, "asOf=2027-01-31")[0] == ("1.1", "2027-01-31", False)


def test_only_what_stands_on_the_day_is_listed(county: County) -> None:
    put(county, body(7, validUntil="2027-12-31"))
    assert of_sundsvall(county, "asOf=2026-12-31") == []
    assert of_sundsvall(county, "asOf=2027-12-31") != []
    assert of_sundsvall(county, "asOf=2028-01-01") == []
    put(county, {"retracted": True, "sourceRevision": 8})
    assert of_sundsvall(county) == []


def test_a_deviation_leads_to_its_decision_and_names_the_role_that_answers_for_it(county: County) -> None:
    put(county, body(7, deviations=[deviation("1.3", None, ownerRole="Förvaltningschef")]))
    [found] = listed(county, f"{DAY}&municipality=2281&guideline=gemensamt-sprak")
    assert (found["ownerRole"], found["municipalityName"]) == ("Förvaltningschef", "Sundsvall")
    assert county.get(f"/{found['decision']}").json()["deviations"][0]["ownerRole"] == "Förvaltningschef"


@pytest.mark.parametrize("query", ["municipality=2262", "guideline=kompetens-och-utbildning", "until=2026-12-01"])
def test_filters_keep_some_of_all(library: County, query: str) -> None:
    everything, found = listed(library, "asOf=2026-11-01"), listed(library, f"asOf=2026-11-01&{query}")
    name, _, value = query.partition("=")
    kept = [
        each
        for each in everything
        if (each["until"] is not None and each["until"] <= value if name == "until" else each[name] == value)
    ]
    assert found == kept
    assert 0 < len(found) < len(everything)


def test_the_table_says_the_same(library: County) -> None:
    table = library.get("/deviations?asOf=2026-11-01", accept="text/csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(table.text.splitlines()))
    assert [(row["municipality"], row["provision"], row["until"]) for row in rows] == [
        (each["municipality"], each["provision"], each["until"] or "") for each in listed(library, "asOf=2026-11-01")
    ]


@pytest.mark.parametrize("query", ["until=imorgon", "municipality=22", "guideline=Å", "expired=true"])
def test_a_filter_that_is_none_is_named(library: County, query: str) -> None:
    [fault] = check_problem(library.get(f"/deviations?{query}"), 422, "invalid-input")["errors"]
    assert fault["pointer"] == f"/query/{query.partition('=')[0]}"
