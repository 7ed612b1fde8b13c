"""What a municipality must say of its readiness, what still counts in a newer version, and who can help whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.errors import FieldError
from api.readiness.schemas import ReadinessRecord
from db.vocabulary import PrerequisiteState, SupportKind

Prerequisites = Sequence[Mapping[str, Any]]


def faults(body: ReadinessRecord, prerequisites: Prerequisites, version: str) -> Iterator[FieldError]:
    """List what is wrong with what is said of a version."""
    known = [each["id"] for each in prerequisites]
    seen: set[str] = set()
    for place, item in enumerate(body.items):
        where = f"/items/{place}"
        if item.prerequisite not in known:
            told = f"is a prerequisite of version {version}: {', '.join(known) or 'it has none'}"
            yield FieldError(f"{where}/prerequisite", "unknown-prerequisite", told)
        if item.prerequisite in seen:
            yield FieldError(f"{where}/prerequisite", "repeated-prerequisite", "stands once")
        seen.add(item.prerequisite)
        if item.state == PrerequisiteState.NOT_APPLICABLE and item.note is None:
            yield FieldError(f"{where}/note", "missing", "say why it does not apply")
    for name, kinds in (("needsHelpWith", body.needs_help_with), ("canHelpWith", body.can_help_with)):
        for place, kind in enumerate(kinds):
            if kind in kinds[:place]:
                yield FieldError(f"/{name}/{place}", "repeated-value", "stands once")
            elif name == "canHelpWith" and kind in body.needs_help_with:
                yield FieldError(f"/{name}/{place}", "needed-too", "is among needsHelpWith: say one of the two")


def carried_over(
    items: Iterable[Mapping[str, Any]], answered: Prerequisites, newest: Prerequisites
) -> dict[str, Mapping[str, Any]]:
    """Give the answers that count for the newest prerequisites, by their ids: those whose text is the same."""
    texts = {each["id"]: each["text"] for each in answered}
    said = [(texts[item["prerequisite"]], item) for item in items]
    found: dict[str, Mapping[str, Any]] = {}
    for each in newest:
        same = [item for text, item in said if text == each["text"]]
        # Two may have one text: then each keeps its own.
        if same:
            found[each["id"]] = next((item for item in same if item["prerequisite"] == each["id"]), same[0])
    return found


@dataclass(frozen=True)
class Standing:
    """What a municipality needs and offers with one guideline."""

    municipality: str
    guideline: str
    needs: Sequence[SupportKind]
    offers: Sequence[SupportKind]


@dataclass
class Match:
    """The municipalities that need one kind of help with a guideline, and those that offer it."""

    guideline: str
    kind: SupportKind
    needs: list[str]
    offers: list[str]


def matches(standings: Iterable[Standing]) -> list[Match]:
    """Bring needs and offers together: by guideline, then in the order of the vocabulary."""
    found: dict[tuple[str, SupportKind], Match] = {}
    for each in sorted(standings, key=lambda standing: standing.municipality):
        for kind in (*each.needs, *each.offers):
            found.setdefault((each.guideline, kind), Match(each.guideline, kind, [], []))
        for kind in each.needs:
            found[each.guideline, kind].needs.append(each.municipality)
        for kind in each.offers:
            found[each.guideline, kind].offers.append(each.municipality)
    order = {kind: place for place, kind in enumerate(SupportKind)}
    return sorted(found.values(), key=lambda match: (match.guideline, order[match.kind]))
