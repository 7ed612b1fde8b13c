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
    hits = picture.index.suggest(query.q, query.language, query.limit)
    return [_suggestion(picture, hit, query) for hit in hits]


def suggestions_at_once(picture: Picture, query: SuggestionQuery) -> list[dict[str, Any]] | None:
    """Give the same, or None when it would take a while."""
    hits = picture.index.suggest_at_once(query.q, query.language, query.limit)
    return None if hits is None else [_suggestion(picture, hit, query) for hit in hits]


def matched(card: Card, match: Match | None) -> dict[str, Any] | None:
    """Tell which label answered."""
    if match is None:
        return None
    kinds, languages, starts, _ = card.layout
    start = starts[match.label]
    form = None if match.form is None else card.words[start + 1 + match.form]
    return {
        "value": card.words[start],
        "kind": kinds[match.label],
        "language": languages[match.label],
        "form": form,
    }


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


def _suggestion(picture: Picture, hit: Hit, query: SuggestionQuery) -> dict[str, Any]:
    card, use, reason = hit.card, None, None
    own = preferred_label(card, query.language)
    if hit.match and card.layout.kinds[hit.match.label] in _NOT_TO_BE_WRITTEN:
        use, reason = own, _written(card, hit.match)["reason"]
    if card.status == TermStatus.DEPRECATED:
        replacement = card.replaced_by and picture.cards.get(card.replaced_by)
        use = preferred_label(replacement, query.language) if replacement else None
    return {
        "termId": card.id,
        "preferredLabel": own,
        "matched": matched(card, hit.match),
        "use": use,
        "reason": reason,
        **picture.overlaid(card, query.municipality),
    }


def _written(card: Card, match: Match) -> dict[str, Any]:
    """Read a label as it is written, which only some answers need: it costs what the rest of an answer does."""
    label: dict[str, Any] = from_json(card.document)["labels"][match.label]
    return label
