"""What a change of a guideline means for those who have adopted it: pure rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.impact.schemas import Effect
from api.versioning import next_number, parse_number
from db.vocabulary import ChangeKind


def effect_on(adopted: str, numbers: Sequence[str], kind: ChangeKind | None) -> Effect:
    """Tell what the next version of a guideline, whose numbers are given oldest first, does to an adoption.

    Without a kind of change the guideline gets no version.
    """
    if kind is None:
        return Effect.UNCHANGED
    following = next_number(numbers[-1], kind)
    same_major = parse_number(adopted)[0] == parse_number(following)[0]
    return Effect.CARRIES_OVER if same_major else Effect.DECISION_NEEDED


def changed_provisions(adopted: Mapping[str, Any], proposed: Mapping[str, Any] | None) -> frozenset[str]:
    """Name, by their numbers in an adopted version, the provisions that a text says otherwise or leaves out."""
    after = {item["key"]: item for item in (proposed or {}).get("provisions", ())}
    return frozenset(
        item["number"]
        for item in adopted["provisions"]
        if {**after.get(item["key"], {}), "number": None} != {**item, "number": None}
    )
