"""The JSON of how ready municipalities are to introduce a guideline, and of who can help whom."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas import (
    Day,
    Input,
    Instant,
    LanguageMap,
    MunicipalityCode,
    Output,
    Paging,
    QueryBool,
    Slug,
    Text,
    VersionNumber,
)
from db.vocabulary import PrerequisiteState, SupportKind, TargetGroup

PrerequisiteId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
_Kinds = Annotated[list[SupportKind], Field(max_length=len(SupportKind))]


class Training(Input):
    """When a target group was trained."""

    target_group: TargetGroup
    held_on: Day


class ReadinessItem(Input):
    """How far the municipality has come with one introduction prerequisite."""

    prerequisite: PrerequisiteId = Field(description="The id of a prerequisite of the version.")
    state: PrerequisiteState
    note: Text | None = Field(None, description="Needed for `not_applicable`: why.")
    trainings: list[Training] = Field(default_factory=list, max_length=50)


class ReadinessRecord(Input):
    """All that a municipality says of a guideline's introduction; what it leaves out is not started."""

    version: VersionNumber | None = Field(None, description="The version that it is about; without it the newest.")
    items: list[ReadinessItem] = Field(max_length=50)
    needs_help_with: _Kinds = Field(default_factory=list)
    can_help_with: _Kinds = Field(default_factory=list)


class PrerequisiteRead(Output):
    """A prerequisite of the newest version and its answer; `answeredFor` is the version that was answered for."""

    prerequisite: str
    text: LanguageMap
    state: PrerequisiteState
    note: str | None
    trainings: list[Training]
    answered_for: VersionNumber | None = Field(
        description="An older version than `version`: the text is the same, so that the answer still counts. "
        "Null: not answered."
    )


class ReadinessRead(Output):
    """How far a municipality has come, against the newest version."""

    municipality: MunicipalityCode
    guideline: Slug
    version: VersionNumber
    items: list[PrerequisiteRead]
    done: int = Field(description="How many prerequisites are done, of those that apply.")
    applicable: int
    needs_help_with: list[SupportKind]
    can_help_with: list[SupportKind]
    revision: int
    recorded_at: Instant


class ReadinessRevision(Output):
    """What a municipality once said, word for word."""

    revision: int
    recorded_at: Instant
    version: VersionNumber
    items: list[ReadinessItem]
    needs_help_with: list[SupportKind]
    can_help_with: list[SupportKind]


class Supporter(Output):
    code: MunicipalityCode
    name: str


class SupportMatch(Output):
    """Who needs one kind of help with a guideline, and who can give it."""

    guideline: Slug
    help: SupportKind
    needs: list[Supporter]
    offers: list[Supporter]


class SupportQuery(Paging):
    """Which needs and offers."""

    guideline: Slug | None = Field(None, description="Only of this guideline.")
    help: SupportKind | None = Field(None, description="Only this kind of help.")
    municipality: MunicipalityCode | None = Field(None, description="Only where this one needs or offers help.")
    matched: QueryBool = Field(default=False, description="Only where somebody needs what another can give.")
