"""What is read of terms and cannot be kept: made alike for the cache around the app and for the routes behind it."""

from urllib.parse import parse_qsl

from pydantic import ValidationError
from pydantic_core import to_json
from sqlmodel import Session

from api import clock
from api.edge.context import Topic
from api.edge.finished import Answered
from api.errors import MalformedRequest
from api.published.changes import touched_since
from api.published.current import Published
from api.published.picture import Picture
from api.terms.schemas import SuggestionQuery


class Readers:
    """Answers from the picture what is quick and needs nothing of the request but its address.

    All else, and every fault, is the routes': their answer to the same address is the same.
    """

    def __init__(self, published: Published, base: str) -> None:
        self._published = published
        self._terms = f"{base}/terms/"
        self._suggestions = f"{base}/suggestions"

    def __call__(self, path: str, query: bytes) -> Answered | None:
        picture = self._published.picture
        if path.startswith(self._terms) and not query:
            return term_answer(picture, path[len(self._terms) :])
        if path == self._suggestions:
            sent = _suggestion_query(query)
            return suggestions_answer(picture, sent) if sent else None
        return None


def term_answer(picture: Picture, term_id: str) -> Answered | None:
    """Show one term; None when there is none."""
    card = picture.cards.get(term_id)
    return card and Answered(picture.term_json(card), Topic.TERMS, card.revision)


def suggestions_answer(picture: Picture, query: SuggestionQuery) -> Answered:
    """Show the completions of a word."""
    found = picture.suggest(query.q, query.language, query.limit)
    return Answered(to_json({"items": found}), Topic.TERMS)


def changes_answer(picture: Picture, session: Session, since: int) -> bytes:
    """Show what has changed since a sequence; raises MalformedRequest for one that is yet to come."""
    if since > picture.sequence:
        raise MalformedRequest(
            f"The last sequence is {picture.sequence}: send the `sequence` of the copy that you have, or fetch it anew."
        )
    touched = touched_since(session, since, picture.sequence, clock.today())
    if touched is None:
        return picture.bundle.changes(since, picture.sequence, picture.by_id)
    found = (card for term_id in sorted(touched) if (card := picture.cards.get(term_id)))
    return picture.bundle.changes(since, picture.sequence, found)


def _suggestion_query(query: bytes) -> SuggestionQuery | None:
    sent = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    named = dict(sent)
    try:
        return SuggestionQuery.model_validate(named) if len(named) == len(sent) else None
    except ValidationError:
        return None
