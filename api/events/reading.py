"""How events become answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlmodel import Session

from api.events.schemas import EventRead, FeedQuery
from api.schemas import LARGEST_INTEGER
from db.events import Event, find_event, last_sequence, public_events_before
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
    return EventRead(
        data_hash=f"sha256:{event.data_hash}",
        previous_hash=f"sha256:{event.previous_hash}",
        hash=f"sha256:{event.hash}",
        id=str(event.id),
        **event.model_dump(exclude={"stream", "id", "data_hash", "previous_hash", "hash"}),
    )


def kinds_of(sent: str | None) -> Sequence[str]:
    """Take apart the kinds that a reader asks for; none are all."""
    return sent.split(",") if sent else ()
