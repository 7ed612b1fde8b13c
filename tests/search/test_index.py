"""The index: what finds what, in which order, and that it is the same however it came about."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.published.cards import Card
from api.search.facets import Facet
from api.search.index import LabelIndex
from api.search.selection import Hit
from api.search.slips import is_slip
from api.swedish import sort_key
from tests.search.making import card, label

GLOSSARY = [
    card("avtal", label("avtal", forms=["avtalet", "avtalen"]), text="En överenskommelse."),
    card("avtalsmall", "avtalsmall"),
    card("ramavtal", "digitalt avtal", label("ramavtal", "hidden")),
    card("hyresavtal", "hyresavtal"),
    card("hyra", "hyra", text="Ersättning enligt avtal för en bostad."),
    card("mojlighet", label("möjlighet", forms=["möjligheten"])),
    card("mojna", "mojlig"),
    card("ide", "idé"),
    card("e-post", "e-post", label("mejl", "deprecated"), label("mail", language="en")),
    card("hal", "hal"),
    card("hål", "hål"),
    card("häl", "häl"),
    card("plats", "plats", label("place", language="en"), label("paikka", language="fi")),
    card("ord-i-ordning", "gemensam digital plattform"),
]
FOUND = {
    "avtal": ["avtal", "avtalsmall", "ramavtal", "hyresavtal"],
    "AVTAL ": ["avtal", "avtalsmall", "ramavtal", "hyresavtal"],
    "avtalet": ["avtal"],
    "mojlig": ["mojna", "mojlighet"],
    "mojligheten": ["mojlighet"],
    "möjligheten": ["mojlighet"],
    "hal": ["hal", "hål", "häl"],
    "hål": ["hål"],
    "ide": ["ide"],
    "idé": ["ide"],
    "epost": ["e-post"],
    "e post": ["e-post"],
    "mejl": ["e-post"],
    "plattform gemensam": ["ord-i-ordning"],
    "digital gem": ["ord-i-ordning"],
    "digital gex": [],
    "lattform": ["ord-i-ordning"],
    "plattfrom": ["ord-i-ordning"],
    "digital plattfrom": ["ord-i-ordning"],
    "gemensam lattfo": ["ord-i-ordning"],
    "möjlihget": ["mojlighet"],
    "mojlihget": ["mojlighet"],
    "hyrx": ["hyra"],
    "hyx": [],
    "la": [],
    **{query: [] for query in ("", " ", "%", "*", "_", ".*", "(", "[a-z]", "\\", "{", "' OR 1=1", "a" * 200)},
}


def ids(hits: list[Hit]) -> list[str]:
    return [hit.card.id for hit in hits]


@pytest.mark.parametrize("query", FOUND)
def test_a_word_leads_to_terms_the_best_first(query: str) -> None:
    index = LabelIndex.build(GLOSSARY)
    assert ids(index.suggest(query, None, 10)) == FOUND[query]
    defined = ["hyra"] if query in ("avtal", "AVTAL ") else []
    found = index.search(query)
    assert (found.total, ids(found.page(0, 100))) == (len(FOUND[query] + defined), FOUND[query] + defined)


@pytest.mark.parametrize(
    ("query", "language", "found"),
    [
        ("pla", "en", ["place"]),
        ("pla", "sv-FI", ["plats", "gemensam digital plattform"]),
        ("pai", None, ["paikka"]),
        ("pla", "se", []),
    ],
)
def test_a_language_leaves_out_the_words_of_others(query: str, language: str | None, found: list[str]) -> None:
    hits = LabelIndex.build(GLOSSARY).suggest(query, language, 10)
    assert [hit.card.labels[hit.match.label].value for hit in hits if hit.match] == found


def test_a_sign_is_no_wildcard_and_no_letter() -> None:
    index = LabelIndex.build(GLOSSARY)
    assert (
        ids(index.search("(av*)").page(0, 9))
        == ids(index.search("av%").page(0, 9))
        == ["avtal", "avtalsmall", "ramavtal"]
    )
    assert index.search("*v").total == 0


def test_the_form_that_answers_is_told() -> None:
    [hit] = LabelIndex.build(GLOSSARY).suggest("avtalen", None, 10)
    assert hit.match == (0, 1)


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [("ab", "ab", False), ("ab", "ba", True), ("abc", "ac", True), ("abc", "abd", True), ("abcd", "badc", False)],
)
def test_a_slip_is_of_one_letter_or_two_swapped(one: str, other: str, slip: object) -> None:
    assert is_slip(one, other) is is_slip(other, one) is slip


_WORDS = st.text("abåäö-", min_size=1, max_size=7)
_LINES = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join).filter(lambda line: sort_key(line).strip("-") != "")
_LABELS = st.builds(
    label,
    _LINES,
    st.sampled_from(["preferred", "alternative", "hidden"]),
    st.sampled_from(["sv", "en"]),
    st.lists(_LINES, max_size=2),
)
_CARDS = st.builds(
    # Every term has a preferred label.
    lambda term, word, labels, text: card(term, word, *labels, text=text),
    st.sampled_from(string.ascii_lowercase),
    _LINES,
    st.lists(_LABELS, max_size=2),
    _LINES,
)
_GLOSSARIES = st.lists(_CARDS, max_size=12, unique_by=lambda one: one.id)


@settings(deadline=None, max_examples=60)
@given(_GLOSSARIES, _GLOSSARIES, st.lists(_LINES, max_size=8), st.randoms())
def test_a_patched_index_finds_what_a_new_one_does(
    before: list[Card], changed: list[Card], queries: list[str], random: object
) -> None:
    patched = LabelIndex.build(before).patched(changed[:3]).patched(changed[3:])
    now = [*{one.id: one for one in (*before, *changed)}.values()]
    random.shuffle(now)  # type: ignore[attr-defined]
    new = LabelIndex.build(now)
    for query in queries + [held.value for one in now for held in one.labels][:8]:
        for language in (None, "sv"):
            assert patched.suggest(query, language, 5) == new.suggest(query, language, 5)
            found, expected = patched.search(query, language), new.search(query, language)
            assert found.page(0, 100) == expected.page(0, 100)
            assert found.page(2, 3) == expected.page(0, 100)[2:5]
            assert [found.counts(facet) for facet in Facet] == [expected.counts(facet) for facet in Facet]


@settings(deadline=None, max_examples=60)
@given(_GLOSSARIES)
def test_every_label_finds_its_term_first_and_every_beginning_finds_it(cards: list[Card]) -> None:
    index = LabelIndex.build(cards)
    for one in cards:
        for held in one.labels:
            first = index.suggest(held.value, None, 50)[0]
            assert any(key in first.card.label(first.match.label).folded for key in held.folded[:1])  # type: ignore[union-attr]
            for length in range(1, len(held.value) + 1):
                if sort_key(held.value[:length]):
                    assert one.id in ids(index.suggest(held.value[:length], held.language, 50))


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=8), min_size=1))
def test_a_card_holds_the_key_of_each_of_its_words(words: list[str]) -> None:
    made = card("a", *words, label(words[-1], "alternative", forms=words))
    assert [key for held in made.labels for key in held.folded] == [*map(sort_key, [*words, words[-1], *words])]
    assert made.order == sort_key(made.preferred)


@settings(deadline=None, max_examples=60)
@given(_GLOSSARIES, st.lists(_LINES, max_size=5))
def test_every_hit_of_a_suggestion_names_its_label(cards: list[Card], queries: list[str]) -> None:
    index = LabelIndex.build(cards)
    assert all(hit.match for query in queries for hit in index.suggest(query, None, 50))
