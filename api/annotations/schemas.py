"""The JSON of annotations: a text, and what of the glossary stands in it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from api.interpretations.schemas import Overlaid
from api.schemas import Input, LanguageTag, MunicipalityCode, Output, Slug
from db.vocabulary import LabelKind

LONGEST_TEXT = 1_000_000


class TextFormat(StrEnum):
    TEXT = "text"
    HTML = "html"


class First(StrEnum):
    TEXT = "text"
    SECTION = "section"


class AnnotationRequest(Input):
    """A text, and which of its terms are wanted."""

    text: Annotated[str, StringConstraints(strict=True)] = Field(
        description="Plain text or HTML, at most 1,000,000 code points.", json_schema_extra={"maxLength": LONGEST_TEXT}
    )
    language: LanguageTag = Field("sv", description="The language of the text: labels in it are looked for.")
    format: TextFormat = Field(TextFormat.TEXT, description="In HTML, tags, links, code and marks are passed over.")
    municipality: MunicipalityCode | None = Field(None, description="The municipality whose reading is wanted.")
    domain: Slug | None = Field(None, description="Only terms of this subject domain.")
    kinds: list[LabelKind] = Field(
        default_factory=lambda: [LabelKind.PREFERRED, LabelKind.ALTERNATIVE, LabelKind.DEPRECATED],
        min_length=1,
        max_length=4,
        description="Only labels of these kinds; hidden ones are for search and never marked.",
    )
    first: First | None = Field(
        None, description="Each term only once: in the text, or in each section that an HTML heading begins."
    )


class Recommended(Output):
    term_id: str
    preferred_label: str


class Annotation(Overlaid):
    """A term at a place of the text: offsets are code points, `end` is exclusive."""

    start: int
    end: int
    text: str
    term_id: str
    preferred_label: str
    kind: LabelKind = Field(description="Of the label; every label of a deprecated term is deprecated.")
    reason: str | None = Field(description="Why a deprecated label should not be used.")
    recommended: Recommended | None = Field(description="What to write in place of a deprecated label.")
    alternatives: list[str] = Field(description="The ids of other terms that the word can mean.")


class Annotations(Output):
    annotations: list[Annotation]
