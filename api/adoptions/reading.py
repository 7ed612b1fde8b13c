"""Adoptions and the matrix, derived from decisions when read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from api.adoptions import rules
from api.adoptions.rules import Adoption, Fact, adoption
from api.adoptions.schemas import (
    AdoptionRead,
    Upcoming,
    VersionMention,
)
from api.adoptions.service import present_decision
from api.guidelines.rules import VersionDates
from db.decisions import Decision, decisions_in_force_order
from db.guidelines import guidelines, version_heads
from db.organisations import Organisation


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


def adoptions_on(
    session: Session, day: date, towns: Sequence[Organisation], listed: Sequence[GuidelineFacts]
) -> list[tuple[str, str, Adoption, Decision | None]]:
    """Derive (municipality, guideline, adoption, its decision) for each pair, by a fixed number of statements."""
    decisions = decisions_in_force_order(session, [town.code for town in towns])
    by_id = {decision.id: decision for decision in decisions}
    grouped: dict[tuple[str, str | None], list[Fact]] = defaultdict(list)
    for decision in decisions:
        grouped[decision.municipality, decision.guideline_id].append(fact_of(decision))
    found = []
    for town in towns:
        for guideline in listed:
            stand = adoption(grouped[town.code, guideline.id], guideline.versions, day)
            record = by_id[stand.decision] if stand.decision else None
            found.append((town.code, guideline.id, stand, record))
    return found


def adopted_before(session: Session, code: str, guideline_id: str, number: str) -> str | None:
    """Find the version older than this one that a municipality adopted last."""
    decisions = decisions_in_force_order(session, [code], guideline_id)
    return rules.adopted_before(map(fact_of, decisions), number)


def fact_of(decision: Decision) -> Fact:
    values: dict[str, Any] = decision.model_dump(
        include={*("id", "kind", "decided_on", "valid_from", "valid_until", "legal_force_on", "source", "external_id")}
    )
    return Fact(version=f"{decision.major}.{decision.minor}", **values)


def present_adoption(code: str, guideline: str, stand: Adoption, record: Decision | None) -> AdoptionRead:
    def mention(version: str | None) -> VersionMention | None:
        return VersionMention(version=version) if version else None

    return AdoptionRead(
        municipality=code,
        guideline=guideline,
        status=stand.status,
        version=stand.version,
        version_status=stand.version_status,
        since=stand.since,
        valid_until=stand.valid_until,
        legal_force_on=stand.legal_force_on,
        reviewing=mention(stand.reviewing),
        declined=mention(stand.declined),
        upcoming=Upcoming(status=stand.upcoming[0], from_day=stand.upcoming[1]) if stand.upcoming else None,
        warnings=list(stand.warnings),
        decision=present_decision(record) if record else None,
    )
