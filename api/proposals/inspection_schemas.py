"""The JSON of a closer look at a proposal: its earlier texts, and what it would become."""

from pydantic import Field, JsonValue

from api.proposals.schemas import ProposedContent
from api.proposals.trial_schemas import MissingField
from api.redline import Change
from api.schemas import ContentHash, Instant, Link, Output, VersionNumber
from db.vocabulary import ChangeKind


class ConflictingPlace(Output):
    """A place that both the target and the proposal changed, each in its own way."""

    path: str
    base: JsonValue
    theirs: JsonValue
    ours: JsonValue


class ProposalPreview(Output):
    """What an approval now would publish: the text merged onto the newest version, and what that changes in it.

    `version` is null where nothing can be published: where `conflicts` are to be resolved, or a guideline ends.
    """

    proposal: str
    base_version: VersionNumber | None
    newest_version: VersionNumber | None
    version: VersionNumber | None
    content: ProposedContent | None
    changes: list[Change]
    conflicts: list[ConflictingPlace]
    missing: list[MissingField]


class SubmissionLinks(Output):
    self: Link
    proposal: Link


class SubmissionHead(Output):
    """One text that a proposal was submitted with; it never changes."""

    number: int
    base_version: VersionNumber | None
    rebased_from: VersionNumber | None
    change_kind: ChangeKind
    title: str
    reason: str
    content_hash: ContentHash | None
    submitted_at: Instant
    links: SubmissionLinks = Field(alias="_links")


class SubmissionRead(SubmissionHead):
    content: ProposedContent | None
    replaced_by: str | None
