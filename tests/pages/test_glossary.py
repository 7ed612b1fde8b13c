"""The word list and the terms, as people read them."""

import re
from typing import Any

import pytest
from pydantic_core import to_json

from api.pages.glossary import TERMS_A_PAGE, word_list
from api.published.overlays import Overlays
from api.published.picture import Picture, build
from tests.conftest import County
from tests.pages.conftest import Read
from tests.pages.outline import Outline

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ"


def terms_of(library: County) -> list[dict[str, Any]]:
    return list(library.get("/glossary").json()["terms"])


def test_letters_stand_in_swedish_order(read: Read) -> None:
    letters = re.findall(r'<h2 id="bokstav-[^"]+">(.)</h2>', read("/begrepp"))
    assert letters == sorted(letters, key=ALPHABET.index)
    assert letters[-1] == "Ö"


def test_every_word_that_leads_to_a_term_stands_in_the_list(read: Read, library: County) -> None:
    text = Outline(read("/begrepp")).text
    for term in terms_of(library):
        swedish = {label["value"]: label["kind"] for label in term["labels"] if label["language"] == "sv"}
        own = next(value for value, kind in swedish.items() if kind == "preferred")
        for value, kind in swedish.items():
            told = {"preferred": value, "alternative": f"{value}, se {own}"}
            assert told.get(kind, f"{value} (avrått), använd {own}") in text


def test_every_word_that_is_advised_against_leads_to_the_right_one(read: Read, library: County) -> None:
    advised_against = [
        (term["id"], label) for term in terms_of(library) for label in term["labels"] if label["kind"] == "deprecated"
    ]
    assert advised_against
    for term_id, label in advised_against:
        found = read(f"/begrepp?q={label['value']}")
        assert f'href="/begrepp/{term_id}"' in found
        assert f"i stället för {label['value']}, som är avrått. {label['reason']}" in Outline(found).text
        assert f"{label['value']}. {label['reason']}" in Outline(read(f"/begrepp/{term_id}")).text


@pytest.mark.parametrize(
    ("sought", "told"),
    [
        ("digital mognad", "1 träff på ”digital mognad”"),
        ("automation", "Hittades på automation"),
        ("digital maturity", "Hittades på digital maturity (engelska)"),
        ("bokförs", "Inga träffar på ”bokförs”"),
        ("uppgift som en person", "Det du sökte står i förklaringen"),
        (" <i>x</i> ", "Inga träffar på ”<i>x</i>”"),
        ("\x00mognad\u202e", "på ”mognad”"),
    ],
)
def test_a_search_tells_which_word_matched(library: County, sought: str, told: str) -> None:
    answer = library.client.get("/begrepp", params={"q": sought})
    assert answer.status_code == 200
    assert told in Outline(answer.text).text
    assert "<i>" not in answer.text


@pytest.mark.parametrize("nothing", ["", "   ", "\x00"])
def test_a_search_for_nothing_shows_the_whole_list(library: County, nothing: str) -> None:
    assert "<h1>Ordlistan</h1>" in library.client.get("/begrepp", params={"q": nothing}).text


def test_a_term_is_explained_in_plain_language_first(read: Read, library: County) -> None:
    term = library.get("/terms/automatisering").json()
    html = read("/begrepp/automatisering")
    plain, standard = (
        html.index(definition["text"])
        for style in ("plain", "standard")
        for definition in term["definitions"]
        if definition["style"] == style
    )
    assert plain < standard
    for text in [note["text"] for note in term["notes"]] + [label["value"] for label in term["labels"]]:
        assert text in html
    for other in term["broader"] + term["narrower"] + term["related"]:
        assert f'href="/begrepp/{other}"' in html
    assert f"Version {term['version']}, publicerad" in html
    assert '<link rel="alternate" type="application/json" href="/api/v1/terms/automatisering">' in html


def test_a_term_names_the_guidelines_that_use_it(read: Read, library: County) -> None:
    term = next(term for term in terms_of(library) if term["citedBy"])
    html = read(f"/begrepp/{term['id']}")
    for cited in term["citedBy"]:
        title = library.get(f"/guidelines/{cited['guideline']}").json()["content"]["title"]["sv"]
        assert f'<a href="/riktlinjer/{cited["guideline"]}">{title}</a>' in html


def drawn(labels: list[list[dict[str, Any]]]) -> Picture:
    """Draw a picture of terms of which only the labels matter."""
    rest = {"domain": "a", "status": "approved", "definitions": [], "broader": [], "related": []}
    rest |= {"revision": 1, "replacedBy": None, "validFrom": "2026-01-01", "changedAt": ""}
    documents = [
        (f"t{n}", to_json({"id": f"t{n}", "labels": found, "version": "1.0", "contentHash": "", **rest}).decode())
        for n, found in enumerate(labels)
    ]
    return build(1, "", "", [], documents, {}, Overlays())


def label(value: str, kind: str = "preferred", language: str = "sv") -> dict[str, Any]:
    return {"value": value, "kind": kind, "language": language, "forms": [], "reason": None}


def test_a_long_list_is_cut_into_pages_that_hold_every_word_once() -> None:
    words = [f"{letter}{n:03}" for letter in "aböÅ" for n in range(150)]
    picture = drawn([[label(word), label(f"{word[0]}x{word}", "alternative")] for word in words])
    pages = word_list(picture, 1).pages
    assert pages == len(words) / TERMS_A_PAGE
    cut = [word_list(picture, page) for page in range(1, pages + 2)]
    assert cut[-1].groups == {}
    shown = [entry.word for page in cut for group in page.groups.values() for entry in group]
    assert sorted(shown) == sorted([*words, *(f"{word[0]}x{word}" for word in words)])
    orders = [entry.order for page in cut for group in page.groups.values() for entry in group]
    assert orders == sorted(orders)
    for letter, page in cut[0].letters.items():
        assert letter in cut[page - 1].groups


def test_a_letter_under_which_only_another_word_stands_is_in_the_list() -> None:
    picture = drawn([[label("abc"), label("öbc", "deprecated"), label("zebra", "hidden")], [label("24-timmar")]])
    found = word_list(picture, 1)
    assert list(found.letters) == list(found.groups) == ["0–9", "A", "Ö"]


def test_a_list_without_words_is_one_empty_page() -> None:
    assert word_list(drawn([]), 1).groups == {}
    assert word_list(drawn([]), 1).pages == 1
