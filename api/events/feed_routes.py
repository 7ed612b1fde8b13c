"""What has changed, for people's feed readers."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from api.dependencies import Public, Reader
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import invalid
from api.events.atom import MEDIA_TYPE, Entry, Links, atom_feed
from api.events.reading import find_feed_page
from api.events.schemas import FeedQuery
from api.events.telling import Teller
from api.openapi import file_answer
from api.pages.rendering import fragment
from db.events import Event
from db.guidelines import find_guideline
from db.organisations import find_organisation

router = APIRouter(tags=["events"], route_class=StrictRoute)


@router.get(
    "/feed",
    operation_id="getFeed",
    dependencies=[Depends(Public(Topic.EVENTS))],
    response_class=Response,
    responses=file_answer(MEDIA_TYPE, "feed"),
)
def get_feed(request: Request, session: Reader, query: Annotated[FeedQuery, Query()]) -> Response:
    """Subscribe to what changes, as Atom: the newest first, each with its whole text and its reason, in Swedish.

    What is older is at the link `next`. Prenumerera på det som ändras, i en flödesläsare: varje ändring med hela sin
    text och sitt skäl.
    """
    state, title = request.app.state, " – ".join(["Samspråk", *_chosen(session, query)])
    page = find_feed_page(session, query)
    terms = {term_id: card.preferred for term_id, card in state.published.picture.cards.items()}
    teller = Teller(session, page.events, terms)
    address, site = f"{state.settings.api_url}/feed", state.settings.base_url
    links = Links(
        self=_address(address, query, query.before),
        first=_address(address, query, None),
        next=_address(address, query, page.ends) if page.ends > 1 else None,
        page=f"{site}/",
    )
    entries = [_entry(event, teller, site) for event in page.events]
    # However many entries one asks for, it is the same feed.
    feed_id = _address(address, query.model_copy(update={"limit": FeedQuery.model_fields["limit"].default}), None)
    feed = atom_feed(feed_id, title, page.updated, links, entries)
    return Response(feed, media_type=f"{MEDIA_TYPE}; charset=utf-8")


def _entry(event: Event, teller: Teller, site: str) -> Entry:
    told = teller.tell(event)
    return Entry(
        id=f"urn:uuid:{event.id}",
        kind=event.kind,
        title=told.title,
        author=teller.name(event.organisation),
        address=f"{site}{told.path}",
        at=event.occurred_at,
        html=fragment("entry.html", told=told),
    )


def _chosen(session: Session, query: FeedQuery) -> list[str]:
    """Name what a reader has chosen; raises Unprocessable for what there is none of."""
    found = []
    if query.municipality is not None:
        town = find_organisation(session, query.municipality)
        if town is None:
            raise invalid("/query/municipality", "unknown-municipality", "is the code of no municipality, as 2281 is")
        found.append(town.name)
    if query.guideline is not None:
        if find_guideline(session, query.guideline) is None:
            raise invalid("/query/guideline", "unknown-guideline", "is not the id of a guideline: see /guidelines")
        found.append(query.guideline)
    return found


def _address(address: str, query: FeedQuery, before: int | None) -> str:
    sent = {**query.model_dump(exclude_defaults=True), "before": before}
    kept = {name: value for name, value in sent.items() if value is not None}
    return f"{address}?{urlencode(kept)}" if kept else address
