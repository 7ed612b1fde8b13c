"""How ready municipalities are, against the newest version of each guideline."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from api.readiness.rules import Standing, carried_over, matches
from api.readiness.schemas import (
    PrerequisiteRead,
    ReadinessRead,
    ReadinessRevision,
    Supporter,
    SupportMatch,
    SupportQuery,
)
from db.guidelines import GuidelineVersion, guideline_versions
from db.organisations import municipalities
from db.readiness import Readiness, standing_readiness
from db.vocabulary import PrerequisiteState, SupportKind

_UNANSWERED: Mapping[str, Any] = {"state": PrerequisiteState.NOT_STARTED, "note": None, "trainings": []}
_OUT = frozenset({PrerequisiteState.NOT_APPLICABLE})


def present(row: Readiness, versions: Sequence[GuidelineVersion]) -> ReadinessRead:
    """Show what was said against the newest of the guideline's versions, which are given oldest first."""
    newest = versions[-1]
    answered = next(version for version in versions if version.number == row.version)
    said = carried_over(row.items, prerequisites_of(answered), prerequisites_of(newest))
    items = [
        PrerequisiteRead(
            prerequisite=each["id"],
            text=each["text"],
            answered_for=row.version if each["id"] in said else None,
            **{name: said.get(each["id"], _UNANSWERED)[name] for name in _UNANSWERED},
        )
        for each in prerequisites_of(newest)
    ]
    applicable = [item for item in items if item.state not in _OUT]
    return ReadinessRead(
        municipality=row.municipality,
        guideline=row.guideline_id,
        version=newest.number,
        items=items,
        done=sum(item.state == PrerequisiteState.DONE for item in applicable),
        applicable=len(applicable),
        needs_help_with=[SupportKind(kind) for kind in row.needs_help_with],
        can_help_with=[SupportKind(kind) for kind in row.can_help_with],
        revision=row.revision,
        recorded_at=row.recorded_at,
    )


def present_revision(row: Readiness) -> ReadinessRevision:
    said = row.model_dump(include={"revision", "recorded_at", "items", "needs_help_with", "can_help_with"})
    return ReadinessRevision.model_validate({**said, "version": row.version})


def prerequisites_of(version: GuidelineVersion) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = version.content["introductionPrerequisites"]
    return found


def readiness_of(session: Session, municipality: str) -> list[ReadinessRead]:
    """List how ready a municipality is, by guideline."""
    rows = standing_readiness(session, municipality)
    versions = guideline_versions(session, [row.guideline_id for row in rows])
    return [present(row, [each for each in versions if each.guideline_id == row.guideline_id]) for row in rows]


def support_matches(session: Session, county: str, query: SupportQuery) -> list[SupportMatch]:
    """Bring together who needs help and who can give it, of the county's municipalities."""
    names = {town.code: Supporter(code=town.code, name=town.name) for town in municipalities(session, county)}
    standings = [
        Standing(
            row.municipality,
            row.guideline_id,
            [SupportKind(kind) for kind in row.needs_help_with],
            [SupportKind(kind) for kind in row.can_help_with],
        )
        for row in standing_readiness(session)
        if row.municipality in names and query.guideline in (None, row.guideline_id)
    ]
    return [
        SupportMatch(
            guideline=match.guideline,
            help=match.kind,
            needs=[names[code] for code in match.needs],
            offers=[names[code] for code in match.offers],
        )
        for match in matches(standings)
        if query.help in (None, match.kind)
        and (query.municipality is None or query.municipality in (*match.needs, *match.offers))
        and (not query.matched or (match.needs and match.offers))
    ]
