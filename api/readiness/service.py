"""Record how ready a municipality is; nothing that was said is lost."""

from typing import Any

from api import clock
from api.dependencies import check_put
from api.errors import NotFound, Unprocessable, invalid
from api.events.record import record
from api.identity.authenticate import Caller
from api.organisations.owning import lock_own_municipality
from api.readiness import rules
from api.readiness.reading import prerequisites_of, present_revision
from api.readiness.schemas import ReadinessRecord
from db.guidelines import GuidelineVersion, guideline_versions
from db.readiness import Readiness, newest_readiness
from db.session import Transaction


def record_readiness(
    tx: Transaction,
    caller: Caller,
    municipality: str,
    guideline_id: str,
    sent: frozenset[int] | None,
    body: ReadinessRecord,
    *,
    creates: bool,
) -> tuple[bool, Readiness, list[GuidelineVersion]]:
    """Create or replace what a municipality says; tells whether it was created. What is as it was is no change."""
    lock_own_municipality(tx, caller, municipality)
    versions = guideline_versions(tx, [guideline_id])
    if not versions:
        raise NotFound("No guideline has this id.")
    newest = newest_readiness(tx, municipality, guideline_id)
    check_put(newest.revision if newest else None, sent, creates=creates)
    version = _version(versions, body.version)
    found = list(rules.faults(body, prerequisites_of(version), version.number))
    if found:
        raise Unprocessable(found)
    said = _said(version, body)
    if newest and newest.model_dump(include=set(said)) == said:
        return False, newest, versions
    row = Readiness(
        municipality=municipality,
        guideline_id=guideline_id,
        revision=newest.revision + 1 if newest else 1,
        recorded_at=clock.now(),
        **said,
    )
    tx.add(row)
    tx.flush()
    told = present_revision(row).model_dump(mode="json", by_alias=True)
    subject = f"municipalities/{municipality}/readiness/{guideline_id}"
    record(tx, "readiness.recorded", subject, municipality, told)
    return newest is None, row, versions


def _version(versions: list[GuidelineVersion], wanted: str | None) -> GuidelineVersion:
    if wanted is None:
        return versions[-1]
    for version in versions:
        if version.number == wanted:
            return version
    listed = ", ".join(version.number for version in versions)
    raise invalid("/version", "unknown-version", f"is not a version of the guideline, which has {listed}")


def _said(version: GuidelineVersion, body: ReadinessRecord) -> dict[str, Any]:
    return {
        "major": version.major,
        "minor": version.minor,
        "items": [item.model_dump(mode="json", by_alias=True) for item in body.items],
        "needs_help_with": [kind.value for kind in body.needs_help_with],
        "can_help_with": [kind.value for kind in body.can_help_with],
    }
