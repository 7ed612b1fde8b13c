"""Record how a municipality reads a term, and withdraw it; nothing that was said is lost."""

from typing import Any

from api import clock
from api.dependencies import check_put, check_revision
from api.errors import NotFound, Unprocessable
from api.events.record import record
from api.identity.authenticate import Caller
from api.interpretations import rules
from api.interpretations.schemas import InterpretationRecord
from api.organisations.owning import lock_own_municipality
from db.events import instant_text
from db.interpretations import Interpretation, newest_interpretation
from db.session import Transaction
from db.terms import Term, find_term, term_versions

NEVER_SAID = "The municipality has not recorded how it reads this term."


def record_interpretation(
    tx: Transaction,
    caller: Caller,
    municipality: str,
    term_id: str,
    sent: frozenset[int] | None,
    body: InterpretationRecord,
    *,
    creates: bool,
) -> tuple[bool, Interpretation, Term]:
    """Create or replace a reading, of a deprecated term too, since it is read where it stands.

    Tells whether it was created; what is as it was is no change.
    """
    lock_own_municipality(tx, caller, municipality)
    term = find_term(tx, term_id)
    if term is None:
        raise NotFound("No term has this id.")
    newest = newest_interpretation(tx, municipality, term_id)
    standing = newest if newest and newest.alignment else None
    check_put(standing.revision if standing else None, sent, creates=creates)
    found = list(rules.faults(body, [version.number for version in term_versions(tx, term_id)]))
    if found:
        raise Unprocessable(found)
    said = body.model_dump()
    if standing and standing.model_dump(include=set(said)) == said:
        return False, standing, term
    return standing is None, _append(tx, newest, municipality, term_id, said), term


def withdraw_interpretation(
    tx: Transaction, caller: Caller, municipality: str, term_id: str, sent: frozenset[int] | None
) -> Interpretation:
    """Withdraw a reading by a revision that says nothing."""
    lock_own_municipality(tx, caller, municipality)
    newest = newest_interpretation(tx, municipality, term_id)
    if newest is None or newest.alignment is None:
        raise NotFound(NEVER_SAID)
    check_revision(newest.revision, sent)
    return _append(tx, newest, municipality, term_id, {})


def _append(
    tx: Transaction, newest: Interpretation | None, municipality: str, term_id: str, said: dict[str, Any]
) -> Interpretation:
    row = Interpretation(
        municipality=municipality,
        term_id=term_id,
        # A withdrawal is counted too: so no ETag ever names two states.
        revision=newest.revision + 1 if newest else 1,
        recorded_at=clock.now(),
        **said,
    )
    tx.add(row)
    tx.flush()
    told = {
        "municipality": municipality,
        "termId": term_id,
        "revision": row.revision,
        "recordedAt": instant_text(row.recorded_at),
    }
    if row.alignment is not None:
        told |= {
            "alignment": row.alignment,
            "wording": row.wording,
            "reason": row.reason,
            "termVersion": row.term_version,
        }
    kind = "interpretation.recorded" if said else "interpretation.withdrawn"
    record(tx, kind, f"municipalities/{municipality}/interpretations/{term_id}", municipality, told)
    return row
