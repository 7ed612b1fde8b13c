"""Merging two changes of one content: what is taken, what contradicts, and that nothing vanishes."""

import copy
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.merging import Contradiction, merge

Content = dict[str, Any]
TEXTS = st.sampled_from(["ett", "två", "tre", "fyra"])


def provision(key: str, number: str, **other: Any) -> Content:
    return {"key": key, "number": number, "modality": "ska", "text": {"sv": f"Text {key}."}, **other}


def label(value: str, kind: str = "preferred", language: str = "sv", **other: Any) -> Content:
    return {"language": language, "kind": kind, "value": value, "forms": [], "reason": None, **other}


def definition(text: str, audience: str = "general") -> Content:
    return {"language": "sv", "audience": audience, "style": "standard", "text": text, "source": None}


def note(text: str, kind: str = "scope") -> Content:
    return {"kind": kind, "language": "sv", "audience": "staff", "text": text}


A, B, C = provision("a", "1.1"), provision("b", "1.2"), provision("c", "1.3")
GUIDELINE = {"title": {"sv": "Titel"}, "workEnvironment": None, "terms": ["x", "y"], "provisions": [A, B, C]}
TERM = {
    "labels": [label("ord"), label("word", language="en")],
    "definitions": [definition("Vad det är.")],
    "notes": [note("Här."), note("Där.")],
    "broader": ["allt"],
    "replacedBy": None,
}

