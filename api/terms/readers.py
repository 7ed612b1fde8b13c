"""What is read of terms and cannot be kept: made alike for the cache around the app and for the routes behind it."""

from urllib.parse import parse_qsl

from pydantic import ValidationError
from pydantic_core import to_json
from sqlmodel import Session

from api import clock
from api.edge.context import Topic
from api.edge.finished import Answered
from api.errors import MalformedRequest
from api.paging import links_at, slice_of
from api.published.changes import touched_since
from api.published.current import Published
from api.published.picture import Picture
from api.schemas import PageLinks, Paging
from api.search.answers import suggestions_at_once
from api.search.schemas import SuggestionQuery


class Readers:
    """Answers from the picture what is quick and needs nothing of the request but its address.

    All else, and every fault, is the routes': their answer to the same address is the same.
    """

    def __init__(self, published: Published, base: str) -> None:
        self._published = published
        self._terms = f"{base}/terms/"
        self._suggestions = f"{base}/suggestions"
        self._domains = f"{base}/domains"

    def __call__(self, path: str, query: bytes) -> Answered | None:
        picture = self._published.picture
        if path.startswith(self._terms) and not query:
            return term_answer(picture, path[len(self._terms) :])
        if path == self._suggestions and self._published.indexed.is_set():
            sent = _suggestion_query(query)
            # How a municipality reads a word is kept by itself, and slips are mended for those only who are counted.
            found = suggestions_at_once(picture, sent) if sent and sent.municipality is None else None
            return None if found is None else Answered(to_json({"items": found}), Topic.TERMS)
        if path == self._domains and not query:
            paging = Paging.model_validate({})
            return domains_answer(picture, paging, links_at(picture.base_url + path, (), paging, len(picture.domains)))
        return None


def term_answer(picture: Picture, term_id: str, municipality: str | None = None) -> Answered | None:
    """Show one term, with what a municipality lays over it if one is named; None when there is none."""
    card = picture.cards.get(term_id)
    return card and Answered(picture.term_json(card, municipality), Topic.TERMS, card.revision)


def domains_answer(picture: Picture, paging: Paging, links: PageLinks) -> Answered:
    """Show the subject domains, with how many terms each holds."""
    domains = picture.domain_list()
    shown = slice_of(paging, domains)
    meta = {"totalRecords": len(domains), "page": paging.page, "limit": paging.limit, "count": len(shown)}
    return Answered(to_json({"items": shown, "_meta": meta, "_links": links.model_dump(by_alias=True)}), Topic.TERMS)


def changes_answer(picture: Picture, session: Session, since: int, municipality: str | None) -> bytes:
    """Show what has changed since a sequence; raises MalformedRequest for one that is yet to come."""
    if since > picture.sequence:
        raise MalformedRequest(
            f"The last sequence is {picture.sequence}: send the `sequence` of the copy that you have, or fetch it anew."
        )
    bundle = picture.bundle_for(municipality)
    touched = touched_since(session, since, picture.sequence, clock.today(), municipality)
    if touched is None:
        return bundle.changes(since, picture.sequence, picture.by_id)
    found = (card for term_id in sorted(touched) if (card := picture.cards.get(term_id)))
    return bundle.changes(since, picture.sequence, found)


def _suggestion_query(query: bytes) -> SuggestionQuery | None:
    sent = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    named = dict(sent)
    try:
        return SuggestionQuery.model_validate(named) if len(named) == len(sent) else None
    except ValidationError:
        return None
