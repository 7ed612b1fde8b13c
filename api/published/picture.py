"""An immutable picture of the public glossary at one sequence of the feed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain, islice
from typing import Any

from pydantic_core import from_json, to_json

from api.published.bundle import Bundle
from api.published.cards import Card, DomainCard, card_of
from api.published.overlaid import Ordered, OverlaidMap
from api.published.overlays import Overlays
from api.published.packing import LEARN_FROM, Packing
from api.published.relations import Inbound
from api.schemas import link
from api.search.index import LabelIndex
from db.vocabulary import TermStatus

# Stands for the id of a term, and is none.
_ANY_TERM = b"{termId}"
Citations = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Picture:
    """All that the glossary's public routes answer from; made by `build`, changed by `patched`."""

    sequence: int
    api_url: str
    base_url: str
    domains: tuple[DomainCard, ...]
    cards: OverlaidMap[str, Card]
    ordered: Ordered[Card]
    by_id: Ordered[Card]
    narrower: Inbound
    related: Inbound
    counts: Mapping[str, int]
    cited_by: Citations
    overlays: Overlays
    index: LabelIndex
    packing: Packing

    def patched(
        self,
        sequence: int,
        changed: Iterable[tuple[str, str]] = (),
        cited_by: Citations | None = None,
        removed: Collection[str] = (),
    ) -> "Picture":
        """Give the picture after some terms changed, or what cites them did; it costs what has changed.

        Removed is only what another day does not have.
        """
        fresh = {term_id: card_of(document, self.packing) for term_id, document in changed}
        if not fresh and not removed and cited_by is None:
            return self._with_the_same_terms(sequence=sequence)
        touched = (*fresh, *removed)
        before = {term_id: card for term_id in touched if (card := self.cards.get(term_id))}
        gone, come = before.values(), fresh.values()
        return replace(
            self,
            sequence=sequence,
            cards=self.cards.patched(fresh, removed),
            ordered=self.ordered.patched(gone, come),
            by_id=self.by_id.patched(gone, come),
            narrower=self.narrower.patched(_broader(gone), _broader(come)),
            related=self.related.patched(_related(gone), _related(come)),
            counts=_recounted(self.counts, gone, come),
            cited_by=self.cited_by if cited_by is None else cited_by,
            index=self.index.patched(come, removed),
        )

    def read_as(self, overlays: Overlays) -> "Picture":
        """Give the picture after municipalities read terms otherwise."""
        return self._with_the_same_terms(overlays=overlays)

    def indexed(self, index: LabelIndex) -> "Picture":
        """Give the picture with an index that was made anew, beside the requests."""
        return self._with_the_same_terms(index=index)

    def _with_the_same_terms(self, **changes: Any) -> "Picture":
        found = replace(self, **changes)
        # What was made of the terms stays.
        found.__dict__["bundle"] = self.bundle
        return found

    @cached_property
    def bundle(self) -> Bundle:
        """Give the whole glossary, terms by id."""
        return Bundle(self.sequence, None, self.domain_list(), self.by_id, self.bundled_json)

    def bundle_for(self, municipality: str | None) -> Bundle:
        """Give the whole glossary, with what a municipality lays over it if one is named."""
        if municipality is None:
            return self.bundle
        shown = partial(self.bundled_json, municipality=municipality)
        return Bundle(self.sequence, municipality, self.domain_list(), self.by_id, shown)

    def term_json(self, card: Card, municipality: str | None = None, **more: Any) -> bytes:
        """Give the JSON of one term as the API shows it, with what a municipality lays over it, and more members."""
        instead = card.replaced_by and self.cards.get(card.replaced_by)
        members = {
            **self._derived(card),
            **self.overlaid(card, municipality),
            **more,
            "replacement": {"id": instead.id, "preferredLabel": instead.preferred} if instead else None,
        }
        return b"%b,%b" % (_joined(card.document, members)[:-1], self._links.replace(_ANY_TERM, card.id.encode()))

    @cached_property
    def _links(self) -> bytes:
        """Give the last member of any term: written once, since it differs by the id only."""
        address, page = f"{self.api_url}/terms/{_ANY_TERM.decode()}", f"{self.base_url}/begrepp/{_ANY_TERM.decode()}"
        links = {
            "self": link(address, "self"),
            "html": link(page, "alternate"),
            "versions": link(f"{address}/versions", "version-history"),
            "interpretations": link(f"{address}/interpretations", "related"),
        }
        return to_json({"_links": links})[1:]

    def bundled_json(self, card: Card, municipality: str | None = None) -> bytes:
        """Give the JSON of one term as it stands in the whole glossary, without links."""
        return _joined(card.document, {**self._derived(card), **self.overlaid(card, municipality)})

    def term(self, card: Card) -> dict[str, Any]:
        """Give one term for a page to be made of."""
        found: dict[str, Any] = from_json(self.bundled_json(card))
        return found

    def overlaid(self, card: Card, municipality: str | None) -> dict[str, Any]:
        """Give the member that tells how a municipality reads a term, where one is asked for."""
        return {"overlay": self.overlays.overlay(card.id, card.version, municipality)} if municipality else {}

    def _derived(self, card: Card) -> dict[str, Any]:
        """Give what others make of a term: it changes without the term."""
        return {
            "narrower": self.narrower.to(card.id),
            "related": sorted({*card.related, *self.related.to(card.id)}),
            "citedBy": [
                {"guideline": guideline, "version": version} for guideline, version in self.cited_by.get(card.id, ())
            ],
        }

    def domain_list(self) -> list[dict[str, Any]]:
        """List the subject domains, with how many terms each has that are not deprecated."""
        return [
            {"id": domain.id, "labels": domain.labels, "termCount": self.counts.get(domain.id, 0)}
            for domain in self.domains
        ]


