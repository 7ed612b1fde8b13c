"""The matrix in all its forms says the same, and every cell leads to its decision."""

import csv
import io
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from api.adoptions.matrix_schemas import AdoptionMatrix
from api.pages import words
from api.tables import XLSX
from tests.conftest import County

DAY = "2026-11-24"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_answer_has_the_form_that_is_declared(library: County) -> None:
    drawn = library.get(f"/adoption-matrix?asOf={DAY}").json()
    assert AdoptionMatrix.model_validate(drawn).model_dump(mode="json") == drawn


def test_every_cell_leads_to_its_decision(library: County) -> None:
    drawn = library.get(f"/adoption-matrix?asOf={DAY}").json()
    decided = [cell for cell in drawn["cells"] if cell["decision"]]
    assert len(decided) == sum(cell["status"] != "not_started" for cell in drawn["cells"])
    for cell in decided:
        decision = library.get(f"/{cell['decision']}").raise_for_status().json()
        assert (decision["municipality"], decision["guideline"]) == (cell["municipality"], cell["guideline"])
        assert decision["decidedOn"] == cell["decidedOn"]


def test_a_cell_says_what_the_adoption_says(library: County) -> None:
    cells = {
        (cell["municipality"], cell["guideline"]): cell
        for cell in library.get(f"/adoption-matrix?asOf={DAY}").json()["cells"]
    }
    adoptions = library.get(f"/adoptions?asOf={DAY}&limit=100").json()["items"]
    assert len(adoptions) == len(cells)
    for adoption in adoptions:
        cell = cells[adoption["municipality"], adoption["guideline"]]
        assert [cell[name] for name in ("status", "version", "versionStatus")] == [
            adoption[name] for name in ("status", "version", "versionStatus")
        ]


def test_totals_count_the_cells_that_are_shown(library: County) -> None:
    for chosen in ("", "&municipality=2281", "&status=adopted", "&guideline=gemensamt-sprak"):
        drawn = library.get(f"/adoption-matrix?asOf={DAY}{chosen}").json()
        counts = Counter(cell["status"] for cell in drawn["cells"])
        assert drawn["totals"]["counts"] == {status: counts[status] for status in words.ADOPTION}
        for total in drawn["totals"]["guidelines"]:
            found = Counter(cell["status"] for cell in drawn["cells"] if cell["guideline"] == total["guideline"])
            assert total["counts"] == {status: found[status] for status in words.ADOPTION}


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("municipality=2281", "municipality", "2281"),
        ("guideline=gemensamt-sprak", "guideline", "gemensamt-sprak"),
        ("status=lapsed", "status", "lapsed"),
    ],
)
def test_a_part_is_chosen_in_every_form(library: County, query: str, name: str, value: str) -> None:
    whole = library.get(f"/adoption-matrix?asOf={DAY}").json()["cells"]
    wanted = [cell for cell in whole if cell[name] == value]
    assert wanted
    assert library.get(f"/adoption-matrix?asOf={DAY}&{query}").json()["cells"] == wanted
    text = library.get(f"/adoption-matrix?asOf={DAY}&{query}&format=csv").text
    assert [row[name] for row in csv.DictReader(io.StringIO(text))] == [value] * len(wanted)


def test_the_workbook_says_it_in_words(library: County) -> None:
    answer = library.get(f"/adoption-matrix?asOf={DAY}", accept=XLSX)
    assert answer.headers["content-type"] == XLSX
    assert answer.content == library.get(f"/adoption-matrix?asOf={DAY}&format=xlsx").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    lines = book.get_sheet_by_name("Läget").to_python()
    drawn = library.get(f"/adoption-matrix?asOf={DAY}").json()
    assert lines[0] == ["Kommun", *(guideline["title"]["sv"] for guideline in drawn["guidelines"])]
    assert [line[0] for line in lines[1:]] == [town["name"] for town in drawn["municipalities"]]
    for cell, said in zip(drawn["cells"], (said for line in lines[1:] for said in line[1:]), strict=True):
        assert str(said).startswith(words.ADOPTION[cell["status"]])
        assert (cell["decidedOn"] or "") in str(said)
    sums = book.get_sheet_by_name("Summor").to_python()
    assert sums[-1][1:] == [str(count) for count in drawn["totals"]["counts"].values()]


def test_the_picture_is_read_without_colour_by_keyboard_and_by_ear(library: County) -> None:
    answer = library.get(f"/adoption-matrix?asOf={DAY}", accept="image/svg+xml")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(answer.content)
    drawn = library.get(f"/adoption-matrix?asOf={DAY}").json()
    # Named and described as a whole, and each cell by itself.
    named = dict.fromkeys((root.get("aria-labelledby") or "").split())
    assert [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")] == list(named)  # type: ignore[union-attr]
    cells = [each for each in root if each.tag in (f"{SVG}a", f"{SVG}g")]
    assert len(cells) == len(drawn["cells"])
    for cell, shown in zip(drawn["cells"], cells, strict=True):
        told = shown.findtext(f"{SVG}title") or ""
        assert shown.get("aria-label") == told
        assert words.ADOPTION[cell["status"]] in told
        # A sign and a word, in black on white: no colour says anything.
        sign, word = (shown.findtext(f"{SVG}text") or "").split()
        assert sign == words.SYMBOLS[cell["status"]]
        assert word
        # Links are what a keyboard stops at, in the order in which they stand: line by line.
        assert (shown.get("href") is not None) == (cell["decision"] is not None)
    assert {each.get("fill") for each in root.iter() if each.get("fill")} == {"#000", "#fff"}
    texts = " ".join(each.text or "" for each in root.iter(f"{SVG}text"))
    for status, means in words.ADOPTION_MEANS.items():
        assert f"{words.ADOPTION[status]}. {means}" in texts


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("municipality=0180", "/query/municipality", "unknown-municipality"),
        ("municipality=x", "/query/municipality", "wrong-form"),
        ("guideline=saknas", "/query/guideline", "unknown-guideline"),
        ("status=ja", "/query/status", "unknown-value"),
        ("format=pdf", "/query/format", "unknown-value"),
        ("dialect=fr", "/query/dialect", "unknown-value"),
    ],
)
def test_what_is_not_there_is_told(library: County, query: str, pointer: str, code: str) -> None:
    answer = library.get(f"/adoption-matrix?{query}")
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


def test_the_page_has_the_picture_beside_a_real_table(library: County) -> None:
    page = library.get("/laget").text
    assert '<table class="matrix">' in page
    assert "/api/v1/adoption-matrix?format=svg" in page
    assert "/api/v1/adoption-matrix?format=xlsx" in page
