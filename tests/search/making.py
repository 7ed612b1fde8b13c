"""Cards of terms of which only the words matter."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from api.published.cards import Card, card_of
from api.published.packing import Packing

_PACKING = Packing(())


def label(value: str, kind: str = "preferred", language: str = "sv", forms: Sequence[str] = ()) -> dict[str, Any]:
    return {"value": value, "kind": kind, "language": language, "forms": list(forms), "reason": None}


def card(term_id: str, *labels: str | dict[str, Any], text: str = "", **rest: Any) -> Card:
    """Make a card; a plain text is a preferred label."""
    definition = {"language": "sv", "audience": "general", "style": "standard", "text": text, "source": None}
    term = {
        "id": term_id,
        "labels": [label(one) if isinstance(one, str) else one for one in labels],
        "domain": "a",
        "status": "approved",
        "definitions": [definition] if text else [],
        "broader": [],
        "related": [],
        "replacedBy": None,
        "version": "1.0",
        "revision": 1,
        "contentHash": "",
        "validFrom": "2026-01-01",
        "changedAt": "2026-01-01T00:00:00.000000Z",
    }
    return card_of(to_json({**term, **rest}).decode(), _PACKING)
