"""What has been found, as the API shows it."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from api.published.cards import Card, preferred_label
from api.published.picture import Picture
from api.search.facets import Facet
from api.search.index import LabelIndex
from api.search.matching import Match
from api.search.schemas import SuggestionQuery, TermQuery
from api.search.selection import Hit, Selection
from db.events import instant_text
from db.vocabulary import LabelKind, TermStatus

_NOT_TO_BE_WRITTEN = frozenset({LabelKind.DEPRECATED, LabelKind.HIDDEN})
Filters = Mapping[Facet, str | None]


def find(index: LabelIndex, query: TermQuery) -> tuple[Selection, Filters]:
    """Find what a query asks for, and tell by what it is to be narrowed."""
    filters: dict[Facet, str | None] = {
        Facet.DOMAIN: query.domain,
        Facet.STATUS: query.status,
        Facet.LANGUAGE: query.language,
        Facet.AUDIENCE: query.audience,
        Facet.LETTER: query.letter,
    }
    found = index.everything if query.q is None else index.search(query.q, query.language)
    if query.changed_since is None:
        return found, filters
    if query.status is None:
        # That a term has ended is news: a filter without a value would leave it out.
        del filters[Facet.STATUS]
    return found.changed_since(instant_text(query.changed_since)), filters


def suggestions(picture: Picture, query: SuggestionQuery) -> list[dict[str, Any]]:
    """Complete a word: the terms that it leads to, and for each the word to write, and how a municipality reads it."""
    return [
        {**_suggestion(picture, hit, query.language), **picture.overlaid(hit.card, query.municipality)}
        for hit in picture.index.suggest(query.q, query.language, query.limit)
    ]


def matched(card: Card, match: Match | None) -> dict[str, Any] | None:
    """Tell which label answered."""
    if match is None:
        return None
    label = _label(card, match)
    form = None if match.form is None else label["forms"][match.form]
    return {"value": label["value"], "kind": label["kind"], "language": label["language"], "form": form}


def counted(found: Selection, filters: Filters, facets: str | None) -> dict[str, Any] | None:
    """Count what was found by each facet that is asked for, narrowed by all other filters."""
    if facets is None:
        return None
    shown: dict[str, Any] = dict.fromkeys(Facet)
    for facet in map(Facet, facets.split(",")):
        others = {name: value for name, value in filters.items() if name is not facet}
        counts = found.narrowed(others).counts(facet)
        shown[facet] = [{"value": value, "count": count} for value, count in counts]
    return shown


def _suggestion(picture: Picture, hit: Hit, language: str | None) -> dict[str, Any]:
    card, use, reason = hit.card, None, None
    own = preferred_label(card, language)
    found = matched(card, hit.match)
    if card.status == TermStatus.DEPRECATED:
        replacement = picture.cards.get(from_json(card.document)["replacedBy"])
        use = replacement and preferred_label(replacement, language)
    elif found and found["kind"] in _NOT_TO_BE_WRITTEN:
        use = own
    if hit.match is not None:
        reason = _label(card, hit.match)["reason"]
    return {"termId": card.id, "preferredLabel": own, "matched": found, "use": use, "reason": reason}


def _label(card: Card, match: Match) -> dict[str, Any]:
    label: dict[str, Any] = from_json(card.document)["labels"][match.label]
    return label
