"""The package for the board: whole, checkable, the same each time, and compared with what was adopted."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from api.packages import pdf
from api.pages.prose import prose
from tests.conftest import County, Store, running
from tests.counting import counting
from tests.examples import DECISION, DECISION_BODY
from tests.pages.outline import Outline
from tests.proposals.acts import GUIDELINE, amendment, approved, content_of

VERSIONS = f"/guidelines/{GUIDELINE}/versions"
MARKUP = "<script>alert(1)</script> #emph[*x*] $a$ @cite `kod` \\ // åäö"


def fetch(county: County, number: str, municipality: str | None = None) -> dict[str, bytes]:
    """Fetch a package and give its files by name."""
    query = f"?municipality={municipality}" if municipality else ""
    answer = county.get(f"{VERSIONS}/{number}/package{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name.removeprefix(f"{GUIDELINE}-{number}/"): archive.read(name) for name in archive.namelist()}


def shown(text: dict[str, str]) -> str:
    """Give what a reader of a page sees of a text, whose Markdown is rendered."""
    return Outline(prose(text["sv"])).text


def read_pdf(body: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).split())


def publish(county: County, kind: str = "minor", word: str = "ord", **others: Any) -> None:
    content = content_of(county) | others
    content["purpose"] = {"sv": f"Ett nytt syfte med {word}."}
    base = county.get(f"/guidelines/{GUIDELINE}").json()["newestVersion"]
    approved(county, amendment(county, content=content, baseVersion=base, changeKind=kind))


def move_on(county: County) -> None:
    """Let 2281 adopt 1.0, and publish 1.1 and 2.0 after it."""
    county.send("PUT", DECISION, DECISION_BODY, county.token("2281", "integrator")).raise_for_status()
    publish(county, word="ett")
    publish(county, "major", MARKUP)


@pytest.fixture(scope="module")
def moved_on(store: Store) -> Iterator[County]:
    """Give a county that has moved on, to read from."""
    url = store.copy()
    with running(url) as county:
        move_on(county)
        yield county
    store.drop(url)


def test_a_package_is_whole_and_every_file_can_be_checked(moved_on: County) -> None:
    files = fetch(moved_on, "2.0", "2281")
    version = moved_on.get(f"{VERSIONS}/2.0").json()
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums.keys() == files.keys() - {"SHA256SUMS"}
    assert {name: hashlib.sha256(files[name]).hexdigest() for name in sums} == sums
    assert f"sha256:{sums['riktlinje.json']}" == version["contentHash"]
    assert json.loads(files["riktlinje.json"]) == version["content"]
    told = json.loads(files["metadata.json"])
    assert {file["name"]: file["sha256"] for file in told["files"]}.items() <= sums.items()
    assert (told["municipality"], told["comparedWith"]) == ({"code": "2281", "name": "Sundsvall"}, "1.0")
    assert all(address.startswith(moved_on.settings.base_url) for address in told["links"].values())
    assert moved_on.client.get(told["links"]["package"]).status_code == 200


def test_the_head_says_the_same_in_json_xml_html_and_pdf(moved_on: County) -> None:
    files = fetch(moved_on, "2.0", "2281")
    head = json.loads(files["metadata.json"])["dokumenthuvud"]
    expected = {
        "dokumenttyp": "Riktlinje",
        "version": "2.0",
        "beslutadAv": "Länsstyrgruppen",
        "diarienummer": "LS 2026/3",
        "dokumentansvarig": "Västernorrlands län",
        "gallerFran": "2026-03-01",
        "gallerTill": None,
        "revideras": "2027-03-01",
        "ersatterVersion": "1.1",
    }
    assert expected.items() <= head.items()
    root = ET.fromstring(files["metadata.xml"])
    assert {line.tag: line.text for line in root[0]} == {name: value for name, value in head.items() if value}
    assert [(town.get("kod"), town.text) for town in root.iter("kommun")] == [("2281", "Sundsvall")]
    page, printed = Outline(files["riktlinje.html"].decode()).text, read_pdf(files["riktlinje.pdf"])
    for value in filter(None, head.values()):
        assert value in page
        assert value in printed


def test_the_text_is_exact_in_html_and_in_print_and_nothing_in_it_is_run(moved_on: County) -> None:
    files = fetch(moved_on, "2.0")
    page, printed = Outline(files["riktlinje.html"].decode()).text, read_pdf(files["riktlinje.pdf"])
    content = json.loads(files["riktlinje.json"])
    assert MARKUP in content["purpose"]["sv"]
    for text in (content["purpose"], content["plainSummary"], *(item["text"] for item in content["provisions"])):
        assert shown(text) in page
        assert text["sv"] in printed
    consequences = Outline(files["konsekvenser.html"].decode()).text
    for part in content["horizontalAssessment"].values():
        for text in (part["assessment"], part["measure"] or part["noMeasureReason"]):
            assert shown(text) in consequences
            assert text["sv"] in printed
    for item in content["introductionPrerequisites"]:
        assert shown(item["text"]) in consequences


def test_the_pages_are_sound_and_stand_by_themselves(moved_on: County) -> None:
    for name, body in fetch(moved_on, "2.0", "2281").items():
        if not name.endswith(".html"):
            continue
        html = body.decode()
        outline = Outline(html)
        ids = outline.every("id")
        assert (outline.faults, len(set(ids))) == ([], len(ids)), name
        assert (outline.all("html"), len(outline.all("h1", "main"))) == ([{"lang": "sv"}], 2), name
        levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in pairwise([0, *levels])), name
        assert outline.all("script", "link", "img", "iframe") == [], name
        assert {href for href in outline.every("href") if not href.startswith("#")} == {
            f"{moved_on.settings.api_url}{VERSIONS}/2.0"
        }


def test_the_pdf_is_tagged_swedish_and_for_the_archive(library: County) -> None:
    document = PdfReader(io.BytesIO(fetch(library, "1.0")["riktlinje.pdf"]))
    catalog: Any = document.trailer["/Root"]
    assert (catalog["/Lang"], catalog["/MarkInfo"]["/Marked"], "/StructTreeRoot" in catalog) == ("sv-SE", True, True)
    told = catalog["/Metadata"].get_data().decode()
    for mark in (
        "pdfuaid:part>1<",
        "pdfaid:part>2<",
        "pdfaid:conformance>A<",
        "Gemensamt språk för digital utveckling",
    ):
        assert mark in told
    assert document.metadata is not None
    assert (document.metadata.title, document.metadata.author) == (
        "Gemensamt språk för digital utveckling",
        "Länsstyrgruppen",
    )


def test_the_redline_is_from_what_was_adopted_last_or_else_from_the_version_before(moved_on: County) -> None:
    compared = {
        municipality: json.loads(fetch(moved_on, "2.0", municipality)["metadata.json"])["comparedWith"]
        for municipality in ("2281", "0114", None)
    }
    assert compared == {"2281": "1.0", "0114": None, None: "1.1"}
    assert "andringar.html" not in fetch(moved_on, "2.0", "0114")
    redline = Outline(fetch(moved_on, "2.0", "2281")["andringar.html"].decode()).text
    assert "jämförd med version 1.0, som Sundsvall antog senast" in redline
    assert "Ändrat: Syfte" in redline


def test_a_package_is_the_same_bytes_each_time_and_is_kept_for_all(moved_on: County) -> None:
    address = f"{VERSIONS}/2.0/package?municipality=2281"
    first = moved_on.get(address)
    pdf.printed.cache_clear()
    again = moved_on.get(address, samsprak_min_sequence="0")
    assert again.content == first.content
    assert first.headers["content-disposition"] == f'attachment; filename="{GUIDELINE}-2.0-2281.zip"'
    assert first.headers["cache-control"].startswith("public")
    hits = moved_on.app.state.cache.hits
    assert moved_on.get(address).content == first.content
    assert moved_on.app.state.cache.hits == hits + 1


def test_a_decision_changes_what_is_compared_at_once_and_may_quote_the_checksum(county: County) -> None:
    move_on(county)
    by = county.token("2281", "integrator")

    def compared_with() -> str | None:
        found: str | None = json.loads(fetch(county, "2.0", "2281")["metadata.json"])["comparedWith"]
        return found

    assert compared_with() == "1.0"
    newer = DECISION_BODY | {"version": "1.1", "sourceRevision": 8}
    county.send("PUT", DECISION, newer, by).raise_for_status()
    assert compared_with() == "1.1"
    sums = fetch(county, "2.0", "2281")["SHA256SUMS"].decode()
    checksum = next(line[:64] for line in sums.splitlines() if line.endswith("riktlinje.json"))
    adopted = newer | {"version": "2.0", "contentHash": f"sha256:{checksum}", "decidedOn": "2026-12-05"}
    address = DECISION.replace("0042", "0043")
    refused = county.send("PUT", address, adopted | {"version": "1.1"}, by)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "wrong-content-hash")
    assert county.send("PUT", address, adopted, by).json()["result"] == "created"
    # Who has decided on this version still gets the package that the decision was taken on.
    assert compared_with() == "1.1"


def test_letters_that_have_no_form_in_print_are_named(county: County) -> None:
    title = {"sv": "Språk 👍 för alla ᚠ"}
    publish(county, title=title, competenceNeeds=[{"ar": "لغة مشتركة"}, {"he": "שפה"}, {"se": "Oktasaš giella"}])
    files = fetch(county, "1.1")
    assert "Språk [U+1F44D] för alla [U+16A0]" in read_pdf(files["riktlinje.pdf"])
    assert title["sv"] in Outline(files["riktlinje.html"].decode()).text
    assert 'lang="ar"' in files["riktlinje.html"].decode()


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (f"{VERSIONS}/9.9/package", 404, None),
        ("/guidelines/saknas/versions/1.0/package", 404, None),
        (f"{VERSIONS}/1/package", 404, None),
        (f"{VERSIONS}/1.0/package?municipality=9999", 422, "unknown-municipality"),
        (f"{VERSIONS}/1.0/package?municipality=22", 422, "wrong-form"),
        (f"{VERSIONS}/1.0/package?municipality=", 422, "wrong-form"),
        (f"{VERSIONS}/1.0/package?municipality=../1", 422, "wrong-form"),
        (f"{VERSIONS}/1.0/package?format=pdf", 422, "unknown-field"),
    ],
)
def test_what_is_not_there_or_not_understood_is_told(library: County, address: str, status: int, code: str) -> None:
    answer = library.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert [error["code"] for error in answer.json().get("errors", [])] == ([code] if code else [])


def test_a_package_asks_the_database_as_often_however_much_there_is(moved_on: County) -> None:
    counts = []
    for number in ("1.0", "2.0"):
        past_the_cache = {"samsprak_min_sequence": "0"}
        with counting(moved_on, "guideline", "decision") as asked:
            moved_on.get(f"{VERSIONS}/{number}/package?municipality=2281", **past_the_cache).raise_for_status()
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert 0 < counts[0] < 10
