"""What a page says when something is wrong: with the API, with the address, or with a text."""

from types import SimpleNamespace
from typing import Any

import pytest

from api.errors import all_problems
from api.pages.rendering import render
from tests.conftest import County
from tests.pages.conftest import Read
from tests.pages.outline import Outline

MISSING = [
    "/begrepp/finns-inte",
    "/begrepp/%00",
    "/begrepp/a%00b",
    "/begrepp/Å",
    "/begrepp/" + "a" * 101,
    "/begrepp?sida=2",
    "/riktlinjer/finns-inte",
    "/riktlinjer/a%00",
    "/problems/finns-inte",
    "/problems/%00",
]
UNREADABLE = ["/laget?datum=2026-02-30", "/laget?datum=0001-01-01", "/begrepp?sida=0", "/begrepp?q=" + "a" * 201]
HOSTILE = "<script>alert(1)</script>\"'><b>"


@pytest.mark.parametrize("problem", all_problems(), ids=lambda problem: problem.slug)
def test_every_error_has_a_page_in_both_languages(read: Read, library: County, problem: Any) -> None:
    html = read(f"/problems/{problem.slug}")
    text = Outline(html).text
    for told in (problem.titel, problem.title, problem.hjalp, problem.remedy):
        assert told.replace("`", "") in text
    assert html.count("<code>") > (problem.hjalp + problem.remedy).count("`") / 2
    assert "`" not in text.partition("{")[0]
    assert f'"type": "{library.settings.base_url}/problems/{problem.slug}"' in text
    assert f'href="/problems/{problem.slug}"' in read("/problems")


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_404(library: County, path: str) -> None:
    answer = library.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [*MISSING, *UNREADABLE])
def test_a_person_is_told_of_a_wrong_address_in_a_page(library: County, path: str) -> None:
    answer = library.client.get(path, headers={"Sec-Fetch-Mode": "navigate"})
    assert answer.status_code == (404 if path in MISSING else 422)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    outline = Outline(answer.text)
    assert outline.faults == []
    assert len(outline.all("h1")) == 1


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/?utm_source=nyhetsbrev", "/"),
        ("/docs?fbclid=1&fbclid=2", "/docs"),
        ("/laget?fbclid=1&datum=2026-03-01", "/laget?datum=2026-03-01"),
        ("/begrepp?q=a%26b&q=%C3%A5&x=//evil.example", "/begrepp?q=%C3%A5"),
        ("/begrepp/x%3Fq%3D1%23y%0D%0AX:1?x=1", "/begrepp/x%3Fq%3D1%23y%0D%0AX%3A1"),
    ],
)
def test_what_others_hang_on_a_link_is_taken_off(library: County, path: str, target: str) -> None:
    answer = library.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, target)


RANGES = ("bytes=0-1", "bytes=5-1", "bytes=99999999-", "bytes=" + "0-," * 2000, "lines=1-2", f"bytes={'9' * 5000}-")


@pytest.mark.parametrize("asked", RANGES, ids=lambda asked: asked[:15])
def test_files_come_whole_whatever_part_is_asked_for(library: County, asked: str) -> None:
    whole = library.client.get("/static/page.css")
    answer = library.client.get("/static/page.css", headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers["accept-ranges"]) == (200, whole.content, "none")


def test_a_text_is_shown_and_never_run(library: County) -> None:
    hostile = {"sv": HOSTILE}
    guideline = SimpleNamespace(
        id="x",
        number=1,
        status="in_force",
        current_version="1.0",
        content=SimpleNamespace(title=hostile, plain_summary={"en": HOSTILE}, document_type="riktlinje"),
    )
    pages = [
        bytes(render("guidelines.html", guidelines=[guideline]).body).decode(),
        library.client.get("/begrepp", params={"q": HOSTILE}).text,
    ]
    for html in pages:
        outline = Outline(html)
        assert outline.faults == []
        assert not outline.all("script", "b")
        assert HOSTILE in outline.text
