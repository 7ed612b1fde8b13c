"""Publish a version of a guideline: numbered, frozen, hashed, told."""

from dataclasses import dataclass
from datetime import date, datetime

from api.errors import Conflict, invalid
from api.events.record import record
from api.guidelines.rules import reverted
from api.guidelines.schemas import GuidelineContent, dump
from api.versioning import next_number, parse_number
from db.canonical import content_hash
from db.guidelines import CountyDecision, Guideline, GuidelineVersion, guideline_versions, lock_guideline
from db.session import Transaction
from db.vocabulary import ChangeKind


@dataclass(frozen=True)
class GuidelineChange:
    """What is published of a guideline, as which kind of change; `number` is for a new one."""

    guideline_id: str
    content: GuidelineContent
    kind: ChangeKind
    note: dict[str, str]
    in_force_from: date
    number: int | None = None


def publish_guideline(
    tx: Transaction, change: GuidelineChange, decision: CountyDecision, now: datetime
) -> GuidelineVersion:
    """Freeze the next version; raises Unprocessable when it would be in force before the newest one."""
    # Lock the guideline, not its last version: two approvals at once would both read the same number.
    guideline = lock_guideline(tx, change.guideline_id)
    versions = guideline_versions(tx, [change.guideline_id])
    newest = versions[-1] if versions else None
    if newest is not None and change.in_force_from < newest.in_force_from:
        detail = f"is not before {newest.in_force_from}, when version {newest.number} comes into force"
        raise invalid("/inForceFrom", "before-newest-version", detail)
    if guideline is None:
        if change.number is None:
            msg = "a new guideline needs its number"
            raise RuntimeError(msg)
        guideline = Guideline(id=change.guideline_id, number=change.number, revision=0, changed_at=now)
    elif guideline.repealed_from is not None:
        raise Conflict(f"{change.guideline_id} is repealed from {guideline.repealed_from}.")
    guideline.revision += 1
    guideline.changed_at = now
    number = next_number(newest.number if newest else None, change.kind)
    major, minor = parse_number(number)
    content = dump(change.content)
    version = GuidelineVersion(
        guideline_id=change.guideline_id,
        major=major,
        minor=minor,
        change_kind=change.kind,
        change_note=change.note,
        in_force_from=change.in_force_from,
        published_at=now,
        content=content,
        content_hash=content_hash(content),
        county_decision_id=decision.id,
    )
    tx.add(guideline)
    tx.flush()
    tx.add(version)
    tx.flush()
    record(
        tx,
        "guideline.published",
        f"guidelines/{change.guideline_id}",
        decision.organisation,
        {
            "id": change.guideline_id,
            "number": guideline.number,
            "version": number,
            "supersedes": newest.number if newest else None,
            "reverts": reverted(versions, version.content_hash),
            "changeKind": change.kind,
            "changeNote": change.note,
            "inForceFrom": change.in_force_from.isoformat(),
            "contentHash": version.content_hash,
            "content": content,
        },
    )
    return version


def repeal_guideline(tx: Transaction, guideline_id: str, decision: CountyDecision, day: date, now: datetime) -> None:
    """Let a guideline end; its versions and adoptions stay as they were decided."""
    guideline = lock_guideline(tx, guideline_id)
    if guideline is None or guideline.repealed_from is not None:
        raise Conflict(f"{guideline_id} cannot be repealed: it is not in force.")
    newest = guideline_versions(tx, [guideline_id])[-1]
    if day < newest.in_force_from:
        detail = f"is not before {newest.in_force_from}, when version {newest.number} comes into force"
        raise invalid("/inForceFrom", "before-newest-version", detail)
    guideline.repealed_from = day
    guideline.revision += 1
    guideline.changed_at = now
    tx.add(guideline)
    record(
        tx,
        "guideline.repealed",
        f"guidelines/{guideline_id}",
        decision.organisation,
        {"id": guideline_id, "repealedFrom": day.isoformat(), "reason": decision.reason},
    )
