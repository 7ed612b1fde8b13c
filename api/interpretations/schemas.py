"""The JSON of how municipalities read terms."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.schemas import (
    ONE_SPELLING,
    Input,
    Instant,
    LanguageMap,
    MunicipalityCode,
    Output,
    Paging,
    Query,
    Slug,
    Text,
    VersionNumber,
)
from api.tables import TableQuery
from db.vocabulary import Alignment


class InterpretationRecord(Input):
    """How a municipality reads a term: beside the shared text, in its own words, and why."""

    alignment: Alignment
    term_version: VersionNumber = Field(description="The version of the term that was read.")
    wording: LanguageMap | None = Field(None, description="Needed for `narrower`, `broader` and `different`.")
    reason: Text | None = Field(None, description="Needed for `not_used`.")


class InterpretationRead(Output):
    """How a municipality reads a term; `needsReview` when the term has had a new major version since."""

    municipality: MunicipalityCode
    term_id: str
    alignment: Alignment
    wording: LanguageMap | None
    reason: str | None
    term_version: VersionNumber
    needs_review: bool
    revision: int
    recorded_at: Instant


class InterpretationRevision(Output):
    """What a municipality once said of a term; a withdrawal says nothing but when."""

    municipality: MunicipalityCode
    term_id: str
    revision: int
    withdrawn: bool
    alignment: Alignment | None
    wording: LanguageMap | None
    reason: str | None
    term_version: VersionNumber | None
    recorded_at: Instant


class OverlayRead(Output):
    """What a municipality lays over the shared text; all that stands outside it is shared."""

    municipality: MunicipalityCode
    alignment: Alignment
    wording: LanguageMap | None
    term_version: VersionNumber
    needs_review: bool


def _only_where_asked_for(schema: dict[str, Any]) -> None:
    if "overlay" in schema.get("required", []):
        schema["required"].remove("overlay")


class Overlaid(Output):
    """What has an `overlay` where a municipality is asked for; null where that one has recorded nothing."""

    model_config = ConfigDict(json_schema_extra=_only_where_asked_for)

    overlay: OverlayRead | None = None


class OverlayQuery(Query):
    municipality: MunicipalityCode | None = Field(
        None, description="Adds how this municipality reads each term, as `overlay` beside the shared text."
    )


class Reader(Output):
    """A municipality that has recorded how it reads the term."""

    code: MunicipalityCode
    name: str
    alignment: Alignment
    wording: LanguageMap | None
    term_version: VersionNumber
    needs_review: bool


class Divergence(Output):
    """A term that at least one municipality reads otherwise than the shared text."""

    term_id: str
    preferred_label: str
    domain: str
    spread: int = Field(
        description="How far it is read apart, in per cent: the mean distance of all pairs of readers, which are "
        "the municipalities that take part and the shared text. Who has said nothing reads the shared text."
    )
    counts: dict[Alignment, int] = Field(description="How many municipalities have recorded each reading.")
    municipalities: list[Reader]


class DivergenceQuery(TableQuery, Paging):
    """Which divergences; CSV has all of them, however many a page holds."""

    domain: Slug | None = Field(None, description="Only terms of this subject domain.")
    municipality: MunicipalityCode | None = Field(None, description="Only terms that this one reads otherwise.")
    alignment: Alignment | None = Field(
        None, description="Only terms that somebody reads so; with `municipality`, that this one reads so."
    )
    # As with `since` of the glossary.
    min_spread: Annotated[int, Field(ge=0, le=100), ONE_SPELLING] | None = Field(
        None, description="Only terms that are read at least so far apart, in per cent."
    )
