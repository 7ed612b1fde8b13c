"""What every JSON body has in common: strict input, camelCase names, texts, days, pages, links."""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Generic, Literal, TypeVar

import langcodes
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from db.events import instant_text


Item = TypeVar("Item")


class Input(BaseModel):
    """A body sent to us: unknown names are refused, names are camelCase only."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, validate_by_name=False)


class Output(BaseModel):
    """A body that we send; the program fills it by Python names."""

    model_config = ConfigDict(
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


class Query(Input):
    """Query parameters: a misspelt one is told, not passed over."""


_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Turning the direction of a text makes what is read another than what is stored.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def _clean(text: str) -> str:
    """NFC; refuses what no reader can see."""
    for char in text:
        if char in "\n\t":
            continue
        if char in _BIDI or unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co"}:
            code = "unprintable-character"
            message = "holds a control, direction or unassigned character: remove it"
            raise PydanticCustomError(code, message)
    return unicodedata.normalize("NFC", text)


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        code = "line-break"
        message = "is one line: remove the line breaks and tabs"
        raise PydanticCustomError(code, message)
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        code = "blank"
        message = "needs at least one visible character"
        raise PydanticCustomError(code, message)
    return text


def _only_day(value: Any) -> Any:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        code = "not-a-day"
        message = "is a day, written as 2027-01-31"
        raise PydanticCustomError(code, message)
    if not isinstance(value, str | date) or isinstance(value, datetime):
        code = "not-a-day"
        message = "is a day, written as a string like 2027-01-31"
        raise PydanticCustomError(code, message)
    return value


def _sane_day(value: date) -> date:
    if not _FIRST_DAY <= value <= _LAST_DAY:
        code = "day-out-of-range"
        message = "lies between 1900-01-01 and 2199-12-31"
        raise PydanticCustomError(code, message)
    return value


@lru_cache(maxsize=512)
def _is_language(tag: str) -> bool:
    return langcodes.tag_is_valid(tag)


def _known_language(tag: str) -> str:
    if not _is_language(tag):
        code = "unknown-language"
        message = "is a BCP 47 tag of a known language, such as sv, en, fi, fit, se or yi"
        raise PydanticCustomError(code, message)
    return tag


def _text(longest: int, *, line: bool = False) -> Any:
    checks = [AfterValidator(_clean), AfterValidator(_not_blank)]
    if line:
        checks.append(AfterValidator(_one_line))
    return Annotated[str, StringConstraints(min_length=1, max_length=longest), *checks]


Text = _text(10_000)
Line = _text(200, line=True)
Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=100)]
LanguageTag = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length=35),
    AfterValidator(_known_language),
]
LanguageMap = Annotated[dict[LanguageTag, Text], Field(min_length=1, max_length=20)]
Day = Annotated[
    date,
    BeforeValidator(_only_day),
    AfterValidator(_sane_day),
    # The national linter reads the singular `example`.
    WithJsonSchema({"type": "string", "format": "date", "example": "2027-01-31"}),
]
Instant = Annotated[
    datetime,
    PlainSerializer(instant_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "example": "2026-11-24T09:00:00.000000Z"}),
]
Bool = StrictBool
Number64 = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
VersionNumber = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}\.(0|[1-9][0-9]{0,5})$", max_length=13)]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
ContentHash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"{}|\\^`\x00-\x20]+$", max_length=2000)]


class Link(Output):
    """One link: absolute address, IANA relation and method."""

    href: str
    rel: str
    method: Literal["GET", "POST", "PUT", "PATCH"] = "GET"


class PageLinks(Output):
    self: Link
    first: Link
    last: Link
    next: Link | None
    prev: Link | None


class PageMeta(Output):
    total_records: int
    page: int
    limit: int
    count: int


class Page(Output, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    meta: PageMeta = Field(alias="_meta")
    links: PageLinks = Field(alias="_links")


class Paging(Query):
    """Which page of a list, counted from 1; a page past the end is empty."""

    limit: int = Field(20, ge=1, le=100, description="How many items a page holds.")
    page: int = Field(1, ge=1, le=1_000_000, description="Which page, counted from 1.")

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


def link(href: str, rel: str) -> dict[str, str]:
    """Make a link of a ready document."""
    return {"href": href, "rel": rel, "method": "GET"}
