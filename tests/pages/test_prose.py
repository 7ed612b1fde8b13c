"""Texts on pages: a small safe part of Markdown, and nothing that anybody could do harm with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.prose import prose
from tests.conftest import County
from tests.proposals.acts import amendment, approved, content_of

RENDERED = {
    "**starkt** och *betonat*": "<p><strong>starkt</strong> och <em>betonat</em></p>",
    "en rad\nen till\n\nett stycke": "<p>en rad<br>\nen till</p>\n<p>ett stycke</p>",
    "- ett\n- två": "<ul>\n<li>ett</li>\n<li>två</li>\n</ul>",
    "3. tre\n4. fyra": '<ol start="3">\n<li>tre</li>\n<li>fyra</li>\n</ol>',
    "[regler](https://a.se)": '<p><a href="https://a.se" rel="nofollow noopener">regler</a></p>',
    "snake_case och 1 * 2 * 3": "<p>snake_case och 1 * 2 * 3</p>",
}
AS_WRITTEN = (
    *(
        "# Rubrik",
        "> citat",
        "`kod`",
        "---",
        "| a | b |",
        "    indraget",
        "~~struket~~",
        "https://a.se",
        "[a]: https://b.se",
    ),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>fet</b>", "<!-- dolt -->", "&lt;b&gt;", "&#60;"),
    *("[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)", "[x](vbscript:x)"),
)
BOMBS = {
    "emphasis": "*a " * 3333,
    "stars": "*" * 10_000,
    "brackets": "[" * 10_000,
    "half links": "[a](" * 2500,
    "links": "[a](b)" * 1666,
    "nested links": "[" * 2500 + "a" + "](b)" * 1666,
    "nested lists": "- " * 5000,
    "indented lists": "\n".join(" " * 2 * depth + "- a" for depth in range(98)),
    "numbers": "1. " * 3333,
    "pictures": "![" * 5000,
    "backslashes": "\\" * 10_000,
    "entities": "&amp;" * 2000,
    "mixed": "*[_" * 3333,
    "less than": "<" * 10_000,
}
SAFE = re.compile(
    r'</?(?:p|em|strong|ul|li|ol)>|<br>|<ol start="[0-9]{1,9}">|</a>|'
    r'<a (?:href="(?:https?:|mailto:|[^":]*)[^"<>]*" )?rel="nofollow noopener">'
)


def words(html: str) -> str:
    return SAFE.sub("", html)


@pytest.mark.parametrize(("text", "html"), RENDERED.items())
def test_a_small_part_of_markdown_is_rendered(text: str, html: str) -> None:
    assert prose(text) == html


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_all_else_stands_as_it_was_written(text: str) -> None:
    html = prose(text)
    assert re.findall("<[^>]*>", html) == ["<p>", "</p>"]
    assert ("<b" in html, "<s" in html, "<i" in html) == (False, False, False)


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_becomes_no_more_than_some_times_its_size(text: str) -> None:
    html = prose(text)
    assert len(html) <= 12 * len(text) + 100
    assert not re.search("[<>]", words(html))


def test_no_text_can_be_hidden_by_depth() -> None:
    for depth in range(1, 40):
        assert "dolt" in prose("- " * depth + "dolt"), depth
        assert "dolt" in prose("1. " * depth + "dolt"), depth


@given(st.text(alphabet="ab *_[]()<>!-1.\n\\\"'&:/#`", max_size=60))
def test_whatever_is_written_only_safe_tags_come_out(text: str) -> None:
    assert not re.search("[<>]", words(prose(text)))


def test_a_page_renders_a_provision_and_runs_nothing(county: County) -> None:
    content = content_of(county)
    said = "Kommunen **ska**:\n\n- fråga\n- svara\n\n<script>alert(1)</script> [x](javascript:alert(1))"
    content["provisions"][0]["text"]["sv"] = said
    approved(county, amendment(county, content=content))
    page = county.get("/riktlinjer/gemensamt-sprak").raise_for_status().text
    assert "<p>Kommunen <strong>ska</strong>:</p>\n<ul>\n<li>fråga</li>\n<li>svara</li>\n</ul>" in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    # A redline shows the very letters that are proposed and decided.
    redline = county.get("/guidelines/gemensamt-sprak/versions/1.1/diff?format=html").text
    assert "**" in redline
    assert "<script" not in redline
    assert county.get("/guidelines/gemensamt-sprak").json()["content"]["provisions"][0]["text"]["sv"] == said


def test_texts_beyond_their_cap_are_refused(county: County) -> None:
    editor, content = county.token("2281"), content_of(county)
    for length, status in ((10_000, 201), (10_001, 422), (5_000_000, 413)):
        content["provisions"][0]["text"]["sv"] = "a" * length
        answer = county.send("POST", "/proposals", amendment(county, content=content), editor)
        assert answer.status_code == status, length
        if status == 422:
            assert answer.json()["errors"][0]["pointer"] == "/content/provisions/0/text/sv"
