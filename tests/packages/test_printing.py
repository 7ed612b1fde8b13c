"""Whatever a text may hold can be printed."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.guidelines.schemas import GuidelineContent, dump
from api.packages.head import HeadLine
from api.packages.pdf import copy
from api.packages.printing import typeset
from api.schemas import LanguageMap

_MAPS = TypeAdapter(LanguageMap)


def _is_sent(text: str) -> bool:
    try:
        _MAPS.validate_python({"sv": text})
    except ValidationError:
        return False
    return True


@given(st.text(min_size=1, max_size=200).filter(_is_sent), st.sampled_from(["sv", "en", "ar", "fit", "zh-Hans", "yi"]))
def test_any_text_in_any_language_is_printed(text: str, language: str) -> None:
    content = GuidelineContent.model_validate(
        {
            "documentType": "riktlinje",
            "title": {language: text},
            "purpose": {language: text},
            "provisions": [{"number": "1.1", "modality": "ska", "text": {language: text}}],
            "competenceNeeds": [{language: text}],
            "introductionPrerequisites": [{"id": "1", "text": {language: text}}],
            "targetGroupNotes": {"leaders": {language: text}},
            "workEnvironment": {"assessment": {language: text}},
        }
    )
    head = [HeadLine("titel", "Titel", text), HeadLine("tom", "Tom", None)]
    assert typeset(copy(dump(content), head, text, date(2026, 1, 1))).startswith(b"%PDF-1.7")
