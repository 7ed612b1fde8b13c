"""Every page is whole, sound for a screen reader, and takes nothing from elsewhere."""

import re
from itertools import pairwise
from urllib.parse import unquote

import pytest

from tests.conftest import County
from tests.pages.conftest import Read
from tests.pages.outline import Outline

PAGES = (
    "/",
    "/begrepp",
    "/begrepp?q=it-utv",
    "/begrepp?q=finnsinte",
    "/begrepp/digital-utveckling",
    "/begrepp/digitalisering",
    "/skillnader",
    "/riktlinjer",
    "/riktlinjer/gemensamt-sprak",
    "/riktlinjer/behov-och-nytta?datum=2026-03-01",
    "/riktlinjer/behov-och-nytta?datum=1999-01-01",
    "/laget",
    "/laget?datum=2026-03-01",
    "/laget?datum=1999-01-01",
    "/problems",
    "/problems/illegal-transition",
    "/docs",
)
CLOSED = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'; img-src 'self'; form-action 'self'"
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_formed(read: Read, path: str) -> None:
    outline = Outline(read(path))
    assert outline.faults == []
    ids = outline.every("id")
    assert len(set(ids)) == len(ids)
    assert {name for names in outline.every("aria-labelledby") for name in names.split()} <= set(ids)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_language_a_title_one_heading_and_the_others_in_order(read: Read, path: str) -> None:
    html = read(path)
    outline = Outline(html)
    assert outline.all("html") == [{"lang": "sv"}]
    assert re.search(r"<title>([^<]+ – )?Samspråk</title>", html)
    assert [len(outline.all(name)) for name in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_begins_with_a_way_past_the_menu(read: Read, path: str) -> None:
    outline = Outline(read(path))
    assert outline.all("a")[0]["href"] == "#innehall"
    assert outline.all("main")[0]["id"] == "innehall"
    here = [link for link in outline.all("a") if link.get("aria-current") == "page"]
    section = "/" + path.partition("?")[0].split("/")[1]
    section = "/begrepp" if section == "/skillnader" else section
    assert [link["href"] for link in here] == ([] if section == "/problems" else [section])


@pytest.mark.parametrize("path", PAGES)
def test_tables_and_fields_are_told_to_a_screen_reader(read: Read, path: str) -> None:
    outline = Outline(read(path))
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(cell.get("scope") in ("col", "row") for cell in outline.all("th"))
    assert all(image.get("alt") is not None for image in outline.all("img"))
    labels = {label.get("for") for label in outline.all("label")}
    assert {field.get("id") for field in outline.all("input", "select", "textarea")} <= labels
    # What can be scrolled must be reachable without a mouse, and have a name.
    for box in (box for box in outline.all("div") if "scroll" in str(box.get("class"))):
        assert (box["tabindex"], box["role"]) == ("0", "region")
        assert box["aria-labelledby"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(read: Read, library: County, path: str) -> None:
    html = read(path)
    outline = Outline(html)
    loaded = [found.get("src") or found.get("href") for found in outline.all("script", "link", "img")]
    assert all(str(address).startswith("/") and not str(address).startswith("//") for address in loaded)
    assert "<style" not in html
    assert not re.search(r"<script[^>]*>[^<]", html)
    assert not [name for _, found in outline.elements for name in found if name == "style" or name.startswith("on")]
    if path != "/docs":
        assert not outline.all("script")
        assert library.client.get(path).headers["content-security-policy"] == CLOSED


def test_the_page_of_the_api_may_run_our_script_and_no_other(library: County) -> None:
    policy = library.client.get("/docs").headers["content-security-policy"]
    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_every_link_of_every_page_leads_somewhere_and_every_page_is_light(library: County) -> None:
    waiting, pages, ids = {"/"}, dict[str, Outline](), dict[str, set[str]]()
    while waiting:
        address = waiting.pop()
        answer = library.client.get(address, follow_redirects=False)
        assert answer.status_code == 200, address
        is_page = answer.headers["content-type"].startswith("text/html")
        outline = Outline(answer.text if is_page else "")
        pages[address], ids[address] = outline, set(outline.every("id"))
        if is_page:
            assert outline.faults == [], address
            assert len(answer.content) < 60_000, address
        found = {link.partition("#")[0] for link in outline.every("href") + outline.every("src")}
        waiting |= {link for link in found if link.startswith("/")} - pages.keys()
    # 60 terms, 8 guidelines, the errors, and what they lead to as JSON.
    assert len(pages) > 200
    for address, outline in pages.items():
        for link in outline.every("href"):
            target, hash_sign, fragment = link.partition("#")
            if hash_sign and target in ("", *pages):
                assert unquote(fragment) in ids[target or address], f"{link} on {address}"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_be_kept_and_shared(library: County, path: str) -> None:
    answer = library.client.get(path)
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert library.client.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert library.client.head(path).headers["content-type"] == "text/html; charset=utf-8"


def test_files_may_be_kept_since_their_addresses_change_with_them(read: Read, library: County) -> None:
    for link in (link for link in Outline(read("/docs")).every("href") if link.startswith("/static/")):
        assert re.search(r"\?v=[0-9a-f]{8}$", link)
        assert library.client.get(link).headers["cache-control"] == "public, max-age=86400"
