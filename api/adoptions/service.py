"""Record a municipality's decision: again and again, in any order, to the same end."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from api import clock
from api.adoptions.deviating import faults_of_origin
from api.adoptions.schemas import DecisionBody, DecisionRead, DecisionRecord, DecisionRetraction
from api.errors import FieldError, RevisionConflict, Unprocessable, invalid
from api.events.record import record
from api.identity.authenticate import Caller
from api.organisations.owning import lock_own_municipality
from api.versioning import parse_number
from db.canonical import content_hash
from db.decisions import Decision, DecisionRevision, find_decisions
from db.guidelines import GuidelineVersion, guideline_versions
from db.session import Transaction

Result = Literal["created", "updated", "unchanged", "stale"]

# The source of what is written in by hand.
MANUAL = "manual"
_ADDRESSES = uuid.UUID("2c9d7a52-1f0b-5f0e-8d53-9f1f7a5b0c22")


def record_decision(
    tx: Transaction, caller: Caller, municipality: str, source: str, external_id: str, body: DecisionBody
) -> tuple[Result, Decision]:
    """Store what a source says of one decision, unless it has said something newer."""
    lock_own_municipality(tx, caller, municipality)
    ledger = Ledger(tx, municipality, source, [external_id])
    recorded = ledger.enter(external_id, body)
    ledger.write()
    return recorded


class Ledger:
    """What a source says of a municipality's decisions: entered one by one, and written at once or not at all.

    The municipality is locked by the caller. An entry that is refused leaves no trace.
    """

    def __init__(self, tx: Transaction, municipality: str, source: str, external_ids: Iterable[str]) -> None:
        self._tx = tx
        self._municipality = municipality
        self._source = source
        ids = [decision_id_of(municipality, source, external_id) for external_id in external_ids]
        self._stored = {decision.id: decision for decision in find_decisions(tx, ids)}
        self._known = dict(self._stored)
        self._versions: dict[str, list[GuidelineVersion]] = {}
        self._entered: list[tuple[Decision, DecisionRevision]] = []

    def enter(self, external_id: str, body: DecisionBody) -> tuple[Result, Decision]:
        """Enter one; raises Unprocessable or RevisionConflict. What is known already is told, and not entered."""
        decision_id = decision_id_of(self._municipality, self._source, external_id)
        known = self._known.get(decision_id)
        if known is not None and body.source_revision < known.source_revision:
            return "stale", known
        # Of what it says alone: a field that a later version adds makes no old record another.
        digest = content_hash(body.model_dump(mode="json", by_alias=True, include=_SAID, exclude_none=True))
        if known is not None and body.source_revision == known.source_revision:
            if digest != known.body_hash:
                raise RevisionConflict(f"Revision {body.source_revision} is stored with another content.")
            return "unchanged", known
        now = clock.now()
        decision = Decision(
            id=decision_id,
            municipality=self._municipality,
            source=self._source,
            external_id=external_id,
            retracted=isinstance(body, DecisionRetraction),
            source_revision=body.source_revision,
            body_hash=digest,
            changed_at=now,
            **(self._fields(body) if isinstance(body, DecisionRecord) else _NOTHING),
        )
        revision = DecisionRevision(
            decision_id=decision_id,
            source_revision=body.source_revision,
            record=body.model_dump(mode="json", by_alias=True, include=_SAID),
            recorded_at=now,
        )
        self._known[decision_id] = decision
        self._entered.append((decision, revision))
        return ("updated" if known else "created"), decision

    def write(self) -> None:
        """Write all that was entered, with its events, in the order in which it was entered."""
        for decision in {decision.id: decision for decision, _ in self._entered}.values():
            stored = self._stored.get(decision.id)
            self._tx.add(stored.sqlmodel_update(decision.model_dump()) if stored else decision)
        self._tx.flush()
        self._tx.add_all(revision for _, revision in self._entered)
        for decision, _ in self._entered:
            kind = "decision.retracted" if decision.retracted else "decision.recorded"
            subject = f"municipalities/{self._municipality}/decisions/{self._source}/{decision.external_id}"
            told = present_decision(decision).model_dump(mode="json", by_alias=True)
            record(self._tx, kind, subject, self._municipality, told)

    def _fields(self, body: DecisionRecord) -> dict[str, Any]:
        """Give the columns of a record; raises Unprocessable for what its version does not have."""
        version = self._version_of(body)
        numbers = {item["number"] for item in version.content["provisions"]}
        faults = [
            FieldError(f"/deviations/{index}/provision", "unknown-provision", "is not a provision of that version")
            for index, deviation in enumerate(body.deviations)
            if deviation.provision not in numbers
        ] or faults_of_origin(self._tx, self._municipality, version, body.deviations)
        if body.content_hash is not None and body.content_hash != version.content_hash:
            detail = "is not the checksum of that version: the text that was adopted is another"
            faults.append(FieldError("/contentHash", "wrong-content-hash", detail))
        if faults:
            raise Unprocessable(faults)
        return {
            **body.model_dump(include=_KEPT),
            "guideline_id": body.guideline,
            "major": version.major,
            "minor": version.minor,
            "valid_from": body.valid_from or body.decided_on,
            "deviations": [deviation.model_dump(mode="json", by_alias=True) for deviation in body.deviations],
        }

    def _version_of(self, body: DecisionRecord) -> GuidelineVersion:
        versions = self._versions.get(body.guideline)
        if versions is None:
            versions = self._versions[body.guideline] = guideline_versions(self._tx, [body.guideline])
        return _version(versions, body)


def decision_id_of(municipality: str, source: str, external_id: str) -> str:
    """Name a decision by its address: the same one everywhere and always."""
    return str(uuid.uuid5(_ADDRESSES, f"{municipality}/{source}/{external_id}"))


def present_decision(decision: Decision) -> DecisionRead:
    shown = decision.model_dump(exclude={"guideline_id", "major", "minor", "body_hash", "changed_at"})
    version = None if decision.major is None else f"{decision.major}.{decision.minor}"
    return DecisionRead.model_validate({**shown, "guideline": decision.guideline_id, "version": version})


# What is kept of a record as it was sent; an item of a batch is a record with its address.
_KEPT = set(DecisionRecord.model_fields) - {"guideline", "version", "deviations", "retracted", "source_revision"}
_SAID = set(DecisionRecord.model_fields)
_NOTHING: dict[str, Any] = {"deviations": []}


def _version(versions: Sequence[GuidelineVersion], body: DecisionRecord) -> GuidelineVersion:
    if not versions:
        raise invalid("/guideline", "unknown-guideline", "is not the id of a guideline")
    wanted = parse_number(body.version)
    for version in versions:
        if (version.major, version.minor) == wanted:
            return version
    listed = ", ".join(version.number for version in versions)
    raise invalid("/version", "unknown-version", f"is not a version of the guideline, which has {listed}")