def build(
    sequence: int,
    base_url: str,
    api_url: str,
    domains: Iterable[DomainCard],
    documents: Iterable[tuple[str, str]],
    cited_by: Citations,
    overlays: Overlays,
) -> Picture:
    """Draw the picture from the ready documents of all terms; its index is empty, and made next."""
    coming = iter(documents)
    first = list(islice(coming, LEARN_FROM))
    packing = Packing([document.encode() for _, document in first])
    cards = {term_id: card_of(document, packing) for term_id, document in chain(first, coming)}
    return Picture(
        sequence=sequence,
        api_url=api_url,
        base_url=base_url,
        domains=tuple(domains),
        cards=OverlaidMap(cards),
        ordered=Ordered(_by_word, cards.values()),
        by_id=Ordered(_by_id, cards.values()),
        narrower=Inbound.of(_broader(cards.values()).items()),
        related=Inbound.of(_related(cards.values()).items()),
        counts=_recounted({}, (), cards.values()),
        cited_by=cited_by,
        overlays=overlays,
        index=LabelIndex.build(()),
        packing=packing,
    )


def _joined(document: bytes, members: Mapping[str, Any]) -> bytes:
    """Add members to a JSON object that is there as bytes, and has some."""
    return b"%b,%b" % (document[:-1], to_json(members)[1:])


def _by_word(card: Card) -> tuple[str, str]:
    return card.order, card.id


def _by_id(card: Card) -> str:
    return card.id


def _broader(cards: Iterable[Card]) -> dict[str, tuple[str, ...]]:
    return {card.id: card.broader for card in cards if card.broader}


def _related(cards: Iterable[Card]) -> dict[str, tuple[str, ...]]:
    return {card.id: card.related for card in cards if card.related}


def _recounted(counts: Mapping[str, int], gone: Iterable[Card], come: Iterable[Card]) -> Mapping[str, int]:
    """Count the terms of each domain that are not deprecated."""
    found = Counter(counts)
    found.subtract(card.domain for card in gone if card.status != TermStatus.DEPRECATED)
    found.update(card.domain for card in come if card.status != TermStatus.DEPRECATED)
    return found
