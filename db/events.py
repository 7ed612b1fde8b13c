"""The append-only event log: one gap-free, hash-chained stream for the public and one a tenant."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.canonical import exact
from db.conflicts import insert_if_absent
from db.types import PUBLIC_STREAM, Instant, json_type, name_type

GENESIS = "0" * 64


class EventStream(SQLModel, table=True):
    """The head of one stream; its row is the lock that keeps the sequence without gaps."""

    __tablename__ = "event_stream"

    name: str = Field(primary_key=True, sa_type=name_type())
    last_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    last_hash: str = Field(default=GENESIS, max_length=64)


class Event(SQLModel, table=True):
    """One entry of the log; salt and data may be erased by law, the chain stays whole."""

    __tablename__ = "event"
    __table_args__ = (sa.UniqueConstraint("id", name="uq_event_id"),)

    stream: str = Field(primary_key=True, foreign_key="event_stream.name", sa_type=name_type())
    sequence: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    id: uuid.UUID
    kind: str = Field(max_length=64)
    subject: str = Field(max_length=256)
    organisation: str = Field(sa_type=name_type(4))
    occurred_at: datetime = Field(sa_type=Instant)
    data: dict[str, Any] | None = Field(sa_type=json_type())
    salt: str | None = Field(max_length=32)
    data_hash: str = Field(max_length=64)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Head(NamedTuple):
    """How far a stream goes, and the hash that holds all of it."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class PendingEvent:
    """An event that waits for its place in the stream."""

    stream: str
    id: uuid.UUID
    kind: str
    subject: str
    organisation: str
    occurred_at: datetime
    data: dict[str, Any]


def hash_data(salt: str, data: dict[str, Any]) -> str:
    """SHA-256 over the salt's text and the canonical data (RFC 8785), as 64 hexadecimal digits."""
    return hashlib.sha256(salt.encode() + exact(data)).hexdigest()


def hash_event(previous_hash: str, head: dict[str, Any]) -> str:
    """SHA-256 over the previous hash, a line feed and the canonical head of the event."""
    return hashlib.sha256(previous_hash.encode() + b"\n" + exact(head)).hexdigest()


def instant_text(instant: datetime) -> str:
    """Write an instant as the API does: UTC, microseconds, Z."""
    # Several times as fast as strftime, and a million of them are written when the log is checked.
    return instant.isoformat(timespec="microseconds")[:26] + "Z"


def append_events(session: Session, pending: Sequence[PendingEvent]) -> int | None:
    """Chain the events to their streams, in order; give the last public sequence, if any."""
    last_public = None
    for stream in sorted({event.stream for event in pending}):
        head = lock_stream(session, stream)
        for event in (event for event in pending if event.stream == stream):
            _append(session, head, event)
        session.add(head)
        if stream == PUBLIC_STREAM:
            last_public = head.last_sequence
    return last_public


def lock_stream(session: Session, name: str) -> EventStream:
    """Lock a stream's head until the transaction ends, making it on first use."""
    locked = select(EventStream).where(EventStream.name == name).with_for_update()
    head = session.exec(locked).one_or_none()
    if head is None:
        values = {"name": name, "last_sequence": 0, "last_hash": GENESIS}
        session.execute(insert_if_absent(session, EventStream, values))
        head = session.exec(locked).one()
    return head


def _append(session: Session, head: EventStream, event: PendingEvent) -> None:
    salt = secrets.token_hex(16)
    data_hash = hash_data(salt, event.data)
    sequence = head.last_sequence + 1
    digest = hash_event(
        head.last_hash,
        {
            "sequence": sequence,
            "id": str(event.id),
            "kind": event.kind,
            "subject": event.subject,
            "organisation": event.organisation,
            "occurredAt": instant_text(event.occurred_at),
            "dataHash": data_hash,
        },
    )
    session.add(
        Event(
            stream=event.stream,
            sequence=sequence,
            id=event.id,
            kind=event.kind,
            subject=event.subject,
            organisation=event.organisation,
            occurred_at=event.occurred_at,
            data=event.data,
            salt=salt,
            data_hash=data_hash,
            previous_hash=head.last_hash,
            hash=digest,
        )
    )
    head.last_sequence, head.last_hash = sequence, digest


def last_sequence(session: Session, stream: str = PUBLIC_STREAM) -> int:
    found = session.exec(select(EventStream.last_sequence).where(EventStream.name == stream)).one_or_none()
    return found or 0


def find_event(session: Session, stream: str, sequence: int) -> Event | None:
    return session.get(Event, (stream, sequence))


def find_event_by_id(session: Session, stream: str, event_id: uuid.UUID) -> Event | None:
    return session.exec(select(Event).where(Event.id == event_id, Event.stream == stream)).one_or_none()


def subjects_between(
    session: Session, stream: str, after: int, until: int, collection: str, limit: int | None
) -> set[str]:
    """Name what the events after one sequence, up to another, are about in a collection such as `terms`."""
    query = (
        select(Event.subject)
        .where(Event.stream == stream, col(Event.sequence) > after, col(Event.sequence) <= until)
        .where(col(Event.subject).startswith(f"{collection}/", autoescape=True))
        .distinct()
        .limit(limit)
    )
    return {subject.removeprefix(f"{collection}/") for subject in session.exec(query)}


def organisations_told(session: Session, stream: str, after: int, until: int, kind: str) -> set[str]:
    """Name the organisations of the events of a kind between two sequences."""
    query = select(Event.organisation).where(Event.stream == stream, of_kind(kind))
    between = (col(Event.sequence) > after, col(Event.sequence) <= until)
    return set(session.exec(query.where(*between).distinct()))


def events_after(session: Session, stream: str, after: int, limit: int, kinds: Sequence[str] = ()) -> list[Event]:
    """List events in order, of some kinds or of all."""
    query = select(Event).where(Event.stream == stream, col(Event.sequence) > after)
    if kinds:
        query = query.where(of_kinds(kinds))
    return list(session.exec(query.order_by(col(Event.sequence)).limit(limit)))


def of_kinds(kinds: Sequence[str]) -> Any:
    """Choose events of some kinds: exact ones (`term.published`) or a noun's all (`term.*`)."""
    return sa.or_(*(of_kind(kind) for kind in kinds))


def is_of_kinds(kind: str, kinds: Sequence[str]) -> bool:
    """Tell the same of one event."""
    return any(kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1])) for wanted in kinds)


def of_kind(kind: str) -> Any:
    """Give the condition that an event is of a kind, or of any kind of a noun."""
    if kind.endswith(".*"):
        return col(Event.kind).startswith(kind[:-1], autoescape=True)
    return col(Event.kind) == kind
