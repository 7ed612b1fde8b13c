"""The questions that the feed asks of the event log: pages in order, and what is newest."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.events import Event, of_kind, of_kinds
from db.types import PUBLIC_STREAM


class EventRow(NamedTuple):
    """An event as it is told; its data is JSON text, or None where the law has had it erased."""

    sequence: int
    id: uuid.UUID | str
    kind: str
    subject: str
    organisation: str
    occurred_at: datetime
    data: str | None
    salt: str | None
    data_hash: str
    previous_hash: str
    hash: str


def event_rows(
    session: Session,
    stream: str,
    after: int,
    *,
    until: int | None = None,
    limit: int | None = None,
    kinds: Sequence[str] = (),
) -> list[EventRow]:
    """List events in order as bare rows, their data as the text that is stored: a page of a thousand is quick."""
    # As they are stored: to make objects of ids and instants takes longer than to read the rows.
    stored = {
        "id": sa.type_coerce(col(Event.id), sa.String),
        "occurred_at": sa.type_coerce(col(Event.occurred_at), sa.DateTime(timezone=True)),
        "data": sa.cast(col(Event.data), sa.Text),
    }
    columns: list[Any] = [stored.get(name, getattr(Event, name)) for name in EventRow._fields]
    query = sa.select(*columns)
    query = query.where(col(Event.stream) == stream, col(Event.sequence) > after)
    if until is not None:
        query = query.where(col(Event.sequence) <= until)
    if kinds:
        query = query.where(of_kinds(kinds))
    return [EventRow._make(row) for row in session.execute(query.order_by(col(Event.sequence)).limit(limit))]


def public_events_before(
    session: Session,
    before: int,
    after: int,
    limit: int,
    *,
    kinds: Sequence[str] = (),
    organisation: str | None = None,
    guideline: tuple[str, Sequence[str]] | None = None,
) -> list[Event]:
    """List public events between two sequences, the newest first; of a guideline, whose proposals are given too."""
    query = select(Event).where(
        Event.stream == PUBLIC_STREAM, col(Event.sequence) < before, col(Event.sequence) > after
    )
    if kinds:
        query = query.where(of_kinds(kinds))
    if organisation is not None:
        query = query.where(Event.organisation == organisation)
    if guideline is not None:
        query = query.where(_about(*guideline))
    return list(session.exec(query.order_by(col(Event.sequence).desc()).limit(limit)))


def _about(guideline_id: str, proposals: Sequence[str]) -> Any:
    subject = col(Event.subject)
    proposal_id = sa.func.substr(subject, len("proposals/") + 1, 36)
    return sa.or_(
        subject == f"guidelines/{guideline_id}",
        sa.and_(of_kind("decision.*"), col(Event.data)["guideline"].as_string() == guideline_id),
        sa.and_(subject.startswith("proposals/"), proposal_id.in_(proposals)),
    )
