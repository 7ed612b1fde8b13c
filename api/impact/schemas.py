"""The JSON of what a proposal would touch."""

from enum import StrEnum

from api.schemas import Day, Output, VersionNumber
from db.vocabulary import AdoptionStatus, Alignment


class Effect(StrEnum):
    """What an approval would mean for an adoption."""

    UNCHANGED = "unchanged"
    CARRIES_OVER = "carries_over"
    DECISION_NEEDED = "decision_needed"


class TouchedGuideline(Output):
    """A guideline that cites the term, or the one that is to be changed itself."""

    guideline: str
    version: VersionNumber
    title: dict[str, str]


class TouchedInterpretation(Output):
    """How a municipality reads the term, or a term that the guideline cites.

    `reviewed` tells that an approval would ask the municipality to look at it again.
    """

    municipality: str
    term_id: str
    alignment: Alignment
    term_version: VersionNumber
    reviewed: bool


class TouchedAdoption(Output):
    """An adoption in force of such a guideline."""

    municipality: str
    guideline: str
    status: AdoptionStatus
    version: VersionNumber
    effect: Effect


class TouchedDeviation(Output):
    """A deviation in such an adoption; `changes` tells whether its provision would be another one.

    `proposal` is the rejected one that the deviation comes from.
    """

    municipality: str
    guideline: str
    version: VersionNumber
    provision: str
    motive: str
    measure: str | None
    until: Day | None
    proposal: str | None
    changes: bool


class Impact(Output):
    """What a proposal would touch, by municipality."""

    guidelines: list[TouchedGuideline]
    interpretations: list[TouchedInterpretation]
    adoptions: list[TouchedAdoption]
    deviations: list[TouchedDeviation]
