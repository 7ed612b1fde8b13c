"""The change feed: every change since zero, in order, without a gap."""

import math
import time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field

from api.dependencies import Public, Reader
from api.edge.context import Topic, context_of
from api.edge.routing import StrictRoute
from api.events.listening import EventStream
from api.events.reading import kinds_of, page_text
from api.events.rules import check_reading, first_place
from api.events.schemas import EventPage, EventQuery, EventsLinks, EventsMeta, ListenQuery
from api.identity.authenticate import Asker
from api.openapi import answers, file_answer
from api.schemas import LARGEST_INTEGER, ONE_SPELLING, Link
from db.events import last_sequence
from db.feed import event_rows
from db.types import PUBLIC_STREAM

router = APIRouter(tags=["events"], route_class=StrictRoute)
LastEventId = Annotated[
    Annotated[int, Field(ge=0, le=LARGEST_INTEGER), ONE_SPELLING] | None,
    Header(
        alias="Last-Event-ID",
        description="The last sequence that came. Det senaste löpnumret som kom fram.",
    ),
]


@router.get(
    "/events",
    operation_id="listEvents",
    dependencies=[Depends(Public(Topic.EVENTS))],
    response_model=EventPage,
    responses=answers("events"),
)
def list_events(request: Request, session: Reader, caller: Asker, query: Annotated[EventQuery, Query()]) -> Response:
    """Read what has changed after a sequence, for ever from zero; a token opens one's own stream.

    Vad som har ändrats efter ett löpnummer, alltid från noll; en token öppnar den egna strömmen.
    """
    check_reading(caller, query.stream)
    if query.stream != PUBLIC_STREAM:
        context_of(request.scope).topic = None
    last = last_sequence(session, query.stream)
    found = event_rows(session, query.stream, query.after, limit=query.limit, kinds=kinds_of(query.kinds))
    more = len(found) == query.limit and found[-1].sequence < last
    links = EventsLinks(
        self=_link(request, query, query.after, "self"),
        next=_link(request, query, found[-1].sequence, "next") if more else None,
    )
    return Response(page_text(found, EventsMeta(last_sequence=last), links), media_type="application/json")


@router.get(
    "/events/stream",
    operation_id="listenToEvents",
    response_class=Response,
    responses=file_answer("text/event-stream", "event-stream"),
)
def listen_to_events(
    request: Request,
    session: Reader,
    caller: Asker,
    query: Annotated[ListenQuery, Query()],
    last_event_id: LastEventId = None,
) -> EventStream:
    """Be told of each event as it comes, as server-sent events; after a break go on where you were.

    `Last-Event-ID`, which browsers send by themselves, goes before `after`. A line with a colon alone is a heartbeat.
    Varje händelse så snart den sker. Efter ett avbrott fortsätter strömmen där den slutade, så att inget saknas och
    inget kommer två gånger.
    """
    check_reading(caller, query.stream)
    state, token = request.app.state, request.headers.get("authorization", "").encode()
    return EventStream(
        state.streams,
        query.stream,
        first_place(last_event_id, query.after, last_sequence(session, query.stream)),
        kinds_of(query.kinds),
        counts=lambda: caller is None or state.trust.knows(token),
        seconds=min(state.settings.listen_seconds, (caller.expires_at if caller else math.inf) - time.time()),
    )


def _link(request: Request, query: EventQuery, after: int, rel: str) -> Link:
    address = f"{request.app.state.settings.api_url}/events"
    sent = {"after": after, "limit": query.limit, "kinds": query.kinds, "stream": query.stream}
    kept = {name: value for name, value in sent.items() if value not in (None, PUBLIC_STREAM)}
    return Link(href=f"{address}?{urlencode(kept)}", rel=rel)
