"""The JSON of guidelines."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas import (
    ContentHash,
    Day,
    Input,
    Instant,
    LanguageMap,
    Link,
    Output,
    Slug,
    VersionNumber,
)
from db.vocabulary import ChangeKind, DocumentType, GuidelineStatus, Modality, TargetGroup

ProvisionNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){0,3}[a-z]?$", max_length=16)]
ProvisionKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]


class Provision(Input):
    """One numbered provision; `key` is ours and stays with it from version to version."""

    key: ProvisionKey | None = None
    number: ProvisionNumber
    modality: Modality
    responsible: LanguageMap | None = None
    text: LanguageMap
    follow_up: LanguageMap | None = None


class Assessment(Input):
    """What a guideline does to something, and what is done about it or why nothing is."""

    assessment: LanguageMap
    measure: LanguageMap | None = None
    no_measure_reason: LanguageMap | None = None


class HorizontalAssessment(Input):
    gender_equality: Assessment | None = None
    equal_treatment: Assessment | None = None
    environment: Assessment | None = None


class Prerequisite(Input):
    """Something that has to be in place before a guideline is introduced."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    text: LanguageMap


class GuidelineContent(Input):
    """All that a version of a guideline says."""

    document_type: DocumentType
    title: LanguageMap
    purpose: LanguageMap
    plain_summary: LanguageMap | None = None
    target_groups: list[TargetGroup] = Field(default_factory=list, max_length=10)
    provisions: list[Provision] = Field(min_length=1, max_length=1_000)
    horizontal_assessment: HorizontalAssessment | None = None
    work_environment: Assessment | None = None
    competence_needs: list[LanguageMap] = Field(default_factory=list, max_length=50)
    target_group_notes: dict[TargetGroup, LanguageMap] = Field(default_factory=dict)
    introduction_prerequisites: list[Prerequisite] = Field(default_factory=list, max_length=50)
    indicators: list[LanguageMap] = Field(default_factory=list, max_length=50)
    terms: list[Slug] = Field(default_factory=list, max_length=500)
    review_interval_months: Annotated[int, Field(strict=True, ge=1, le=120)] | None = None


class GuidelineLinks(Output):
    self: Link
    html: Link
    versions: Link


class GuidelineRead(Output):
    """A guideline as it stands today; `content` is that of `currentVersion`."""

    id: str
    number: int
    status: GuidelineStatus
    current_version: VersionNumber
    newest_version: VersionNumber
    repealed_from: Day | None
    revision: int
    content: GuidelineContent
    links: GuidelineLinks = Field(alias="_links")


class DecisionHead(Output):
    """The county decision that a version rests on."""

    body: str
    decided_on: Day
    paragraph: str | None
    record_number: str | None


class GuidelineVersionRead(Output):
    """One frozen text of a guideline; only status and end follow the calendar."""

    guideline: str
    number: VersionNumber
    status: GuidelineStatus
    change_kind: ChangeKind
    change_note: LanguageMap
    in_force_from: Day
    in_force_until: Day | None
    published_at: Instant
    content_hash: ContentHash
    supersedes: VersionNumber | None
    reverts: VersionNumber | None = Field(
        description="The older version whose text this one brings back, word for word."
    )
    decision: DecisionHead
    content: GuidelineContent


def dump(content: GuidelineContent) -> dict[str, Any]:
    """Give content as it is stored, hashed and sent."""
    return content.model_dump(mode="json", by_alias=True)
