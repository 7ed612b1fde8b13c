"""The first page, the guidelines and how the county stands, as people read them."""

import re
from collections.abc import Iterator

import pytest

from api.pages import words
from db.migrate import migrate
from db.session import open_database
from seed.loader import prepare, seed
from tests.conftest import County, Store, running
from tests.examples import DECISION, DECISION_BODY
from tests.pages.conftest import Read
from tests.pages.outline import Grid, Outline

MADE_UP = "påhittade exempel"
HORIZONTAL = {"genderEquality": "Jämställdhet", "equalTreatment": "Likabehandling", "environment": "Miljö"}
OF_DECISIONS = ("/", "/laget", "/riktlinjer/gemensamt-sprak")


@pytest.fixture
def bare(store: Store) -> Iterator[County]:
    """Give a county without any decisions of municipalities."""
    url = store.empty()
    database = open_database(url)
    migrate(database)
    prepare(database, own_keys=True)
    seed(database, "22", decisions=False)
    database.dispose()
    with running(url) as found:
        yield found
    store.drop(url)


def text_of(county: County, path: str) -> str:
    return Outline(county.client.get(path).text).text


def test_the_curl_line_works_without_a_key(read: Read, library: County) -> None:
    line = re.search(r"curl &#34;([^&]+)&#34;|curl \"([^\"]+)\"", read("/"))
    assert line is not None
    address = line[1] or line[2]
    assert address.startswith(library.settings.base_url)
    assert library.client.get(address).json()["items"][0]["termId"] == "digital-mognad"


def test_the_numbers_of_the_first_page_are_those_of_the_data(read: Read, library: County) -> None:
    drawn = library.get("/adoption-matrix").json()
    adopted = sum(cell["status"] in ("adopted", "adopted_with_changes") for cell in drawn["cells"])
    text = Outline(read("/")).text
    assert f"{library.get('/terms').json()['_meta']['totalRecords']} begrepp" in text
    assert f"{len(drawn['guidelines'])} riktlinjer" in text
    assert f"{adopted} av {len(drawn['cells'])} möjliga antaganden" in text
    assert "Västernorrlands län" in text


@pytest.mark.parametrize("day", ["2026-01-01", "2026-03-01", "2026-10-15", "2030-01-01"])
def test_the_table_says_in_words_what_the_matrix_holds_on_a_day(read: Read, library: County, day: str) -> None:
    drawn = library.get(f"/adoption-matrix?asOf={day}").json()
    head, *rows = Grid(read(f"/laget?datum={day}")).rows
    assert head == ["Kommun", *(guideline["title"]["sv"] for guideline in drawn["guidelines"])]
    assert [row[0] for row in rows] == [town["name"] for town in drawn["municipalities"]]
    cells = iter(drawn["cells"])
    for row in rows:
        for shown in row[1:]:
            cell = next(cells)
            assert shown.startswith(f"{words.SYMBOLS[cell['status']]} {words.ADOPTION[cell['status']]}")
            assert (cell["decidedOn"] or "") in shown


def test_every_status_has_a_word_a_sign_and_an_explanation() -> None:
    for status in words.ADOPTION:
        assert words.SYMBOLS[status]
        assert words.ADOPTION_MEANS[status]
    assert len(set(words.SYMBOLS.values())) == len(set(words.ADOPTION.values())) == 7


def test_a_day_before_all_guidelines_says_so(read: Read) -> None:
    assert "Den dagen gällde inga riktlinjer" in read("/laget?datum=1999-01-01")
    assert "Den dagen gällde inte riktlinjen" in read("/riktlinjer/gemensamt-sprak?datum=1999-01-01")


def test_an_emptied_date_field_shows_today(read: Read) -> None:
    assert read("/laget?datum=") == read("/laget")


@pytest.mark.parametrize("path", OF_DECISIONS)
def test_fictional_decisions_are_told_as_such(read: Read, path: str) -> None:
    assert MADE_UP in read(path)


@pytest.mark.parametrize("path", OF_DECISIONS)
def test_a_county_without_the_demonstration_has_no_such_sentence(bare: County, path: str) -> None:
    assert bare.client.get(path).status_code == 200
    assert MADE_UP not in text_of(bare, path)


def test_a_real_decision_among_fictional_ones_is_told_apart_and_seen_at_once(county: County) -> None:
    pages = {path: text_of(county, path) for path in OF_DECISIONS}
    real = DECISION_BODY | {"decidedOn": "2026-06-01", "validFrom": "2026-06-02", "reason": "På riktigt"}
    assert county.send("PUT", DECISION, real, county.token("2281", "integrator")).status_code == 201
    after = text_of(county, "/riktlinjer/gemensamt-sprak?datum=2026-11-24")
    assert "På riktigt" in after
    assert "6 av 7 beslut på den här sidan är påhittade exempel" in after
    assert after.count("Exempel.") == 6
    assert "(exempel)" in text_of(county, "/laget")
    assert "Några av kommunernas beslut är påhittade exempel" in text_of(county, "/")
    assert all(text_of(county, path) != before for path, before in pages.items())


def test_a_guideline_shows_its_text_its_decision_and_how_each_municipality_stands(read: Read, library: County) -> None:
    version = library.get("/guidelines/behov-och-nytta/versions/1.0").json()
    html = read("/riktlinjer/behov-och-nytta")
    text = Outline(html).text
    content, decision = version["content"], version["decision"]
    assert f"<h1>{content['title']['sv']}</h1>" in html
    for told in (content["purpose"]["sv"], content["plainSummary"]["sv"], version["contentHash"]):
        assert told in text
    for told in (decision["body"], "10 december 2025", decision["paragraph"], decision["recordNumber"]):
        assert told in text
    for provision in content["provisions"]:
        assert f'id="{provision["number"].replace(".", "-")}"' in html
        assert f"{provision['number']} {provision['modality']} {provision['text']['sv']}" in text
    for item in content["introductionPrerequisites"]:
        assert item["text"]["sv"] in text
    horizontal, towns = content["horizontalAssessment"], library.get("/municipalities?county=22").json()["items"]
    rows = {row[0]: row[1:] for row in Grid(html).rows}
    for key, name in HORIZONTAL.items():
        assert rows[name] == [horizontal[key]["assessment"]["sv"], horizontal[key]["measure"]["sv"]]
    assert len(towns) == 7
    for town in towns:
        stand = library.get(f"/adoptions?municipality={town['code']}&guideline=behov-och-nytta").json()["items"][0]
        assert words.ADOPTION[stand["status"]] in rows[town["name"]][0]
        if stand["decision"]:
            assert f'<a href="#kommun-{town["code"]}">{stand["decision"]["decidedOn"]}</a>' in html
            assert stand["decision"]["recordNumber"] in text
            for deviation in stand["decision"]["deviations"]:
                assert f'<a href="#{deviation["provision"].replace(".", "-")}">' in html
                assert deviation["motive"] in text


def test_the_guidelines_are_listed_in_order(read: Read, library: County) -> None:
    listed = re.findall(r'<li value="(\d+)">\s*<h2><a href="/riktlinjer/([^"]+)"', read("/riktlinjer"))
    assert listed == [(str(item["number"]), item["id"]) for item in library.get("/guidelines").json()["items"]]
