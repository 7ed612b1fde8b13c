"""Adoptions as they are shown, with the decisions behind them."""

from collections.abc import Sequence

from sqlmodel import Session

from api.adoptions import rules
from api.adoptions.schemas import (
    AdoptionRead,
    Upcoming,
    VersionMention,
)
from api.adoptions.service import present_decision
from api.adoptions.stands import Stand, fact_of
from db.decisions import Decision, decisions_in_force_order, find_decisions


def with_decisions(session: Session, found: Sequence[Stand]) -> list[tuple[Stand, Decision | None]]:
    """Put beside each stand the decision behind it."""
    ids = [stand.adoption.decision for stand in found if stand.adoption.decision]
    records = {record.id: record for record in find_decisions(session, ids)}
    return [(stand, records.get(stand.adoption.decision or "")) for stand in found]


def adopted_before(session: Session, code: str, guideline_id: str, number: str) -> str | None:
    """Find the version older than this one that a municipality adopted last."""
    decisions = decisions_in_force_order(session, [code], guideline_id)
    return rules.adopted_before(map(fact_of, decisions), number)


def present_adoption(found: Stand, record: Decision | None) -> AdoptionRead:
    def mention(version: str | None) -> VersionMention | None:
        return VersionMention(version=version) if version else None

    stand = found.adoption
    return AdoptionRead(
        municipality=found.cell.municipality,
        guideline=found.cell.guideline,
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
