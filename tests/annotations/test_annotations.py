"""POST /annotations as an intranet sees it."""

import time
from typing import Any

import pytest

from api.annotations.current import CurrentMarker
from api.annotations.marking import Marker
from api.annotations.markup import text_of
from tests.conftest import County


def ask(county: County, text: str, **options: Any) -> list[dict[str, Any]]:
    answer = county.send("POST", "/annotations", {"text": text, **options})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["annotations"]
    for each in found:
        assert text[each["start"] : each["end"]] == each["text"]
    return found


def words(county: County, text: str, **options: Any) -> list[str]:
    return [each["text"] for each in ask(county, text, **options)]


def test_an_annotation_tells_the_term_and_which_word_to_use(library: County) -> None:
    preferred, deprecated, alternative = ask(library, "Den digitala mognaden, e-blanketter och 😀 AI:s källkod.")
    assert preferred == {
        "start": 4,
        "end": 21,
        "text": "digitala mognaden",
        "termId": "digital-mognad",
        "preferredLabel": "digital mognad",
        "kind": "preferred",
        "reason": None,
        "recommended": None,
        "alternatives": [],
    }
    assert (deprecated["kind"], deprecated["recommended"]) == (
        "deprecated",
        {"termId": "e-tjanst", "preferredLabel": "e-tjänst"},
    )
    assert deprecated["reason"]
    assert (alternative["text"], alternative["kind"], alternative["termId"]) == (
        "AI:s",
        "alternative",
        "artificiell-intelligens",
    )


PAGES = (
    ("<p>Digitala&nbsp;tj&auml;nster</p>", "Digitala&nbsp;tj&auml;nster"),
    ("<p>meta&shy;data &#109;etadata</p>", "meta&shy;data|&#109;etadata"),
    ('<a href="/x">metadata</a> <code>metadata</code> <PRE>metadata</PRE> metadata', "metadata"),
    (
        "<mark>metadata</mark><abbr>API</abbr><dfn>policy</dfn><span data-term=x>policy<span>policy</span> term</span>",
        "",
    ),
    ("<!-- metadata --><!metadata><?metadata?></ metadata><p title='metadata' class=metadata>", ""),
    ("<script>'metadata'</script><style>metadata</style><textarea>metadata</textarea><title>metadata</title>", ""),
    ("<script><!--<script>metadata</script>metadata--></script>metadata", "metadata"),
    ("<b>metadata</b>n <b>policy</b> <i>digital</i> mognad", "policy"),
    ("<td>metadata</td><td>policy</td>metadata<br>policy", "metadata|policy|metadata|policy"),
    ("metadata <metadata policy", "metadata"),
    ('metadata <p title="policy > policy', "metadata"),
    ("metadata <!-- policy", "metadata"),
    ("1 < 2 && metadata > policy &nosuch; &amp", "metadata|policy"),
    ("<a>metadata<p>metadata</p>", ""),
    ("</a></b>metadata", "metadata"),
    ("<svg/>metadata<svg>policy</svg>", "metadata"),
    ("<plaintext><b>metadata", ""),
)


def test_in_html_only_what_is_read_as_text_is_marked(library: County) -> None:
    for page, found in PAGES:
        assert words(library, page, format="html") == [part for part in found.split("|") if part], page


def test_the_options_choose_among_the_marks(library: County) -> None:
    text = "Datorisering är digitalisering; digitaliseringens metadata är metadata."
    assert words(library, text, kinds=["deprecated"]) == ["Datorisering"]
    assert words(library, text, domain="grundbegrepp", kinds=["preferred"]) == ["digitalisering", "digitaliseringens"]
    assert words(library, text, first="text") == ["Datorisering", "metadata"]
    assert words(library, "Digital mognad", domain="sakerhet") == []
    page = "<h1>metadata</h1>metadata<h2>policy</h2>metadata metadata <h2>metadata</h2>"
    assert len(words(library, page, format="html", first="section", kinds=["preferred"])) == 4
    assert len(words(library, page, format="html", first="text")) == 2
    assert words(library, "Guidelines, riktlinjer", language="en") == ["Guidelines"]


def test_what_a_municipality_reads_otherwise_is_told_beside_the_shared_word(library: County) -> None:
    read, unread = ask(library, "Digitaliseringens metadata", municipality="2281")
    assert (read["overlay"]["municipality"], read["overlay"]["alignment"]) == ("2281", "narrower")
    assert (read["preferredLabel"], unread["overlay"]) == ("digitalisering", None)
    assert "overlay" not in ask(library, "digitalisering")[0]


BAD = (
    ({}, "/text"),
    ({"text": None}, "/text"),
    ({"text": 7}, "/text"),
    ({"text": "a", "language": "xx-nothing"}, "/language"),
    ({"text": "a", "format": "markdown"}, "/format"),
    ({"text": "a", "municipality": "9999"}, "/municipality"),
    ({"text": "a", "municipality": "22"}, "/municipality"),
    ({"text": "a", "kinds": []}, "/kinds"),
    ({"text": "a", "kinds": ["wrong"]}, "/kinds/0"),
    ({"text": "a", "first": "page"}, "/first"),
    ({"text": "a", "domain": "Not A Slug"}, "/domain"),
    ({"text": "a", "more": 1}, "/more"),
)


def test_what_is_not_taken_is_told_by_its_field(library: County) -> None:
    for body, pointer in BAD:
        answer = library.send("POST", "/annotations", body)
        assert answer.status_code == 422, body
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_text_of_a_million_letters_is_marked_and_a_longer_one_refused(library: County) -> None:
    text = "å" * 999_991 + " metadata"
    assert words(library, text) == ["metadata"]
    answer = library.send("POST", "/annotations", {"text": text + "."})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (413, "payload-too-large")
    assert library.raw("POST", "/annotations", b" " * 2_500_001).status_code == 413


PIECES = ("<", "<!--", "<a ", "</", "&", "<a a=", "<a '", "<script>", "@", "a@", "s ", "-\n", "a\u0308", "www.")


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_costs_more_than_its_length(piece: str) -> None:
    marker = Marker.build(())
    text = piece * (500_000 // len(piece))
    began = time.process_time()
    marker.mark(text_of(text)[0].text, "sv")
    marker.mark(text, "sv")
    # What is quadratic takes minutes.
    assert time.process_time() - began < 20


def test_until_the_marker_is_built_the_answer_is_503(library: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CurrentMarker, "_build", lambda _self: None)
    monkeypatch.setattr(library.app.state, "marker", CurrentMarker(library.app.state.published))
    answer = library.send("POST", "/annotations", {"text": "metadata"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
