"""What a term may say: each fault is pointed at, by a code, with a way out."""

from typing import Any

import pytest
from pydantic import ValidationError

from api.terms.lookalikes import confusable
from api.terms.rules import STATUS_MOVES, Neighbour, Surroundings, faults
from api.terms.schemas import TermContent
from db.vocabulary import TermStatus

AROUND = Surroundings(
    terms={
        "avtal": Neighbour(TermStatus.APPROVED, None),
        "hyresavtal": Neighbour(TermStatus.APPROVED, None),
        "bilaga": Neighbour(TermStatus.APPROVED, None),
        "lokalavtal": Neighbour(TermStatus.CANDIDATE, None),
        "kontrakt": Neighbour(TermStatus.DEPRECATED, "avtal"),
        "fax": Neighbour(TermStatus.DEPRECATED, None),
    },
    domains=["grundbegrepp", "sakerhet"],
    broader={"hyresavtal": {"avtal"}, "lokalavtal": {"hyresavtal"}},
)


def label(value: str, kind: str = "preferred", language: str = "sv", **others: Any) -> dict[str, Any]:
    return {"language": language, "kind": kind, "value": value, **others}


def definition(**others: Any) -> dict[str, Any]:
    return {"language": "sv", "audience": "general", "style": "standard", "text": "Text.", **others}


GOOD: dict[str, Any] = {
    "domain": "grundbegrepp",
    "labels": [
        label("avtal", forms=["avtalet", "avtalen"]),
        label("sopimus", language="fi"),
        label("avtal", language="sv-FI"),
        label("kontrakt", "deprecated", reason="Vi säger avtal."),
        label("avtl", "hidden"),
    ],
    "definitions": [
        definition(),
        definition(style="plain", source="SAOB", sourceRelation="quoted"),
        definition(audience="staff", source="Länet", sourceRelation="own"),
        definition(language="se", source="SAOB", sourceRelation="based_on"),
        definition(language="sv-FI", sourceRelation="own"),
        definition(language="yi", source="SAOB"),
    ],
    "related": ["bilaga"],
}
# The term is avtal itself where nothing else is told.
FAULTY: list[tuple[dict[str, Any], str, str, str]] = [
    ({"labels": [label("a"), label("b")]}, "/labels/1/kind", "second-preferred", "one preferred label"),
    ({"labels": [label("a"), label("a", "alternative")]}, "/labels/1/value", "repeated-label", "one label"),
    ({"labels": [label("a", "alternative")]}, "/labels", "no-preferred", "preferred"),
    ({"labels": [label("a"), label("b", "deprecated")]}, "/labels/1/reason", "missing", "tells why"),
    ({"labels": [label("a", forms=["b", "c", "b"])]}, "/labels/0/forms/2", "repeated-form", "once"),
    (
        {"labels": [label("a", language="sv-fi"), label("b", language="sv-FI")]},
        "/labels/1/kind",
        "second-preferred",
        "one preferred label",
    ),
    ({"definitions": [definition(), definition(text="Annat.")]}, "/definitions/1", "repeated-definition", "each"),
    ({"definitions": [definition(sourceRelation="quoted")]}, "/definitions/0/source", "missing-source", "its source"),
    ({"definitions": [definition(sourceRelation="based_on")]}, "/definitions/0/source", "missing-source", "its source"),
    (
        {
            "matches": [
                {"relation": relation, "uri": "https://example.se/1"} for relation in ("exactMatch", "closeMatch")
            ]
        },
        "/matches/1/uri",
        "repeated-match",
        "choose",
    ),
    ({"related": ["avtal"]}, "/related/0", "self-relation", "another"),
    ({"broader": ["avtal"]}, "/broader/0", "self-relation", "another"),
    ({"replacedBy": "avtal"}, "/replacedBy", "self-relation", "another"),
    ({"related": ["okant"]}, "/related/0", "unknown-term", "/terms"),
    ({"replacedBy": "okant"}, "/replacedBy", "unknown-term", "/terms"),
    ({"related": ["hyresavtal", "hyresavtal"]}, "/related/1", "repeated-relation", "once"),
    ({"related": ["fax"]}, "/related/0", "deprecated-term", "name one that is in use"),
    ({"replacedBy": "fax"}, "/replacedBy", "deprecated-term", "name one that is in use"),
    ({"broader": ["kontrakt"]}, "/broader/0", "deprecated-term", "use avtal instead"),
    ({"broader": ["hyresavtal"]}, "/broader/0", "cycle", "avtal → hyresavtal → avtal"),
    ({"broader": ["lokalavtal"]}, "/broader/0", "cycle", "avtal → lokalavtal → hyresavtal → avtal"),
    ({"domain": "okand"}, "/domain", "unknown-domain", "grundbegrepp, sakerhet"),
]


