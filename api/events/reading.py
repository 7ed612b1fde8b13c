"""How events become answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic_core import to_json
from sqlmodel import Session

from api.events.schemas import EventRead, EventsLinks, EventsMeta, FeedQuery
from api.schemas import LARGEST_INTEGER
from db.events import Event, find_event, instant_text, last_sequence
from db.feed import EventRow, public_events_before
from db.proposals import proposals_on
from db.types import PUBLIC_STREAM
from db.vocabulary import TargetType

# How far back one page of the feed looks for what it is to show: what is rarer is on the pages after it.
_WINDOW = 10_000
# Of a feed in which nothing is told yet.
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class FeedPage(NamedTuple):
    """Some events, the newest first; those before the sequence `ends` are on the next page."""

    events: Sequence[Event]
    updated: datetime
    ends: int


def find_feed_page(session: Session, query: FeedQuery) -> FeedPage:
    """Find what a page of the feed shows, in a window that keeps the work small."""
    before = min(query.before or LARGEST_INTEGER, last_sequence(session) + 1)
    after = max(before - 1 - _WINDOW, 0)
    proposals = proposals_on(session, TargetType.GUIDELINE, query.guideline) if query.guideline else []
    events = public_events_before(
        session,
        before,
        after,
        query.limit,
        kinds=kinds_of(query.kinds),
        organisation=query.municipality,
        guideline=(query.guideline, proposals) if query.guideline else None,
    )
    newest = events[0] if events else find_event(session, PUBLIC_STREAM, before - 1)
    ends = events[-1].sequence if len(events) == query.limit else after + 1
    return FeedPage(events, newest.occurred_at if newest else _BEGINNING, ends)


def present(event: Event) -> EventRead:
    """Show one event; of many, `event_text` is the quicker way."""
    return EventRead(
        data_hash=f"sha256:{event.data_hash}",
        previous_hash=f"sha256:{event.previous_hash}",
        hash=f"sha256:{event.hash}",
        id=str(event.id),
        **event.model_dump(exclude={"stream", "id", "data_hash", "previous_hash", "hash"}),
    )


def event_text(row: EventRow) -> str:
    """Write a row as the JSON of `EventRead`: its data is JSON already, and is not read to be written again."""
    sequence, event_id, kind, subject, organisation, occurred_at, data, salt, data_hash, previous, digest = row
    hidden = f'"{salt}"' if salt else "null"
    return (
        f'{{"sequence":{sequence},"id":"{_dashed(str(event_id))}","kind":"{kind}","subject":{to_json(subject).decode()},'
        f'"organisation":"{organisation}","occurredAt":"{instant_text(occurred_at)}","data":{data or "null"},'
        f'"salt":{hidden},"dataHash":"sha256:{data_hash}","previousHash":"sha256:{previous}","hash":"sha256:{digest}"}}'
    )


def _dashed(text: str) -> str:
    """Write an id with its dashes, which SQLite stores without."""
    return text if "-" in text else f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def page_text(rows: Sequence[EventRow], meta: EventsMeta, links: EventsLinks) -> str:
    """Write a page of events as the JSON of `EventPage`."""
    items = ",".join(map(event_text, rows))
    return f'{{"items":[{items}],"_meta":{meta.model_dump_json()},"_links":{links.model_dump_json()}}}'


def kinds_of(sent: str | None) -> Sequence[str]:
    """Take apart the kinds that a reader asks for; none are all."""
    return sent.split(",") if sent else ()
