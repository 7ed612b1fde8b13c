"""Terms found in texts: by a marker of a few terms, and by one that was patched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.annotations.marking import Marker
from api.annotations.markup import text_of
from api.published.cards import Card
from api.published.labels import layout_of
from api.published.packing import Packing

_PACKING = Packing()


def card(term_id: str, *labels: tuple[str, ...], status: str = "approved") -> Card:
    """Make a card: each label is a value, its kind, its language and its forms, the last ones left out as they are."""
    told = [
        {"value": value, "kind": kind, "language": language, "forms": forms}
        for value, kind, language, *forms in (label + ("preferred", "sv")[len(label) - 1 :] for label in labels)
    ]
    words = tuple(word for value, *rest in labels for word in (value, *rest[2:]))
    return Card(
        id=term_id,
        packed=b"{}",
        packing=_PACKING,
        order="",
        domain="d",
        status=status,
        version="1.0",
        revision=1,
        preferred=labels[0][0],
        layout=layout_of(told),
        words=words,
        keys=words,
        broader=(),
        related=(),
        replaced_by=None,
        valid_from="2026-01-01",
        changed_at="",
        content_hash=b"",
    )


CARDS = {
    each.id: each
    for each in (
        card("digital-mognad", ("digital mognad",), ("mognad", "alternative")),
        card("e-tjanst", ("e-tjänst",), ("e-blankett", "deprecated")),
        card("riktlinje", ("riktlinje",), ("guideline", "preferred", "en")),
        card("avtal", ("avtal",), ("hemligt ord", "hidden")),
        card("utskriven", ("data",)),
        card("oppna-data", ("öppna data",)),
        card("ai", ("AI",), ("artificiell intelligens", "alternative")),
        card("api", ("API", "preferred", "sv", "api:et")),
        card("skr", ("SKR",)),
        card("forvaltning", ("förvaltning av it-system",)),
        card("analys", ("analys",)),
        card("informationssakerhet", ("informationssäkerhet",)),
        card("plan", ("plan",)),
        card("karta", ("karta",)),
        card("gammal", ("plan",), status="deprecated"),
        card("samisk", ("dihtorčujuohusat", "preferred", "se")),
    )
}
MARKER = Marker.build(CARDS.values())
# A text, and what is marked in it.
TEXTS = (
    ("Kommunens digitala mognad mäts.", "digitala mognad"),
    ("Den digitala mognadens gräns.", "digitala mognadens"),
    ("digital\n   mognad och DIGITAL\u00a0MOGNAD", "digital\n   mognad|DIGITAL\u00a0MOGNAD"),
    ("digital, mognad", "mognad"),
    ("digi\u00adtala mog\u00adnaden", "digi\u00adtala mog\u00adnaden"),
    ("Ett av\u00adtal.", "av\u00adtal"),
    ("Informations-\nsäkerheten", "Informations-\nsäkerheten"),
    ("riktlinjer, riktlinjernas; RIKTLINJEN", "riktlinjer|riktlinjernas|RIKTLINJEN"),
    ("en guideline", ""),
    ("hyresavtal avtalar avtala avtalsenligt", ""),
    ("(avtal) avtalets/avtalen – ”avtal”…", "avtal|avtalets|avtalen|avtal"),
    ("avtal2 2avtal avtal_ avtal\u00d7avtal", "avtal|avtal|avtal"),
    ("En e-tjänst, E-tjänsterna, e-tjänstens", "e-tjänst|E-tjänsterna|e-tjänstens"),
    ("e-tjänste-utveckling, e-tjänst-, tjänst", ""),
    ("AI-stöd, data- och informationssäkerhet", "informationssäkerhet"),
    ("- avtal\n-avtal", "avtal|avtal"),
    ("öppna data om data och öppna datas", "öppna data|data|öppna datas"),
    ("AI, AI:s och AI:n. Inte ai, Ai eller AIK:s.", "AI|AI:s|AI:n"),
    ("API:et API:er api:et API:2", "API:et|API:er|API"),
    ("SKR:s och SKR:", "SKR:s|SKR"),
    ("förvaltningen av IT-system", "förvaltningen av IT-system"),
    ("analys analysen analysens analyser analy", "analys|analysen|analysens|analyser"),
    ("planen planet planera kartor kartong karts", "planen|kartor"),
    ("se https://example.se/avtal/data och avtal@example.se", ""),
    ("a\u030ango avtal 🙂 avtal İ avtal ẞ avtal", "avtal|avtal|avtal|avtal"),
    ("hemligt ord", ""),
    ("", ""),
    (" \n ", ""),
)


def marked(marker: Marker, text: str, language: str = "sv") -> list[str]:
    return [text[mark.start : mark.end] for mark in marker.mark(text, language)]


@pytest.mark.parametrize(("text", "found"), TEXTS)
def test_terms_are_marked_as_whole_words_in_their_forms(text: str, found: str) -> None:
    assert marked(MARKER, text) == [part for part in found.split("|") if part]


def test_a_text_is_marked_with_the_labels_of_its_language() -> None:
    assert marked(MARKER, "guidelines, riktlinjer", "en") == ["guidelines"]
    assert marked(MARKER, "DIHTORČUJUOHUSAT dihtorčujuohusats", "se") == ["DIHTORČUJUOHUSAT"]
    assert marked(MARKER, "riktlinjer", "sv-FI") == ["riktlinjer"]


def test_of_terms_with_one_label_the_approved_one_comes_first() -> None:
    (mark,) = MARKER.mark("planerna", "sv")
    assert [(entry.card.id, entry.kind) for entry in MARKER.entries(mark.writings)] == [
        ("plan", "preferred"),
        ("gammal", "deprecated"),
    ]


WORDS = [
    *("digital", "digitala", "mognad", "mognaden", "e-tjänst", "avtal", "avtalet", "s", "AI", "AI:s", "öppna", "data"),
    *("plan", "åå", "č", "🙂", "-", ",", ".", ":", "\n"),
]
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from([*WORDS, " ", "\u00ad", "\u0308"])).map("".join))


@given(texts)
def test_marks_do_not_overlap_and_lie_in_the_text(text: str) -> None:
    free = 0
    for mark in MARKER.mark(text, "sv"):
        assert free <= mark.start < mark.end <= len(text)
        assert text[mark.start : mark.end].strip() == text[mark.start : mark.end]
        free = mark.end


TAGS = ["<b>", "</b>", "<a href='avtal'>", "</a>", "<!--", "-->", "<script>", "</script>", "<p title=avtal>", "</p>"]
BROKEN = ["<", ">", "</", '"', "'", "=", "&", "&aring;", "&#97;", "&shy;", "<avtal", "<textarea>", "<i\n", " avtal "]
pages = st.lists(st.sampled_from([*TAGS, *BROKEN, *WORDS, " "])).map("".join)


@given(pages)
def test_in_html_no_mark_lies_in_a_tag_or_over_one(page: str) -> None:
    shown, _ = text_of(page)
    for mark in MARKER.mark(shown.text, "sv"):
        piece = page[shown.source_of(mark.start) : shown.source_of(mark.end)]
        assert piece
        assert "<" not in piece
        assert ">" not in piece


def answers(marker: Marker, text: str) -> list[tuple[int, int, list[str]]]:
    return [
        (start, end, [entry.card.id for entry in marker.entries(writings)])
        for start, end, writings in marker.mark(text, "sv")
    ]


CHANGED = [
    card("avtal", ("kontrakt",)),
    card("plan", ("plan",), ("ritning", "alternative")),
    card("ny", ("ny data",)),
    card("ai", ("Ai",)),
]


@given(st.lists(st.lists(st.sampled_from(CHANGED), max_size=3), max_size=3), st.sets(st.sampled_from(sorted(CARDS))))
def test_a_patched_marker_is_as_one_that_is_built_anew(changes: list[list[Card]], removed: set[str]) -> None:
    marker, cards = MARKER, dict(CARDS)
    for changed in changes:
        marker = marker.patched(changed)
        cards |= {each.id: each for each in changed}
    marker = marker.patched((), removed)
    cards = {term_id: each for term_id, each in cards.items() if term_id not in removed}
    text = "Avtalet, kontraktens planer, ritningar, ny data, öppna data, AI, ai, digitala mognaden och e-tjänster."
    assert answers(marker, text) == answers(Marker.build(cards.values()), text)
