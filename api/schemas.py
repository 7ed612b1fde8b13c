"""What every JSON body has in common: strict input, camelCase names, texts, days, pages, links."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from api.clock import STOCKHOLM
from api.languages import canonical_tag, is_language
from api.texts import Readable
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
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_ORDINAL = re.compile(r"[1-9][0-9]{0,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


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


def _only_digits(value: Any) -> Any:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise PydanticCustomError("int_parsing", "is a whole number, written in digits")
    return value


def _only_ordinal(value: Any) -> Any:
    if isinstance(value, str) and not _ORDINAL.fullmatch(value):
        raise PydanticCustomError("int_parsing", "is a whole number from 1, written in digits without leading zeros")
    return value


def _only_true_or_false(value: Any) -> Any:
    if value not in (True, False, "true", "false"):
        raise PydanticCustomError("bool_parsing", "is true or false")
    return value


def _moment(value: Any) -> datetime:
    moment = None
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
    if moment is None:
        code = "not-an-instant"
        message = "is an instant such as 2026-11-24T09:00:00Z, or a day such as 2026-11-24"
        raise PydanticCustomError(code, message)
    _sane_day(moment.date())
    return (moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def unset() -> Any:
    """Stand for a field that was left out, where null is no value."""
    return None


def _known_language(tag: str) -> str:
    if not is_language(tag):
        code = "unknown-language"
        message = "is a BCP 47 tag of a known language, such as sv, en, fi, fit, se or yi"
        raise PydanticCustomError(code, message)
    return canonical_tag(tag)


def _each_language_once(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    texts = handler(value)
    if len(texts) < len(value):
        code = "repeated-language"
        message = "holds one text a language: sv-FI and sv-fi are the same"
        raise PydanticCustomError(code, message)
    return texts


Text = Annotated[str, Readable(10_000)]
Line = Annotated[str, Readable(200, lines=False)]
Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=100)]
# A name given by others that stands in an address: never only dots, which mean a folder there.
ExternalName = Annotated[
    str, StringConstraints(pattern=r"^\.*[A-Za-z0-9_~-][A-Za-z0-9._~-]*$", min_length=1, max_length=128)
]
# A well-formed tag; one that stands in a text must also be a known language.
LanguageRange = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
LanguageTag = Annotated[LanguageRange, AfterValidator(_known_language)]
LanguageMap = Annotated[
    dict[LanguageTag, Text],
    Field(min_length=1, max_length=20, json_schema_extra={"additionalProperties": False}),
    WrapValidator(_each_language_once),
]
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
# What every JSON reader holds exactly (RFC 8259 section 6).
LARGEST_INTEGER = 2**53 - 1
Counter = Annotated[int, Field(strict=True, ge=0, le=LARGEST_INTEGER)]
VersionNumber = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}\.(0|[1-9][0-9]{0,5})$", max_length=13)]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
CountyCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
# A municipality's, or a county's.
OrganisationCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}([0-9]{2})?$")]
ContentHash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"{}|\\^`\x00-\x20]+$", max_length=2000)]


# A number in a query, which has one spelling only.
ONE_SPELLING = BeforeValidator(_only_digits)
QueryInt = Annotated[int, ONE_SPELLING]
# Which of several that are counted from 1, as it stands in an address: 1, never 01.
Ordinal = Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(_only_ordinal)]
# A yes or no in a query, likewise.
QueryBool = Annotated[bool, BeforeValidator(_only_true_or_false)]
# An instant in a query; a day is its first instant in Sweden.
QueryMoment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "example": "2026-11-24T09:00:00Z"}),
]


def which_form(body: Any) -> str:
    """Tell a retraction from a record, before either is read; tags in angle brackets are not shown in errors."""
    retracted = isinstance(body, dict) and body.get("retracted") is True
    return "<retraction>" if retracted else "<record>"


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

    limit: QueryInt = Field(20, ge=1, le=100, description="How many items a page holds.")
    page: QueryInt = Field(1, ge=1, le=1_000_000, description="Which page, counted from 1.")

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


class AsOfQuery(Query):
    as_of: Day | None = Field(None, description="The day to tell of, as known now; today without it.")


class AsOfPaging(AsOfQuery, Paging):
    """Which page of a list, as it is on a day."""


def link(href: str, rel: str) -> dict[str, str]:
    """Make a link of a ready document."""
    return {"href": href, "rel": rel, "method": "GET"}
