"""The JSON of referral rounds, the answers to them, and the sheet that collates these."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from api.guidelines.schemas import ProvisionNumber
from api.schemas import ContentHash, Day, Input, Instant, LanguageMap, Link, Output, Query, Text
from db.vocabulary import DecisionRule, Position

Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,4}$")]


class RoundCreate(Input):
    """A referral: to whom, until when, and what their answers must come to."""

    closes_on: Day
    invited: list[Code] | None = Field(
        None,
        min_length=1,
        max_length=400,
        description="Codes of municipalities; null invites every one that takes part.",
    )
    decision_rule: DecisionRule
    quorum: Annotated[int, Field(strict=True, ge=1, le=400)] | None = Field(
        None, description="How many must have answered; null is 1."
    )
    message: Text | None = None


class RoundUpdate(Input):
    """A later closing day, and why."""

    closes_on: Day
    reason: Text


class ProvisionComment(Input):
    """What an organisation says of one provision, and the text that it would have instead."""

    provision: ProvisionNumber
    text: Text
    proposed_text: Text | None = None


class StatementCreate(Input):
    """The official answer of an organisation; all but plain support tell why."""

    position: Position
    reason: Text | None = Field(None, validate_default=True)
    condition: Text | None = Field(None, description="What it would take to be for it.")
    provision_comments: list[ProvisionComment] = Field(default_factory=list, max_length=1_000)

    @field_validator("reason")
    @classmethod
    def _tells_why(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if reason is None and info.data.get("position", Position.SUPPORT) != Position.SUPPORT:
            code, message = "missing-reason", "tells why: only plain support needs no reason"
            raise PydanticCustomError(code, message)
        return reason

    @field_validator("condition")
    @classmethod
    def _is_not_of_support(cls, condition: str | None, info: ValidationInfo) -> str | None:
        if condition is not None and info.data.get("position") == Position.SUPPORT:
            code, message = "condition-of-support", "is not for plain support: choose support_with_changes"
            raise PydanticCustomError(code, message)
        return condition


class Lacking(Output):
    """One thing that keeps the rule from being met."""

    code: Literal["quorum", "objections", "majority", "two_thirds", "unanswered", "unsupported"]
    organisations: list[str]
    en: str
    sv: str


class Condition(Output):
    """What would turn an organisation that is against."""

    organisation: str
    condition: str


class TallyRead(Output):
    """The counted answers, one an organisation, and what the rule still lacks."""

    support: int
    support_with_changes: int
    abstain: int
    oppose: int
    unanswered: list[str]
    rule_met: bool
    missing: str | None
    lacks: list[Lacking]
    conditions: list[Condition]


class Extension(Output):
    former: Day
    closes_on: Day
    reason: str
    extended_at: Instant


class RoundLinks(Output):
    self: Link
    proposal: Link
    statements: Link
    sheet: Link


class RoundRead(Output):
    """A referral round; `contentHash` is that of the text that it refers."""

    proposal: str
    number: int
    opens_on: Day
    closes_on: Day
    closed_at: Instant | None
    close_reason: str | None
    invited: list[str]
    decision_rule: DecisionRule
    quorum: int
    content_hash: ContentHash
    message: str | None
    extensions: list[Extension]
    revision: int
    tally: TallyRead
    links: RoundLinks = Field(alias="_links")


class StatementRead(Output):
    """An answer as it was given. It is counted if it is the organisation's last one from before the round closed."""

    id: str
    organisation: str
    position: Position
    reason: str | None
    condition: str | None
    provision_comments: list[ProvisionComment]
    late: bool
    counted: bool
    superseded_by: str | None
    stated_at: Instant


class SheetAnswer(Output):
    """What one organisation says of the whole."""

    organisation: str
    name: str
    position: Position
    reason: str | None
    condition: str | None
    late: bool
    counted: bool
    superseded: bool
    stated_at: Instant


class SheetComment(Output):
    """What one organisation says of a provision."""

    organisation: str
    name: str
    position: Position
    counted: bool
    text: str
    proposed_text: str | None


class SheetProvision(Output):
    """A provision as it was referred (null where the proposal takes it away), and all that was said of it."""

    provision: str
    text: LanguageMap | None
    comments: list[SheetComment]


class Sheet(Output):
    """All answers of a round, collated: of the whole, and provision by provision."""

    proposal: str
    round: int
    title: str
    closes_on: Day
    closed_at: Instant | None
    decision_rule: DecisionRule
    content_hash: ContentHash
    tally: TallyRead
    answers: list[SheetAnswer]
    unanswered: list[str]
    provisions: list[SheetProvision]


class SheetQuery(Query):
    format: Literal["json", "html", "xlsx"] | None = Field(None, description="Goes before the Accept header.")
