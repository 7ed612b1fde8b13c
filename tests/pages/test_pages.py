"""The pages for people: whole, sound for a screen reader, and with nothing from elsewhere."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from api.errors import all_problems
from api.pages.rendering import render
from tests.conftest import County

PAGES = (
    "/",
    "/begrepp",
    "/begrepp?q=it-utv",
    "/begrepp?q=finnsinte",
    "/begrepp/digital-utveckling",
    "/riktlinjer",
    "/riktlinjer/gemensamt-sprak",
    "/laget",
    "/laget?datum=2026-03-01",
    "/laget?datum=1999-01-01",
    "/problems",
    "/problems/illegal-transition",
    "/docs",
)


class Outline(HTMLParser):
    """What a page is made of, as far as the tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def page(library: County, path: str) -> str:
    answer = library.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_a_title_and_a_language(library: County, path: str) -> None:
    html = page(library, path)
    outline = Outline(html)
    assert len(outline.all("h1")) == 1
    assert outline.all("html") == [{"lang": "sv"}]
    assert re.search(r"<title>.+</title>", html)
    assert len(html) < 60_000
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(library: County, path: str) -> None:
    html = page(library, path)
    outline = Outline(html)
    loaded = [found.get("src") or found.get("href") for found in outline.all("script", "link", "img")]
    assert all(str(address).startswith("/") for address in loaded)
    assert "<style" not in html
    assert not re.search(r"<script[^>]*>[^<]", html)
    assert not any(name == "style" or name.startswith("on") for _, attributes in outline.tags for name in attributes)
    policy = library.client.get(path).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("path", PAGES)
def test_tables_and_fields_are_told_to_a_screen_reader(library: County, path: str) -> None:
    outline = Outline(page(library, path))
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(cell.get("scope") in ("col", "row") for cell in outline.all("th"))
    labels = {label.get("for") for label in outline.all("label")}
    assert {field.get("id") for field in outline.all("input")} <= labels


def test_every_link_of_every_page_leads_somewhere(library: County) -> None:
    waiting, seen = {"/"}, set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = library.client.get(path)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            links = {str(link["href"]).partition("#")[0] for link in Outline(answer.text).all("a", "link")}
            waiting |= {link for link in links if link.startswith("/")} - seen
    assert len(seen) > 80


def test_the_curl_line_works_without_a_key(library: County) -> None:
    line = re.search(r'curl "([^"]+)"', page(library, "/"))
    assert line is not None
    assert library.client.get(line[1]).json()["items"][0]["termId"] == "digital-mognad"


def test_the_numbers_of_the_first_page_are_those_of_the_data(library: County) -> None:
    cells = library.get("/adoption-matrix").json()["cells"]
    adopted = sum(cell["status"] in ("adopted", "adopted_with_changes") for cell in cells)
    html = page(library, "/")
    assert "<strong>60</strong> begrepp" in html
    assert "<strong>8</strong> riktlinjer" in html
    assert f"<strong>{adopted} av {len(cells)}</strong>" in html


def test_fictional_decisions_are_marked_as_such(library: County) -> None:
    for path in ("/", "/laget"):
        assert "påhittade exempel" in page(library, path)


def test_a_word_that_is_advised_against_leads_to_the_right_one(library: County) -> None:
    html = page(library, "/begrepp?q=it-utv")
    assert "Säg digital utveckling i stället för <s>it-utveckling</s>, som är avrått." in html


def test_letters_stand_in_swedish_order(library: County) -> None:
    letters = re.findall(r'<h2 id="bokstav-.">(.)</h2>', page(library, "/begrepp"))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ"
    assert letters == sorted(letters, key=alphabet.index)
    assert letters[-1] == "Ö"


@pytest.mark.parametrize("problem", all_problems(), ids=lambda problem: problem.slug)
def test_every_error_has_a_page_in_both_languages(library: County, problem: Any) -> None:
    html = page(library, f"/problems/{problem.slug}")
    assert problem.titel in html
    assert problem.title in html


@pytest.mark.parametrize(
    "path", ["/begrepp/finns-inte", "/begrepp/%00", "/begrepp/" + "a" * 200, "/riktlinjer/x", "/problems/x"]
)
def test_what_is_not_there_is_404(library: County, path: str) -> None:
    assert library.client.get(path).status_code == 404


def test_a_text_is_shown_and_never_run() -> None:
    hostile = "<script>alert(1)</script>"
    html = bytes(render("search.html", query=hostile, total=0, hits=[]).body).decode()
    assert hostile not in html
    assert "&lt;script&gt;" in html
