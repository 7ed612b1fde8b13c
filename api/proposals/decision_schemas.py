"""The JSON of the county's decisions on proposals."""

from typing import Annotated, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from api.schemas import Day, Input, Instant, LanguageMap, Line, Output, Text, VersionNumber
from api.texts import Readable
from db.vocabulary import Outcome

Paragraph = Annotated[str, Readable(40, lines=False)]
RecordNumber = Annotated[str, Readable(80, lines=False)]


class Override(Input):
    reason: Text


class ProposalDecision(Input):
    """The county's decision on a proposal."""

    outcome: Outcome
    body: Line
    decided_on: Day
    paragraph: Paragraph | None = None
    record_number: RecordNumber | None = None
    reason: Text
    in_force_from: Day | None = None
    change_note: LanguageMap | None = None
    override: Override | None = None

    @model_validator(mode="after")
    def _approval_tells_from_when(self) -> Self:
        if self.outcome == Outcome.APPROVED and self.in_force_from is None:
            code = "missing-in-force-from"
            raise PydanticCustomError(code, "an approval tells inForceFrom")
        return self


class DecisionRead(Output):
    """What the county decided on a proposal."""

    proposal: str
    outcome: Outcome
    published_version: VersionNumber | None
    body: str
    decided_on: Day
    paragraph: str | None
    record_number: str | None
    reason: str
    in_force_from: Day | None
    override: Override | None
    recorded_at: Instant
