"""The JSON of terms."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas import (
    LARGEST_INTEGER,
    ContentHash,
    Day,
    Input,
    Instant,
    LanguageMap,
    LanguageRange,
    LanguageTag,
    Line,
    Link,
    Output,
    Paging,
    Query,
    QueryInt,
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
    TermStatus,
)

SearchText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Label(Input):
    """One word for the concept; a deprecated one tells why."""

    language: LanguageTag
    kind: LabelKind
    value: Line
    forms: list[Line] = Field(default_factory=list, max_length=50)
    reason: Text | None = None


class Definition(Input):
    language: LanguageTag
    audience: Audience
    style: DefinitionStyle
    text: Text
    source: Line | None = None


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
    interpretations: Link | None


class TermRead(Output):
    """A term in its current version."""

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
    links: TermLinks = Field(alias="_links")


class BundledTerm(TermRead):
    """A term as it stands in the whole glossary, without links."""

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


class GlossaryQuery(Query):
    since: QueryInt | None = Field(
        None,
        ge=0,
        le=LARGEST_INTEGER,
        description="Only what has changed since this sequence, for a copy that was fetched at it.",
    )


class GlossaryChanges(Output):
    """What a copy of an earlier sequence lacks: put each changed term in place of the copy's, and drop the removed."""

    since: int
    sequence: int
    content_hash: ContentHash
    changed: list[BundledTerm]
    removed: list[str]
    domains: list[DomainRead] | None


class Matched(Output):
    value: str
    kind: LabelKind
    language: str


class Suggestion(Output):
    term_id: str
    preferred_label: str
    matched: Matched


class Suggestions(Output):
    items: list[Suggestion]


class TermVersionRead(Output):
    """One frozen version of a term."""

    term: str
    number: VersionNumber
    status: TermStatus
    change_kind: ChangeKind
    change_note: LanguageMap
    valid_from: Day
    published_at: Instant
    content_hash: ContentHash
    content: TermContent


class TermQuery(Paging):
    """Which terms; without `status` deprecated terms are left out."""

    q: SearchText | None = Field(None, description="Words to look for, in labels first, then in definitions.")
    language: LanguageRange | None = Field(None, description="Only terms with a label in this language.")
    domain: Slug | None = Field(None, description="Only terms of this subject domain.")
    status: TermStatus | None = Field(None, description="Only terms of this status.")


class SuggestionQuery(Query):
    q: SearchText = Field(description="The beginning, or a part, of a word.")
    language: LanguageRange | None = Field(None, description="Only labels in this language.")
    limit: QueryInt = Field(10, ge=1, le=50, description="How many suggestions at the most.")
