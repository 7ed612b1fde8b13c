"""Languages: one spelling of each tag, and what stands in for a language that a text is not in."""

import pytest
from pydantic import TypeAdapter, ValidationError

from api.languages import best_language
from api.schemas import LanguageMap, LanguageTag

LANGUAGES = ("sv", "en", "fi", "fit", "se", "smj", "sma", "rom", "rmf", "yi", "sv-FI", "se-FI", "zh-Hant-TW", "de-1996")
UNKNOWN = ("xx", "sv-SE-SE", "svenska", "se--SE", "sv_FI", "SV", "", "x-egen", "sv-FI\n")


def test_the_languages_of_a_county_are_known_and_keep_their_tags() -> None:
    assert [TypeAdapter(LanguageTag).validate_python(tag) for tag in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("tag", UNKNOWN)
def test_what_is_no_language_is_refused(tag: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(LanguageTag).validate_python(tag)


def test_a_tag_is_kept_in_its_one_spelling_and_names_a_text_once() -> None:
    assert TypeAdapter(LanguageMap).validate_python({"sv-fi": "a", "iw": "b"}) == {"sv-FI": "a", "he": "b"}
    with pytest.raises(ValidationError, match="repeated-language"):
        TypeAdapter(LanguageMap).validate_python({"sv-fi": "a", "sv-FI": "b"})


@pytest.mark.parametrize(
    ("wanted", "there", "chosen"),
    [
        ("sv", "en sv", "sv"),
        ("sv-FI", "sv-FI sv", "sv-FI"),
        ("sv-fi", "sv-FI sv", "sv-FI"),
        ("sv-FI", "sv en", "sv"),
        ("sv", "en sv-FI", "sv-FI"),
        ("se-FI", "sv se-SE se-NO", "se-NO"),
        ("zh-Hant-TW", "zh zh-Hant", "zh-Hant"),
        ("rmy", "rom sv", "rom"),
        ("iw", "he", "he"),
        ("fit", "fi sv", None),
        ("se", "sv sma", None),
        ("zz", "sv", None),
    ],
)
def test_a_reader_gets_their_language_or_its_nearest_kin_and_never_another(
    wanted: str, there: str, chosen: str | None
) -> None:
    assert best_language(wanted, there.split()) == chosen
