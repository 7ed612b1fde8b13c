"""Which words are read differently, by whom and how far: as JSON, as CSV, as a page."""

import csv
import io

import pytest

from api.pages import words
from db.vocabulary import Alignment
from tests.conftest import County
from tests.interpretations.acts import put, reading
from tests.pages.outline import Grid, Outline


def ids(county: County, query: str = "") -> list[str]:
    return [item["termId"] for item in county.get(f"/divergences?{query}").raise_for_status().json()["items"]]


def test_a_fresh_county_shows_two_that_read_digitalisering_differently(library: County) -> None:
    found = library.get("/divergences").json()
    assert found["_meta"]["totalRecords"] == 3
    item = found["items"][0]
    assert (item["termId"], item["preferredLabel"], item["spread"]) == ("digitalisering", "digitalisering", 25)
    assert item["counts"] == {"same": 1, "narrower": 1, "broader": 1, "different": 0, "not_used": 0}
    said = [(town["code"], town["alignment"]) for town in item["municipalities"]]
    assert said == [("2262", "same"), ("2281", "narrower"), ("2283", "broader")]


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("domain=tjanster", ["e-tjanst"]),
        ("municipality=2281", ["digitalisering"]),
        ("municipality=2262", []),
        ("municipality=2262&alignment=same", ["digitalisering"]),
        ("alignment=not_used", ["digital-mognad"]),
        ("alignment=same", ["digitalisering", "e-tjanst"]),
        ("minSpread=20", ["digitalisering", "e-tjanst"]),
        ("minSpread=26", []),
        ("limit=1&page=3", ["digital-mognad"]),
    ],
)
def test_filters_leave_what_was_asked_for(library: County, query: str, terms: list[str]) -> None:
    assert ids(library, query) == terms


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("municipality=0180", "/query/municipality"),
        ("alignment=near", "/query/alignment"),
        ("minSpread=101", "/query/minSpread"),
        ("minSpread=1e1", "/query/minSpread"),
        ("format=xml", "/query/format"),
        ("dialect=excel", "/query/dialect"),
        ("spread=1", "/query/spread"),
    ],
)
def test_a_filter_that_is_none_is_pointed_at(library: County, query: str, pointer: str) -> None:
    answer = library.get(f"/divergences?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_what_is_read_furthest_apart_comes_first_and_what_all_read_alike_not_at_all(county: County) -> None:
    put(county, "2281", "klarsprak", reading("same"))
    for town in ("2260", "2262", "2281", "2283"):
        put(county, town, "remiss", reading("different"))
    assert ids(county) == ["remiss", "digitalisering", "e-tjanst", "digital-mognad"]


def test_csv_tells_every_reading_and_no_text_becomes_a_formula(county: County) -> None:
    put(county, "2280", "remiss", reading(wording={"sv": "＝1+1"}, reason='@a;"b"\nc'))
    plain = county.get("/divergences?limit=1", accept="text/csv")
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["content-disposition"] == 'attachment; filename="divergences.csv"'
    swedish = county.get("/divergences?format=csv&dialect=excel-sv").content.decode()
    assert swedish.startswith("\ufefftermId;preferredLabel;")
    rows = list(csv.DictReader(io.StringIO(plain.text)))
    assert rows == list(csv.DictReader(io.StringIO(swedish.removeprefix("\ufeff")), delimiter=";"))
    items = county.get("/divergences").json()["items"]
    told = [(item["termId"], town["code"]) for item in items for town in item["municipalities"]]
    assert [(row["termId"], row["municipality"]) for row in rows] == told
    [row] = [row for row in rows if row["termId"] == "remiss"]
    assert (row["wording"], row["reason"]) == ("'＝1+1", '\'@a;"b"\nc')
    assert (row["municipalityName"], row["needsReview"]) == ("Härnösand", "false")


def test_a_term_and_a_municipality_lead_to_what_is_said(library: County) -> None:
    link = library.get("/terms/digitalisering").json()["_links"]["interpretations"]["href"]
    assert len(library.client.get(link).json()["items"]) == 3
    link = library.get("/municipalities/2281").json()["_links"]["interpretations"]["href"]
    assert [item["termId"] for item in library.client.get(link).json()["items"]] == ["digitalisering"]
    missing = (
        *("/terms/finns-inte/interpretations", "/municipalities/9999/interpretations"),
        *("/municipalities/2281/interpretations/remiss", "/municipalities/2281/interpretations/remiss/revisions"),
    )
    assert {library.get(path).status_code for path in missing} == {404}


def test_people_read_it_as_tables(county: County) -> None:
    put(county, "2280", "remiss", reading("not_used", wording={"en": "<b>Round</b>"}))
    for path in ("/skillnader", "/begrepp/remiss"):
        html = county.client.get(path).text
        assert ["Härnösand", "Använder inte ordet", "<b>Round</b>", "Så har vi alltid sagt."] in Grid(html).rows
        assert '<span lang="en">&lt;b&gt;' in html
    assert "Så läser kommunerna ordet" not in Outline(county.client.get("/begrepp/klarsprak").text).text
    assert "/skillnader" in Outline(county.client.get("/begrepp").text).every("href")
    assert words.ALIGNMENT.keys() == set(Alignment)
