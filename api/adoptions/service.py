"""Record a municipality's decision: again and again, in any order, to the same end."""

import uuid
from typing import Any, Literal

from api import clock
from api.adoptions.deviating import faults_of_origin
from api.adoptions.schemas import DecisionBody, DecisionRead, DecisionRecord, DecisionRetraction
from api.errors import FieldError, RevisionConflict, Unprocessable
from api.events.record import record
from api.identity.authenticate import Caller
from api.organisations.owning import lock_own_municipality
from api.versioning import parse_number
from db.canonical import content_hash
from db.decisions import Decision, DecisionRevision
from db.guidelines import GuidelineVersion, find_guideline, guideline_versions
from db.session import Transaction

Result = Literal["created", "updated", "unchanged", "stale"]

_ADDRESSES = uuid.UUID("2c9d7a52-1f0b-5f0e-8d53-9f1f7a5b0c22")


def record_decision(
    tx: Transaction, caller: Caller, municipality: str, source: str, external_id: str, body: DecisionBody
) -> tuple[Result, Decision]:
    """Store what a source says of one decision, unless it has said something newer."""
    lock_own_municipality(tx, caller, municipality)
    sent = body.model_dump(mode="json", by_alias=True)
    digest = content_hash(sent)
    decision_id = decision_id_of(municipality, source, external_id)
    stored = tx.get(Decision, decision_id)
    if stored is not None:
        if body.source_revision < stored.source_revision:
            return "stale", stored
        if body.source_revision == stored.source_revision:
            if digest != stored.body_hash:
                raise RevisionConflict(f"Revision {body.source_revision} is stored with another content.")
            return "unchanged", stored
    fields = _fields(tx, municipality, body) if isinstance(body, DecisionRecord) else _NOTHING
    now = clock.now()
    decision = stored or Decision(
        id=decision_id, municipality=municipality, source=source, external_id=external_id, **_ABSENT
    )
    decision.sqlmodel_update(
        {
            **fields,
            "retracted": isinstance(body, DecisionRetraction),
            "source_revision": body.source_revision,
            "body_hash": digest,
            "changed_at": now,
        }
    )
    tx.add(decision)
    tx.flush()
    tx.add(
        DecisionRevision(decision_id=decision_id, source_revision=body.source_revision, record=sent, recorded_at=now)
    )
    kind = "decision.retracted" if decision.retracted else "decision.recorded"
    subject = f"municipalities/{municipality}/decisions/{source}/{external_id}"
    told = present_decision(decision).model_dump(mode="json", by_alias=True)
    record(tx, kind, subject, municipality, told)
    return ("updated" if stored else "created"), decision


def decision_id_of(municipality: str, source: str, external_id: str) -> str:
    """Name a decision by its address: the same one everywhere and always."""
    return str(uuid.uuid5(_ADDRESSES, f"{municipality}/{source}/{external_id}"))


def present_decision(decision: Decision) -> DecisionRead:
    shown = decision.model_dump(exclude={"guideline_id", "major", "minor", "body_hash", "changed_at"})
    version = None if decision.major is None else f"{decision.major}.{decision.minor}"
    return DecisionRead.model_validate({**shown, "guideline": decision.guideline_id, "version": version})


_NOTHING: dict[str, Any] = {
    name: [] if name == "deviations" else None
    for name in (
        *("guideline_id", "major", "minor", "kind", "body_type", "body", "decided_on", "paragraph"),
        *("record_number", "valid_from", "valid_until", "legal_force_on", "review_due", "minutes_url"),
        *("reason", "deviations", "content_hash"),
    )
}
_ABSENT: dict[str, Any] = {"deviations": []}


def _fields(tx: Transaction, municipality: str, body: DecisionRecord) -> dict[str, Any]:
    """Give the columns of a record; raises Unprocessable for what its version does not have."""
    version = _version(tx, body)
    numbers = {item["number"] for item in version.content["provisions"]}
    faults = [
        FieldError(f"/deviations/{index}/provision", "unknown-provision", "is not a provision of that version")
        for index, deviation in enumerate(body.deviations)
        if deviation.provision not in numbers
    ] or faults_of_origin(tx, municipality, version, body.deviations)
    if body.content_hash is not None and body.content_hash != version.content_hash:
        detail = "is not the checksum of that version: the text that was adopted is another"
        faults.append(FieldError("/contentHash", "wrong-content-hash", detail))
    if faults:
        raise Unprocessable(faults)
    kept = body.model_dump(exclude={"guideline", "version", "deviations", "retracted", "source_revision"})
    return {
        **kept,
        "guideline_id": body.guideline,
        "major": version.major,
        "minor": version.minor,
        "valid_from": body.valid_from or body.decided_on,
        "deviations": [deviation.model_dump(mode="json", by_alias=True) for deviation in body.deviations],
    }


def _version(tx: Transaction, body: DecisionRecord) -> GuidelineVersion:
    if find_guideline(tx, body.guideline) is None:
        detail = "is not the id of a guideline"
        raise Unprocessable([FieldError("/guideline", "unknown-guideline", detail)])
    versions = guideline_versions(tx, [body.guideline])
    wanted = parse_number(body.version)
    for version in versions:
        if (version.major, version.minor) == wanted:
            return version
    listed = ", ".join(version.number for version in versions)
    detail = f"is not a version of the guideline, which has {listed}"
    raise Unprocessable([FieldError("/version", "unknown-version", detail)])
