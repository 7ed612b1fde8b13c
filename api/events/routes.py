"""The change feed: every change since zero, in order, without a gap."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request

from api.dependencies import Public, Reader
from api.edge.context import Topic, context_of
from api.edge.routing import StrictRoute
from api.events.rules import check_reading
from api.events.schemas import EventPage, EventQuery, EventRead, EventsLinks, EventsMeta
from api.identity.authenticate import Asker
from api.openapi import answers
from api.schemas import Link
from db.events import Event, events_after, last_sequence
from db.types import PUBLIC_STREAM

router = APIRouter(tags=["events"], route_class=StrictRoute)


@router.get(
    "/events",
    operation_id="listEvents",
    dependencies=[Depends(Public(Topic.EVENTS))],
    responses=answers("events"),
)
def list_events(request: Request, session: Reader, caller: Asker, query: Annotated[EventQuery, Query()]) -> EventPage:
    """Read what has changed after a sequence, for ever from zero; a token opens one's own stream.

    Vad som har ändrats efter ett löpnummer, alltid från noll; en token öppnar den egna strömmen.
    """
    check_reading(caller, query.stream)
    if query.stream != PUBLIC_STREAM:
        context_of(request.scope).topic = None
    kinds = query.kinds.split(",") if query.kinds else ()
    last = last_sequence(session, query.stream)
    found = events_after(session, query.stream, query.after, query.limit, kinds)
    more = len(found) == query.limit and found[-1].sequence < last
    return EventPage(
        items=[present(event) for event in found],
        meta=EventsMeta(last_sequence=last),
        links=EventsLinks(
            self=_link(request, query, query.after, "self"),
            next=_link(request, query, found[-1].sequence, "next") if more else None,
        ),
    )


def present(event: Event) -> EventRead:
    return EventRead(
        data_hash=f"sha256:{event.data_hash}",
        previous_hash=f"sha256:{event.previous_hash}",
        hash=f"sha256:{event.hash}",
        id=str(event.id),
        **event.model_dump(exclude={"stream", "id", "data_hash", "previous_hash", "hash"}),
    )


def _link(request: Request, query: EventQuery, after: int, rel: str) -> Link:
    address = f"{request.app.state.settings.api_url}/events"
    sent = {"after": after, "limit": query.limit, "kinds": query.kinds, "stream": query.stream}
    kept = {name: value for name, value in sent.items() if value not in (None, PUBLIC_STREAM)}
    return Link(href=f"{address}?{urlencode(kept)}", rel=rel)
