"""The JSON of proposals."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.guidelines.schemas import GuidelineContent
from api.proposals.rules import Action
from api.proposals.trial_schemas import MissingField, Resemblance
from api.redline import Change
from api.schemas import (
    ContentHash,
    Input,
    Instant,
    Line,
    Link,
    OrganisationCode,
    Output,
    Paging,
    Query,
    QueryBool,
    Slug,
    Text,
    VersionNumber,
    unset,
)
from api.terms.schemas import TermContent
from db.vocabulary import ChangeKind, ProposalAction, ProposalStatus, TargetType

ProposedContent = GuidelineContent | TermContent


def _as_its_target(value: Any, _either: ValidatorFunctionWrapHandler, info: ValidationInfo) -> ProposedContent:
    """Read content as its target's type has it; a change names no target, so there its labels tell."""
    target = info.data.get("target")
    is_term = target.type == TargetType.TERM if target else isinstance(value, dict) and "labels" in value
    # As the framework reads a body, so that its faults have the same codes.
    return (TermContent if is_term else GuidelineContent).model_validate(value, from_attributes=True)


Content = Annotated[ProposedContent, WrapValidator(_as_its_target)]


class Target(Input):
    """What is to be changed; of something new the wanted id."""

    type: TargetType
    id: Slug


class ProposalCreate(Input):
    """A proposal as it is drafted: the whole proposed content, on a stated version."""

    target: Target
    action: ProposalAction
    base_version: VersionNumber | None = None
    change_kind: ChangeKind = ChangeKind.MAJOR
    title: Line
    reason: Text
    content: Content | None = None
    replaced_by: Slug | None = Field(None, description="The term to use instead of one that is retired.")

    @model_validator(mode="after")
    def _fits_its_action(self) -> Self:
        creates, retires = self.action == ProposalAction.CREATE, self.action == ProposalAction.RETIRE
        if creates and self.base_version is not None:
            _refuse("base-version-of-new", "what is new has no baseVersion: leave it out")
        if not creates and self.base_version is None:
            _refuse("missing-base-version", "baseVersion names the version that this builds on")
        if retires and self.content is not None:
            _refuse("content-of-retired", "what ends has no content: leave it out")
        if not retires and self.content is None:
            _refuse("missing-content", "content is the complete proposed content")
        if self.replaced_by is not None and not (retires and self.target.type == TargetType.TERM):
            _refuse("replaced-by-of-kept", "replacedBy is for a term that is retired: leave it out")
        return self


class ProposalUpdate(Input):
    """What is to be other in a draft or returned proposal; what is left out stays."""

    title: Line = Field(default_factory=unset)
    reason: Text = Field(default_factory=unset)
    change_kind: ChangeKind = Field(default_factory=unset)
    base_version: VersionNumber = Field(default_factory=unset)
    content: Content = Field(default_factory=unset)
    replaced_by: Slug | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            _refuse("empty", "names at least one of title, reason, changeKind, baseVersion, content and replacedBy")
        return self


class Transition(Input):
    """A move of a proposal; `return` needs a reason, and `close` where answers are awaited still."""

    action: Literal[Action.SUBMIT, Action.RETURN, Action.WITHDRAW, Action.CLOSE]
    reason: Text | None = None

    @model_validator(mode="after")
    def _return_tells_why(self) -> Self:
        if self.action == Action.RETURN and self.reason is None:
            _refuse("missing-reason", "a returned proposal is told why: give a reason")
        return self


def _refuse(code: str, message: str) -> None:
    raise PydanticCustomError(code, message)


class TargetRead(Output):
    type: TargetType
    id: str


class ProposalLinks(Output):
    self: Link
    diff: Link
    preview: Link | None
    impact: Link
    comments: Link
    submissions: Link | None
    target: Link | None
    deviation: Link | None = Field(
        description="Of a rejected change of a guideline: the decisions of the municipality that proposed it, in which "
        "it may stand as a local deviation."
    )


class ProposalRead(Output):
    """A proposal as this reader may see it; others than its organisation see what was submitted."""

    id: str
    organisation: str
    status: ProposalStatus
    status_reason: str | None
    target: TargetRead
    action: ProposalAction
    number: int | None
    base_version: VersionNumber | None
    rebased_from: VersionNumber | None
    change_kind: ChangeKind
    title: str
    reason: str
    content: ProposedContent | None
    replaced_by: str | None
    content_hash: ContentHash | None
    missing: list[MissingField]
    revision: int
    submitted_at: Instant | None
    changed_at: Instant
    published_version: VersionNumber | None
    allowed_transitions: list[Action]
    links: ProposalLinks = Field(alias="_links")


class ProposalCreated(ProposalRead):
    """A new draft, and what it resembles."""

    resembles: list[Resemblance]


class ProposalDiff(Output):
    """What a proposal would change in the version that it builds on."""

    proposal: str
    from_version: VersionNumber | None = Field(alias="from")
    changes: list[Change]


class DraftQuery(Query):
    """Whether a proposal is made, or only tried."""

    dry_run: QueryBool = Field(
        default=False, description="Only tell what the proposal would collide with and change; nothing is stored."
    )


class ProposalQuery(Paging):
    status: ProposalStatus | None = Field(None, description="Only proposals in this state.")
    target_type: TargetType | None = Field(None, description="Only proposals on this type of target.")
    target_id: Slug | None = Field(None, description="Only proposals on the target with this id.")
    organisation: OrganisationCode | None = Field(None, description="Only proposals of this organisation.")