def content(**changes: Any) -> TermContent:
    return TermContent.model_validate(GOOD | changes)


def test_a_whole_term_in_many_languages_has_no_fault() -> None:
    assert faults("avtal", content(), AROUND) == []


@pytest.mark.parametrize(("changes", "pointer", "code", "told"), FAULTY)
def test_each_fault_is_pointed_at_and_tells_the_way_out(
    changes: dict[str, Any], pointer: str, code: str, told: str
) -> None:
    (fault,) = faults("avtal", content(**changes), AROUND)
    assert (fault.pointer, fault.code) == (pointer, code)
    assert told in fault.detail


def test_nothing_is_broader_and_related_at_once() -> None:
    found = faults("lokalavtal", content(broader=["avtal"], related=["avtal"]), AROUND)
    assert [(fault.pointer, fault.code) for fault in found] == [("/related/0", "broader-and-related")]


def test_a_relation_that_stood_may_stay_when_the_other_term_is_deprecated() -> None:
    before = content(related=["kontrakt"], broader=["fax"])
    assert faults("avtal", content(related=["kontrakt"], broader=["fax"]), AROUND, before) == []
    assert faults("avtal", content(related=["fax"]), AROUND, before)[0].code == "deprecated-term"


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": [label("a", language="xx")]},
        {"labels": [label("avtal\u202e")]},
        {"labels": [label("av\u0000tal")]},
        {"labels": [label("av\ntal")]},
        {"labels": [label("a" * 201)]},
        {"labels": [label("\u0958" * 200)]},  # longer when it is composed
        {"labels": [label("a", "best")]},
        {"labels": []},
        {"definitions": [definition(text="a" * 10_001)]},
        {"definitions": [definition(text="a\u2066b")]},
        {"definitions": [definition(sourceRelation="stolen")]},
        {"matches": [{"relation": "exactMatch", "uri": "javascript:alert(1)"}]},
        {"narrower": ["hyresavtal"]},
    ],
)
def test_what_no_text_or_word_may_be_is_refused_by_the_schema(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        content(**changes)


def test_a_term_goes_from_candidate_to_approved_to_deprecated_and_never_back() -> None:
    statuses = (None, *TermStatus)
    forbidden = {(was, becomes) for was in statuses for becomes in TermStatus} - STATUS_MOVES
    assert forbidden == {
        (None, TermStatus.DEPRECATED),
        (TermStatus.APPROVED, TermStatus.CANDIDATE),
        (TermStatus.DEPRECATED, TermStatus.CANDIDATE),
        (TermStatus.DEPRECATED, TermStatus.APPROVED),
    }


@pytest.mark.parametrize(
    ("word", "twin"),
    [
        ("digitalisering", "digitаlisering"),
        ("digitalisering", "digitalis\u200bering"),
        ("digitalisering", "digitalise\u00adring"),
        ("digitalisering", "ｄｉｇｉｔａｌｉｓｅｒｉｎｇ"),
        ("digitalisering", "dıgitalisering"),
        ("e-tjänst", "e–tjänst"),
        ("e-tjänst", "e\u2011tjänst"),
        ("öppna data", "ӧppna data"),
        ("KOMMUN", "ΚΟΜΜUΝ"),
    ],
)
def test_a_word_that_only_looks_like_another_is_found(word: str, twin: str) -> None:
    assert confusable(twin, [word, "annat"]) == [word]


@pytest.mark.parametrize("other", ["avtal", "Avtal", " avtal ", "aval", "åvtal", "ävtal", "договор"])
def test_the_same_word_and_other_words_are_no_lookalikes(other: str) -> None:
    assert confusable("avtal", [other]) == []
