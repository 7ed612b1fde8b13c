"""An immutable picture of the public glossary at one sequence of the feed."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic_core import from_json, to_json

from api.published.cards import Card, DomainCard, card_of
from api.published.overlays import Overlays
from api.schemas import link
from api.search.index import LabelIndex
from db.vocabulary import TermStatus


@dataclass(frozen=True)
class Picture:
    """All that the glossary's public routes answer from; made by `build`, changed by `patched`."""

    sequence: int
    api_url: str
    base_url: str
    domains: tuple[DomainCard, ...]
    cards: Mapping[str, Card]
    ordered: tuple[Card, ...]
    narrower: Mapping[str, Sequence[str]]
    related: Mapping[str, Sequence[str]]
    cited_by: Mapping[str, Sequence[tuple[str, str]]]
    index: LabelIndex
    overlays: Overlays = field(default_factory=Overlays)

    def patched(
        self,
        sequence: int,
        changed: Iterable[tuple[str, str]] = (),
        cited_by: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        removed: Collection[str] = (),
    ) -> "Picture":
        """Give the picture after some terms changed, or what cites them did; without those of another day."""
        fresh = {term_id: card_of(document) for term_id, document in changed}
        quotes = self.cited_by if cited_by is None else cited_by
        if not fresh and not removed:
            return replace(self, sequence=sequence, cited_by=quotes)
        cards = {term_id: card for term_id, card in {**self.cards, **fresh}.items() if term_id not in removed}
        index = self.index.patched(fresh.values(), removed)
        if index.crowded:
            index = LabelIndex.build(cards.values())
        return _drawn(replace(self, sequence=sequence, cited_by=quotes, index=index), cards)

    def term(self, card: Card, *, linked: bool = True, municipality: str | None = None) -> dict[str, Any]:
        """Give one term as the API shows it, with what a municipality lays over it."""
        shown: dict[str, Any] = from_json(card.document)
        shown["narrower"] = self.narrower.get(card.id, ())
        shown["related"] = self.related.get(card.id, ())
        shown["citedBy"] = [
            {"guideline": guideline, "version": version} for guideline, version in self.cited_by.get(card.id, ())
        ]
        shown |= self.overlaid(card, municipality)
        if linked:
            address = f"{self.api_url}/terms/{card.id}"
            instead = self.cards.get(shown["replacedBy"])
            shown["replacement"] = instead and {"id": instead.id, "preferredLabel": instead.preferred}
            shown["_links"] = {
                "self": link(address, "self"),
                "html": link(f"{self.base_url}/begrepp/{card.id}", "alternate"),
                "versions": link(f"{address}/versions", "version-history"),
                "interpretations": link(f"{address}/interpretations", "related"),
            }
        return shown

    def overlaid(self, card: Card, municipality: str | None) -> dict[str, Any]:
        """Give the member that tells how a municipality reads a term, where one is asked for."""
        return {"overlay": self.overlays.overlay(card.id, card.version, municipality)} if municipality else {}

    def domain_list(self) -> list[dict[str, Any]]:
        counts: dict[str, int] = defaultdict(int)
        for card in self.ordered:
            if card.status != TermStatus.DEPRECATED:
                counts[card.domain] += 1
        return [{"id": domain.id, "labels": domain.labels, "termCount": counts[domain.id]} for domain in self.domains]

    def content_hash(self) -> str:
        """SHA-256 over the shared text, one line a term, by id: id, version, status and content hash."""
        lines = "".join(self.cards[term_id].digest_line for term_id in sorted(self.cards))
        return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()

    def glossary(self, municipality: str | None = None) -> bytes:
        """Give the whole glossary, terms by id, each with what a municipality lays over it."""
        bundle = {
            "sequence": self.sequence,
            "contentHash": self.content_hash(),
            "generatedFor": municipality,
            "domains": self.domain_list(),
            "terms": [
                self.term(self.cards[term_id], linked=False, municipality=municipality)
                for term_id in sorted(self.cards)
            ],
        }
        return to_json(bundle)


def build(
    sequence: int,
    base_url: str,
    api_url: str,
    domains: Iterable[DomainCard],
    documents: Iterable[tuple[str, str]],
    cited_by: Mapping[str, Sequence[tuple[str, str]]],
) -> Picture:
    """Draw the picture from the ready documents of all terms."""
    cards = {term_id: card_of(document) for term_id, document in documents}
    index = LabelIndex.build(cards.values())
    return _drawn(Picture(sequence, api_url, base_url, tuple(domains), {}, (), {}, {}, cited_by, index), cards)


def _drawn(picture: Picture, cards: Mapping[str, Card]) -> Picture:
    narrower: dict[str, list[str]] = defaultdict(list)
    related: dict[str, set[str]] = defaultdict(set)
    for term_id in sorted(cards):
        for target in cards[term_id].broader:
            narrower[target].append(term_id)
        for target in cards[term_id].related:
            related[term_id].add(target)
            related[target].add(term_id)
    return replace(
        picture,
        cards=cards,
        ordered=tuple(sorted(cards.values(), key=lambda card: (card.order, card.id))),
        narrower=dict(narrower),
        related={term_id: sorted(others) for term_id, others in related.items()},
    )
