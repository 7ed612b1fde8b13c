"""Generated terms, the same ones at every run: about as large, and as linked, as real ones."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from random import Random
from typing import Any

from pydantic_core import to_json

from api.published.cards import Card, card_of
from api.published.packing import Packing
from bench.words import ADJECTIVES, FIRSTS, HEADS, PLAIN
from db.canonical import content_hash

DOMAINS = ("grundbegrepp", "styrning", "information")
_SEED = 1
_PACKING = Packing()
# Relations point at recent terms, so that a page of neighbours has both ends.
_REACH = 200


@dataclass(frozen=True, slots=True)
class GeneratedTerm:
    """A term's slug and its content, in the shape that TermContent reads."""

    id: str
    content: dict[str, Any]
    content_hash: str


def generate(count: int, domains: tuple[str, ...] = DOMAINS) -> list[GeneratedTerm]:
    """Make `count` different terms with labels, synonyms, two definitions and relations."""
    # Nothing secret is drawn: every run has to make the same terms.
    random = Random(_SEED)
    names = [(f"{a} {f}{h}", f"{b} {g} {i}") for (a, b), (f, g), (h, i) in product(ADJECTIVES, FIRSTS, HEADS)]
    random.shuffle(names)
    if count > len(names):
        msg = f"the words make {len(names)} terms, not {count}"
        raise ValueError(msg)
    made: list[GeneratedTerm] = []
    for swedish, english in islice(names, count):
        others = [term.id for term in made[-_REACH:]]
        linked = random.sample(others, min(len(others), random.randint(0, 4)))
        content = {
            "domain": random.choice(domains),
            "labels": _labels(random, swedish, english),
            "definitions": list(_definitions(random)),
            "notes": [],
            "broader": linked[:1],
            "related": linked[1:],
            "matches": [],
            "replacedBy": None,
            "reviewDue": None,
        }
        made.append(GeneratedTerm(_slug(swedish), content, content_hash(content)))
    return made


def card(term: GeneratedTerm) -> Card:
    """Give what the picture knows of a term that was published."""
    day = "2026-01-01"
    given = {"id": term.id, "status": "approved", "version": "1.0", "revision": 1, "contentHash": term.content_hash}
    ready = {**given, "validFrom": day, "changedAt": f"{day}T00:00:00.000000Z", **term.content}
    return card_of(to_json(ready).decode(), _PACKING)


def _labels(random: Random, swedish: str, english: str) -> list[dict[str, Any]]:
    labels = [
        _label("sv", "preferred", swedish, [f"{swedish}en", f"{swedish}ens"]),
        _label("en", "preferred", english, []),
    ]
    if random.random() < 0.6:
        word = swedish.partition(" ")[2]
        labels.insert(1, _label("sv", "alternative", word, [f"{word}en"]))
    return labels


def _label(language: str, kind: str, value: str, forms: list[str]) -> dict[str, Any]:
    return {"language": language, "kind": kind, "value": value, "forms": forms, "reason": None}


def _definitions(random: Random) -> Iterator[dict[str, Any]]:
    for style in ("standard", "plain"):
        text = " ".join(random.choices(PLAIN, k=random.randint(18, 32)))
        yield {
            "language": "sv",
            "audience": "general",
            "style": style,
            "text": f"{text}.",
            "source": None,
            "sourceRelation": None,
        }


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