# Two changes of a base, and what comes of them.
CLEAN: dict[str, tuple[Content, Content, Content, Content]] = {
    "two languages of one text": (
        GUIDELINE,
        {"title": {"sv": "Ny titel"}},
        {"title": {"sv": "Titel", "en": "Title"}},
        {"title": {"sv": "Ny titel", "en": "Title"}},
    ),
    "a language taken away and another changed": (
        {"title": {"sv": "Titel", "en": "Title"}},
        {"title": {"sv": "Titel"}},
        {"title": {"sv": "Ny titel", "en": "Title"}},
        {"title": {"sv": "Ny titel"}},
    ),
    "what was null on both sides": (
        {"workEnvironment": None},
        {"workEnvironment": {"assessment": {"sv": "Ja"}, "measure": None}},
        {"workEnvironment": None},
        {"workEnvironment": {"assessment": {"sv": "Ja"}, "measure": None}},
    ),
    "sets": (GUIDELINE, {"terms": ["y"]}, {"terms": ["x", "y", "z"]}, {"terms": ["y", "z"]}),
    "two provisions": (
        GUIDELINE,
        {"provisions": [A | {"modality": "bör"}, B, C]},
        {"provisions": [A, B, C | {"modality": "kan"}]},
        {"provisions": [A | {"modality": "bör"}, B, C | {"modality": "kan"}]},
    ),
    "one provision, two of its fields": (
        GUIDELINE,
        {"provisions": [A | {"modality": "bör"}, B, C]},
        {"provisions": [A | {"text": {"sv": "Ny."}}, B, C]},
        {"provisions": [A | {"modality": "bör", "text": {"sv": "Ny."}}, B, C]},
    ),
    "one renumbered and moved, its text changed by the other": (
        GUIDELINE,
        {"provisions": [B, C, A | {"number": "1.9"}]},
        {"provisions": [A | {"text": {"sv": "Ny."}}, B, C]},
        {"provisions": [B, C, A | {"number": "1.9", "text": {"sv": "Ny."}}]},
    ),
    "one taken away, one added": (
        GUIDELINE,
        {"provisions": [A, C]},
        {"provisions": [A, B, C, provision("d", "1.4")]},
        {"provisions": [A, C, provision("d", "1.4")]},
    ),
    "both add at the same place": (
        GUIDELINE,
        {"provisions": [A, B, C, provision("d", "1.10")]},
        {"provisions": [A, B, C, provision("e", "1.9")]},
        {"provisions": [A, B, C, provision("e", "1.9"), provision("d", "1.10")]},
    ),
    "both add the same provision: it bears the published key": (
        GUIDELINE,
        {"provisions": [A, B, C, provision("d", "1.4", text={"sv": "Ny."})]},
        {"provisions": [A, B, C, provision("e", "1.4", text={"sv": "Ny."})]},
        {"provisions": [A, B, C, provision("d", "1.4", text={"sv": "Ny."})]},
    ),
    "a form and another label": (
        TERM,
        {"labels": [label("ord", forms=["ordet"]), label("word", language="en")]},
        {"labels": [label("ord"), label("word", language="en"), label("glosa", "alternative")]},
        {"labels": [label("ord", forms=["ordet"]), label("word", language="en"), label("glosa", "alternative")]},
    ),
    "two notes of different kinds": (
        TERM,
        {"notes": [note("Här."), note("Där."), note("Så.", "example")]},
        {"notes": [note("Överallt.")]},
        {"notes": [note("Överallt."), note("Så.", "example")]},
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_changes_in_different_places_are_both_taken(name: str) -> None:
    base, theirs, ours, expected = CLEAN[name]
    merged = merge(base, base | theirs, base | ours)
    assert (merged.content, merged.contradictions) == (base | expected, [])
    assert merge(base, base | theirs, base | ours) == merged


TWICE = provision("d", "1.4"), provision("e", "1.4", modality="kan")
# Two changes of a base that cannot both stand, and where.
CONTRADICTIONS: dict[str, tuple[Content, Content, Content, Contradiction]] = {
    "one text": (
        GUIDELINE,
        {"provisions": [A | {"text": {"sv": "Deras."}}, B, C]},
        {"provisions": [A | {"text": {"sv": "Vår."}}, B, C]},
        Contradiction("/provisions/1.1/text/sv", "Text a.", "Deras.", "Vår."),
    ),
    "taken away and changed": (
        GUIDELINE,
        {"provisions": [A, C]},
        {"provisions": [A, B | {"modality": "kan"}, C]},
        Contradiction("/provisions/1.2", B, None, B | {"modality": "kan"}),
    ),
    "two new provisions of one number": (
        GUIDELINE,
        {"provisions": [A, B, C, provision("d", "1.4", text={"sv": "Deras."})]},
        {"provisions": [A, B, C, provision("e", "1.4", text={"sv": "Vår."})]},
        Contradiction("/provisions/1.4/text/sv", None, "Deras.", "Vår."),
    ),
    "one renumbered to where another is added": (
        GUIDELINE,
        {"provisions": [A, B, C | {"number": "1.4"}]},
        {"provisions": [A, B, C, provision("e", "1.4")]},
        Contradiction("/provisions/1.4", None, C | {"number": "1.4"}, provision("e", "1.4")),
    ),
    "both move things": (
        GUIDELINE,
        {"provisions": [B, A, C]},
        {"provisions": [A, C, B]},
        Contradiction("/provisions", ["1.1", "1.2", "1.3"], ["1.2", "1.1", "1.3"], ["1.1", "1.3", "1.2"]),
    ),
    "two new preferred words": (
        TERM,
        {"labels": [label("deras"), label("word", language="en")]},
        {"labels": [label("vårt"), label("word", language="en")]},
        Contradiction("/labels/sv/preferred", label("ord"), label("deras"), label("vårt")),
    ),
    "a word replaced whose forms are changed": (
        TERM,
        {"labels": [label("deras"), label("word", language="en")]},
        {"labels": [label("ord", forms=["ordet"]), label("word", language="en")]},
        Contradiction("/labels/sv/preferred/ord", label("ord"), None, label("ord", forms=["ordet"])),
    ),
    "one definition": (
        TERM,
        {"definitions": [definition("Deras.")]},
        {"definitions": [definition("Vår.")]},
        Contradiction("/definitions/sv/general/standard/text", "Vad det är.", "Deras.", "Vår."),
    ),
    "notes of one kind": (
        TERM,
        {"notes": [note("Här.")]},
        {"notes": [note("Här."), note("Där."), note("Sedan.")]},
        Contradiction("/notes/scope/sv/staff", ["Här.", "Där."], ["Här."], ["Här.", "Där.", "Sedan."]),
    ),
    "a replacement": (TERM, {"replacedBy": "x"}, {"replacedBy": "y"}, Contradiction("/replacedBy", None, "x", "y")),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_shows_the_place_as_it_was_as_it_is_and_as_proposed(name: str) -> None:
    base, theirs, ours, expected = CONTRADICTIONS[name]
    assert expected in merge(base, base | theirs, base | ours).contradictions


def mappings() -> st.SearchStrategy[Content]:
    return st.dictionaries(st.sampled_from(["sv", "en", "fi"]), TEXTS, min_size=1)


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Make a content with everything that is merged in a way of its own."""
    keys = draw(st.lists(st.sampled_from("abcdef"), unique=True))
    words = draw(st.lists(st.sampled_from(["ord", "glosa", "uttryck", "term"]), unique=True))
    audiences = draw(st.lists(st.sampled_from(["general", "staff"]), unique=True))
    return {
        "title": draw(mappings()),
        "purpose": draw(mappings()),
        "provisions": [provision(key, f"1.{ord(key)}", text=draw(mappings())) for key in keys],
        "labels": [label(word, "alternative", forms=draw(st.lists(TEXTS, unique=True))) for word in words],
        "definitions": [definition(draw(TEXTS), audience) for audience in audiences],
        "notes": [note(text, kind) for kind in ("example", "scope") for text in draw(st.lists(TEXTS, max_size=2))],
        "terms": draw(st.lists(st.sampled_from(["x", "y", "z"]), unique=True)),
        "indicators": draw(st.lists(mappings(), max_size=2)),
    }


@st.composite
def forks(draw: st.DrawFn) -> tuple[Content, Content, Content]:
    """Make a content and two changes of it, each of some of its fields."""
    base, one, other = draw(contents()), draw(contents()), draw(contents())
    fields = st.sets(st.sampled_from(sorted(base)), max_size=5)
    return base, base | {name: one[name] for name in draw(fields)}, base | {name: other[name] for name in draw(fields)}


def leaves(content: Any, path: str = "") -> dict[str, Any]:
    """Name every leaf by the thing that it belongs to: said anew, by no code of ours."""
    if isinstance(content, dict):
        return {p: v for name, item in content.items() for p, v in leaves(item, f"{path}/{name}").items()}
    if not isinstance(content, list) or path.endswith("/indicators"):
        return {path: content}
    found: dict[str, Any] = {}
    for item in content:
        if isinstance(item, str):
            found[f"{path}/{item}"] = item
        elif path == "/notes":
            found.setdefault(f"{path}/{item['kind']}", []).append(item["text"])
        else:
            found |= leaves(item, f"{path}/{item.get('key') or item.get('value') or item.get('audience')}")
    return found


@given(base=contents(), changed=contents())
def test_a_change_of_one_side_is_taken_whole(base: Content, changed: Content) -> None:
    for merged in (merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)):
        assert (merged.content, merged.contradictions) == (changed, [])


@given(fork=forks())
def test_nothing_that_one_side_alone_has_changed_vanishes(fork: tuple[Content, Content, Content]) -> None:
    base, theirs, ours = fork
    before = copy.deepcopy((base, theirs, ours))
    merged = merge(base, theirs, ours)
    assert (base, theirs, ours) == before
    was, new, own = leaves(base), leaves(theirs), leaves(ours)
    shown, contradicted = leaves(merged.content), [found.path for found in merged.contradictions]
    if contradicted:
        return
    for path in was | new | own:
        first, second, third = was.get(path), new.get(path), own.get(path)
        expected = second if third == first else third
        assert first in (second, third) or second == third, path
        assert shown.get(path) == expected, path


@given(fork=forks())
def test_the_order_of_two_changes_does_not_matter(fork: tuple[Content, Content, Content]) -> None:
    base, theirs, ours = fork
    one, other = merge(base, theirs, ours), merge(base, ours, theirs)
    assert {found.path for found in one.contradictions} == {found.path for found in other.contradictions}
    if not one.contradictions:
        assert one.content == other.content


def test_five_hundred_provisions_are_merged_in_fifty_milliseconds() -> None:
    base = GUIDELINE | {"provisions": [provision(f"k{n}", f"1.{n}") for n in range(500)]}
    theirs, ours = copy.deepcopy((base, base))
    for place in range(500):
        side = theirs if place % 2 else ours
        side["provisions"][place]["text"]["sv"] = f"Ny text {place}."
    fastest = min(_timed(base, theirs, ours) for _ in range(5))
    assert fastest < 0.05


def _timed(*sides: Content) -> float:
    start = time.process_time()
    assert merge(*sides).contradictions == []
    return time.process_time() - start
