"""The event log as a chain: its links in order, and what breaks it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.events import GENESIS, Event, EventStream, Head, hash_data, hash_event, instant_text

Sessions = Callable[[], AbstractContextManager[Session]]
_BATCH = 1_000
BEGINNING = Head(0, GENESIS)
_HASH = re.compile("[0-9a-f]{64}")
_SALT = re.compile("[0-9a-f]{32}")


class Link(NamedTuple):
    """An event as it is hashed: hashes are bare hexadecimal digits, the instant is written as the API does."""

    sequence: int
    id: str
    kind: str
    subject: str
    organisation: str
    occurred_at: str
    data: dict[str, Any] | None
    salt: str | None
    data_hash: str
    previous_hash: str
    hash: str


class BrokenChainError(Exception):
    """The first place at which a stream is not as it was written; the text says why."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(sequence, why)
        self.sequence = sequence
        self.why = why

    def __str__(self) -> str:
        return f"event {self.sequence}: {self.why}"


def check_links(
    links: Iterable[Link], known: Iterable[Head] = (), start: Head = BEGINNING, *, whole: bool = True
) -> Head:
    """Compute a stream's chain anew, from its first event or from a head that is trusted; gives its head.

    `known` are heads that the stream once had, as checkpoints tell them; of a stream that is not `whole`, the later
    ones may be missing. Raises BrokenChainError. Erased events, which have neither salt nor data, are whole.
    """
    told: defaultdict[int, set[str]] = defaultdict(set)
    for once in known:
        told[once.sequence].add(once.hash)
    head = start
    _check_told(head, told)
    for link in links:
        _check_form(link)
        expected = head.sequence + 1
        if link.sequence > expected:
            raise BrokenChainError(expected, "it is missing")
        if link.sequence < expected:
            raise BrokenChainError(link.sequence, "it stands twice, or out of order")
        if link.previous_hash != head.hash:
            raise BrokenChainError(link.sequence, "the previous hash is not that of the event before it")
        _check_content(link)
        head = Head(link.sequence, link.hash)
        _check_told(head, told)
    if whole and max(told, default=0) > head.sequence:
        raise BrokenChainError(head.sequence + 1, f"it is missing: the stream once went to {max(told)}")
    return head


def _check_told(head: Head, told: Mapping[int, set[str]]) -> None:
    if head.sequence in told and told[head.sequence] != {head.hash}:
        raise BrokenChainError(head.sequence, "the stream's head or a checkpoint tells another hash of it")


def _check_form(link: Link) -> None:
    if type(link.sequence) is not int or link.sequence < 1:
        raise BrokenChainError(0, "a sequence is not a number from 1 on")
    for text in link[1:6]:
        if not isinstance(text, str):
            raise BrokenChainError(link.sequence, "what should be a text is none")
    for digest in link[8:]:
        if not isinstance(digest, str) or not _HASH.fullmatch(digest):
            raise BrokenChainError(link.sequence, "what should be a hash is none")


def _check_content(link: Link) -> None:
    head = {
        "sequence": link.sequence,
        "id": link.id,
        "kind": link.kind,
        "subject": link.subject,
        "organisation": link.organisation,
        "occurredAt": link.occurred_at,
        "dataHash": link.data_hash,
    }
    try:
        if hash_event(link.previous_hash, head) != link.hash:
            raise BrokenChainError(link.sequence, "the hash is not that of what the event tells")
        if link.salt is None and link.data is None:
            return
        whole = isinstance(link.salt, str) and _SALT.fullmatch(link.salt) and isinstance(link.data, dict)
        if not whole or hash_data(link.salt or "", link.data or {}) != link.data_hash:
            raise BrokenChainError(link.sequence, "salt and data are not those that were hashed")
    except (ValueError, RecursionError) as error:
        raise BrokenChainError(link.sequence, "it holds what JSON cannot") from error


def streams(session: Session) -> list[str]:
    """List all streams, those too that have events and no head."""
    names = select(col(EventStream.name)).union(select(col(Event.stream)))
    return sorted(row[0] for row in session.execute(names))


def stream_head(session: Session, stream: str) -> Head:
    found = session.exec(
        select(EventStream.last_sequence, EventStream.last_hash).where(EventStream.name == stream)
    ).one_or_none()
    return Head(*found) if found else BEGINNING


def heads_at(session: Session, stream: str, sequences: Iterable[int]) -> list[Head]:
    """Give the heads that a stream had at some events, as it tells them itself; those that are missing are left out."""
    asked = select(Event.sequence, Event.hash).where(Event.stream == stream, col(Event.sequence).in_(sequences))
    return [Head(*found) for found in session.exec(asked.order_by(col(Event.sequence)))]


def check_stream(sessions: Sessions, stream: str, known: Iterable[Head] = (), start: Head = BEGINNING) -> Head:
    """Check a stream to its end while others write to it; `sessions` opens one to read in. Raises BrokenChainError."""
    # Read first: what is appended meanwhile lies after it.
    with sessions() as session:
        told = stream_head(session, stream)
    head = check_links(_links(sessions, stream, start.sequence), [told, *_after(start, known)], start)
    with sessions() as session:
        now = stream_head(session, stream)
    if now.sequence < head.sequence:
        raise BrokenChainError(now.sequence + 1, "it lies after what event_stream tells to be the last")
    return head


def check_part(sessions: Sessions, stream: str, known: Iterable[Head], start: Head, end: Head) -> None:
    """Check that a stream leads from one head to another. Raises BrokenChainError."""
    within = [head for head in _after(start, known) if head.sequence <= end.sequence]
    check_links(islice(_links(sessions, stream, start.sequence), end.sequence - start.sequence), [*within, end], start)


def _after(start: Head, known: Iterable[Head]) -> list[Head]:
    return [head for head in known if head.sequence > start.sequence or start == BEGINNING]


def _links(sessions: Sessions, stream: str, after: int) -> Iterator[Link]:
    """Read a stream in short transactions: a long one would keep SQLite's writers waiting."""
    while True:
        with sessions() as session:
            links = _links_after(session, stream, after, _BATCH)
        yield from links
        if not links:
            return
        after = links[-1].sequence


def _links_after(session: Session, stream: str, after: int, limit: int) -> list[Link]:
    columns = sa.inspect(Event).columns
    asked = sa.select(*(column for column in columns if column.name != "stream"))
    asked = asked.where(col(Event.stream) == stream, col(Event.sequence) > after)
    try:
        rows = session.execute(asked.order_by(col(Event.sequence)).limit(limit)).all()
        return [
            Link(sequence, str(id_), kind, subject, organisation, instant_text(occurred_at), *hashed)
            for sequence, id_, kind, subject, organisation, occurred_at, *hashed in rows
        ]
    except (ValueError, TypeError, AttributeError) as error:
        # SQLite keeps whatever is written into a column. Of fewer rows the good ones are read.
        if limit > 1:
            return _links_after(session, stream, after, limit // 2)
        raise BrokenChainError(after + 1, "it cannot be read") from error
