"""Tell of a change: one event, written in the transaction of the change itself."""

from typing import Any

import uuid_utils.compat as uuid

from api.clock import now
from api.edge.context import Topic
from db.events import PendingEvent
from db.session import Transaction
from db.types import PUBLIC_STREAM

# What each noun of an event kind is shown in.
_SHOWN_IN: dict[str, frozenset[Topic]] = {
    "term": frozenset({Topic.TERMS, Topic.INTERPRETATIONS}),
    "interpretation": frozenset({Topic.INTERPRETATIONS}),
    "guideline": frozenset({Topic.GUIDELINES, Topic.TERMS, Topic.INTERPRETATIONS, Topic.ADOPTIONS}),
    "proposal": frozenset({Topic.PROPOSALS}),
    "round": frozenset({Topic.PROPOSALS}),
    "statement": frozenset({Topic.PROPOSALS}),
    "comment": frozenset({Topic.PROPOSALS}),
    "decision": frozenset({Topic.ADOPTIONS}),
    "readiness": frozenset({Topic.ADOPTIONS}),
    "maturity_result": frozenset({Topic.ADOPTIONS}),
}


def record(
    tx: Transaction,
    kind: str,
    subject: str,
    organisation: str,
    data: dict[str, Any],
    stream: str = PUBLIC_STREAM,
) -> None:
    """Buffer an event; the transaction gives it its place when it commits."""
    tx.pending.append(
        PendingEvent(
            stream=stream,
            id=uuid.uuid7(),
            kind=kind,
            subject=subject,
            organisation=organisation,
            occurred_at=now(),
            data=data,
        )
    )


def topics_of(kind: str) -> frozenset[Topic]:
    """Tell which topics an event of this kind changes."""
    noun, _, _ = kind.partition(".")
    return _SHOWN_IN.get(noun, frozenset()) | {Topic.EVENTS}
