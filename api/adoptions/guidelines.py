"""The guidelines that adoption is told of, by their versions and titles."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.guidelines.rules import VersionDates
from db.guidelines import guidelines, version_heads


@dataclass(frozen=True)
class GuidelineFacts:
    """A guideline as the matrix needs it."""

    id: str
    versions: Sequence[VersionDates]
    titles: dict[str, dict[str, str]]


def listed_guidelines(session: Session, day: date) -> list[GuidelineFacts]:
    """List what the matrix shows on a day, by number: in force then or before, and not repealed."""
    return [found for found in guidelines_to_adopt(session, day) if found.versions[0].in_force_from <= day]


def guidelines_to_adopt(session: Session, day: date) -> list[GuidelineFacts]:
    """List what can be adopted on a day, by number: what is decided, in force yet or not, and not repealed."""
    versions: dict[str, list[VersionDates]] = defaultdict(list)
    titles: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for head in version_heads(session):
        versions[head.guideline_id].append(VersionDates(head.number, head.in_force_from))
        titles[head.guideline_id][head.number] = head.title
    return [
        GuidelineFacts(guideline.id, versions[guideline.id], titles[guideline.id])
        for guideline in guidelines(session)
        if guideline.repealed_from is None or guideline.repealed_from > day
    ]
