"""The JSON of municipal decisions and of the adoption that follows from them."""

import uuid
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from api.guidelines.schemas import ProvisionNumber
from api.proposals.decision_schemas import Paragraph, RecordNumber
from api.schemas import (
    AsOfPaging,
    Bool,
    ContentHash,
    Counter,
    Day,
    Input,
    Instant,
    Line,
    MunicipalityCode,
    Output,
    Slug,
    Text,
    VersionNumber,
    WebAddress,
    which_form,
)
from api.tables import TableQuery
from db.vocabulary import AdoptionStatus, BodyType, DecisionKind, VersionStatus


class Deviation(Input):
    """A provision that the municipality does not follow, why, what it does instead, who answers for it, until when."""

    provision: ProvisionNumber
    motive: Text
    measure: Text | None = None
    owner_role: Line | None = Field(None, description="The role that answers for it; never a person's name.")
    until: Day | None = None
    proposal: uuid.UUID | None = Field(
        None, description="The municipality's own proposal that the county rejected, where this says what it proposed."
    )


class DecisionRecord(Input):
    """One decision of a municipality, as its own system tells it at one source revision."""

    guideline: Slug
    version: VersionNumber
    kind: DecisionKind
    body_type: BodyType
    body: Line
    decided_on: Day
    paragraph: Paragraph | None = None
    record_number: RecordNumber | None = None
    valid_from: Day | None = Field(None, description="Without it the day of the decision.")
    valid_until: Day | None = Field(None, description="The last day; without it until further notice.")
    legal_force_on: Day | None = None
    review_due: Day | None = None
    minutes_url: WebAddress | None = None
    reason: Text | None = None
    deviations: list[Deviation] = Field(default_factory=list, max_length=500)
    content_hash: ContentHash | None = Field(None, description="Of the adopted text; a wrong one is refused.")
    # True is a retraction; a Literal would take 0 for false.
    retracted: Annotated[Bool, WithJsonSchema({"type": "boolean", "const": False})] = False
    source_revision: Counter

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_until is not None and self.valid_until < (self.valid_from or self.decided_on):
            _refuse("ends-before-start", "validUntil is not before validFrom")
        if self.legal_force_on is not None and self.legal_force_on < self.decided_on:
            _refuse("legal-force-before-decision", "legalForceOn is not before decidedOn")
        if self.kind == DecisionKind.EXTEND and self.valid_until is None:
            _refuse("missing-valid-until", "an extension tells validUntil")
        if self.deviations and self.kind != DecisionKind.ADOPT_WITH_CHANGES:
            _refuse("deviations-without-changes", "deviations belong to adopt_with_changes")
        return self


class DecisionRetraction(Input):
    """What withdraws a decision: the source says that it is not to stand."""

    retracted: Literal[True]
    source_revision: Counter


def _refuse(code: str, message: str) -> None:
    raise PydanticCustomError(code, message)


DecisionBody = Annotated[
    Annotated[DecisionRecord, Tag("<record>")] | Annotated[DecisionRetraction, Tag("<retraction>")],
    Discriminator(which_form),
]


class DecisionRead(Output):
    """A decision as its newest source revision tells it; a retracted one keeps no content."""

    id: str
    municipality: str
    source: str
    external_id: str
    retracted: bool
    source_revision: int
    guideline: str | None
    version: VersionNumber | None
    kind: DecisionKind | None
    body_type: BodyType | None
    body: str | None
    decided_on: Day | None
    paragraph: str | None
    record_number: str | None
    valid_from: Day | None
    valid_until: Day | None
    legal_force_on: Day | None
    review_due: Day | None
    minutes_url: str | None
    reason: str | None
    deviations: list[Deviation]
    content_hash: ContentHash | None


class RecordedDecision(Output):
    """What a PUT did, and the decision as it now stands."""

    result: Literal["created", "updated", "unchanged", "stale"]
    decision: DecisionRead


class ManualDecision(DecisionRecord):
    """A decision that is written in by hand: the same record, of a source that we number ourselves."""

    source_revision: Counter = 1


class RevisionRead(Output):
    """What a source said of a decision at one of its revisions."""

    source_revision: int
    recorded_at: Instant
    record: dict[str, Any] = Field(description="The record or the retraction, word for word.")


class VersionMention(Output):
    version: VersionNumber


class Upcoming(Output):
    """The next change of status that is already decided."""

    status: AdoptionStatus
    from_day: Day = Field(alias="from")


class AdoptionRead(Output):
    """A municipality's stand on a guideline on a day, derived from its decisions."""

    municipality: str
    guideline: str
    status: AdoptionStatus
    version: VersionNumber | None
    version_status: VersionStatus | None
    since: Day | None
    valid_until: Day | None
    legal_force_on: Day | None
    reviewing: VersionMention | None
    declined: VersionMention | None
    upcoming: Upcoming | None
    warnings: list[str]
    decision: DecisionRead | None


class DeviationRead(Output):
    """A deviation of an adoption that stands; `decision` is the address of its decision under the API."""

    municipality: MunicipalityCode
    municipality_name: str
    guideline: str
    version: VersionNumber
    provision: ProvisionNumber
    motive: str
    measure: str | None
    owner_role: str | None = None
    proposal: str | None = None
    until: Day | None
    expired: bool
    decision: str


class DeviationQuery(TableQuery, AsOfPaging):
    """Which deviations; CSV has all of them, however many a page holds."""

    municipality: MunicipalityCode | None = Field(None, description="Only those of this municipality.")
    guideline: Slug | None = Field(None, description="Only from this guideline.")
    until: Day | None = Field(None, description="Only those that end on this day or before.")


class AdoptionQuery(AsOfPaging):
    municipality: MunicipalityCode | None = Field(None, description="Only this municipality.")
    guideline: Slug | None = Field(None, description="Only this guideline.")
    status: AdoptionStatus | None = Field(None, description="Only adoptions of this status.")
