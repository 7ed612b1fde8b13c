"""The JSON of terms."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.interpretations.schemas import Overlaid, OverlayQuery
from api.schemas import (
    LARGEST_INTEGER,
    ONE_SPELLING,
    AsOfQuery,
    ContentHash,
    Day,
    Input,
    Instant,
    LanguageMap,
    LanguageTag,
    Line,
    Link,
    Output,
    Slug,
    Text,
    VersionNumber,
    WebAddress,
)
from db.vocabulary import (
    Audience,
    ChangeKind,
    DefinitionStyle,
    LabelKind,
    MatchRelation,
    NoteKind,
    SourceRelation,
    TermStatus,
)


class Label(Input):
    """One word for the concept; a deprecated one tells why."""

    language: LanguageTag
    kind: LabelKind
    value: Line
    forms: list[Line] = Field(default_factory=list, max_length=50)
    reason: Text | None = None


class Definition(Input):
    """What the concept is, for one audience in one style; `sourceRelation` tells what the text owes its source."""

    language: LanguageTag
    audience: Audience
    style: DefinitionStyle
    text: Text
    source: Line | None = None
    source_relation: SourceRelation | None = None


class Note(Input):
    kind: NoteKind
    language: LanguageTag
    audience: Audience
    text: Text


class TermMatch(Input):
    """The same or a near concept in another vocabulary."""

    relation: MatchRelation
    uri: WebAddress


class TermContent(Input):
    """All that a version of a term says."""

    domain: Slug
    labels: list[Label] = Field(min_length=1, max_length=200)
    definitions: list[Definition] = Field(default_factory=list, max_length=100)
    notes: list[Note] = Field(default_factory=list, max_length=100)
    broader: list[Slug] = Field(default_factory=list, max_length=20)
    related: list[Slug] = Field(default_factory=list, max_length=100)
    matches: list[TermMatch] = Field(default_factory=list, max_length=50)
    replaced_by: Slug | None = None
    review_due: Day | None = None


class Citation(Output):
    guideline: str
    version: str


class TermLinks(Output):
    self: Link
    html: Link
    versions: Link
    interpretations: Link


class Replacement(Output):
    """The term to use instead of a deprecated one."""

    id: str
    preferred_label: str


class TermRead(Overlaid):
    """A term in the version that is valid today, or on the day that was asked for."""

    id: str
    status: TermStatus
    version: VersionNumber
    revision: int
    domain: str
    labels: list[Label]
    definitions: list[Definition]
    notes: list[Note]
    broader: list[str]
    narrower: list[str]
    related: list[str]
    matches: list[TermMatch]
    replaced_by: str | None
    valid_from: Day
    valid_until: Day | None
    review_due: Day | None
    published_at: Instant
    changed_at: Instant
    content_hash: ContentHash
    cited_by: list[Citation]
    replacement: Replacement | None
    links: TermLinks = Field(alias="_links")


class BundledTerm(TermRead):
    """A term as it stands in the whole glossary, without links."""

    replacement: None = Field(None, exclude=True)
    links: None = Field(None, exclude=True)  # type: ignore[assignment]


class DomainLabel(Output):
    language: str
    value: str


class DomainRead(Output):
    id: str
    labels: list[DomainLabel]
    term_count: int


class Glossary(Output):
    """The whole glossary at one sequence of the public feed."""

    sequence: int
    content_hash: ContentHash
    generated_for: str | None
    domains: list[DomainRead]
    terms: list[BundledTerm]


class ReadQuery(OverlayQuery, AsOfQuery):
    """Of which day, and how which municipality reads it."""


class GlossaryQuery(ReadQuery):
    # The bounds stand within: outside of `| None` they would not come into the document.
    since: Annotated[int, Field(ge=0, le=LARGEST_INTEGER), ONE_SPELLING] | None = Field(
        None, description="Only what has changed since this sequence, for a copy that was fetched at it."
    )

    @model_validator(mode="after")
    def _changes_are_of_today(self) -> Self:
        if self.since is not None and self.as_of is not None:
            raise PydanticCustomError("since-and-as-of", "what has changed is told of today only: leave asOf out")
        return self


class GlossaryChanges(Output):
    """What a copy of an earlier sequence lacks: put each changed term in place of the copy's, and drop the removed."""

    since: int
    sequence: int
    content_hash: ContentHash
    changed: list[BundledTerm]
    removed: list[str]
    domains: list[DomainRead] | None


class TermVersionRead(Output):
    """One frozen version of a term."""

    term: str
    number: VersionNumber
    status: TermStatus
    change_kind: ChangeKind
    change_note: LanguageMap
    valid_from: Day
    valid_until: Day | None
    published_at: Instant
    content_hash: ContentHash
    supersedes: VersionNumber | None
    content: TermContent
