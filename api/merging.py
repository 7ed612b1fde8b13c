"""Merge two changes of one content, three-way: what one side changed is taken, what both changed alike too.

Texts are atoms. Things have names: provisions their keys, labels their word, definitions what they are for. Lists of
ids are sets. What both sides changed, each in its own way, is a contradiction, and people resolve it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Item = Mapping[str, Any]

# By which fields an item is known again, and which stand in its path, as in a redline.
_NAMED = {
    "provisions": (("key",), ("number",)),
    "introductionPrerequisites": (("id",), ("id",)),
    "labels": (("language", "value"), ("language", "kind", "value")),
    "definitions": (("language", "audience", "style"), ("language", "audience", "style")),
    "matches": (("uri",), ("uri",)),
}
_SETS = frozenset({"terms", "targetGroups", "broader", "related", "forms"})
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Contradiction:
    """One place where both sides changed the same thing differently; None is where it is not."""

    path: str
    base: Any
    theirs: Any
    ours: Any

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Merged:
    """What came of a merge; where there are contradictions, `content` holds our side of them."""

    content: dict[str, Any]
    contradictions: list[Contradiction]


def merge(base: Item, theirs: Item, ours: Item) -> Merged:
    """Merge two contents that were both made from `base`."""
    merging = _Merging()
    return Merged(merging.mapping("", base, theirs, ours), merging.found)


class _Merging:
    def __init__(self) -> None:
        self.found: list[Contradiction] = []

    def mapping(self, path: str, base: Item, theirs: Item, ours: Item) -> dict[str, Any]:
        merged = {}
        for name in dict.fromkeys((*base, *sorted({*theirs, *ours}))):
            value = self._value(f"{path}/{name}", base.get(name), theirs.get(name), ours.get(name))
            # Null is a value where a field has it on both sides; a language that one side took away is gone.
            if value is not None or (name in theirs and name in ours):
                merged[name] = value
        return merged

    def _value(self, path: str, base: Any, theirs: Any, ours: Any) -> Any:
        if theirs in (base, ours) or ours == base:
            return theirs if ours == base else ours
        if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
            return self.mapping(path, base or {}, theirs, ours)
        field = path.rpartition("/")[2]
        sides = (base or [], theirs, ours)
        if field in _NAMED:
            return self._named(path, field, *sides)
        if field in _SETS:
            return _set(*sides)
        if field == "notes":
            return _ungrouped(self.mapping(path, *map(_grouped, sides)))
        return self._contradict(path, base, theirs, ours)

    def _contradict(self, path: str, base: Any, theirs: Any, ours: Any) -> Any:
        self.found.append(Contradiction(path, base, theirs, ours))
        return ours

    def _named(
        self, path: str, field: str, base: Sequence[Item], theirs: Sequence[Item], ours: Sequence[Item]
    ) -> list[Any]:
        if field == "provisions":
            ours = _known_by_number(base, theirs, ours)
        known_by, shown_by = _NAMED[field]
        old, new, own = ({_name(item, known_by): item for item in side} for side in (base, theirs, ours))
        merged = {}
        for name in dict.fromkeys((*old, *new, *own)):
            before, their, our = old.get(name), new.get(name), own.get(name)
            shown = f"{path}/{'/'.join(_name(our or their or before or {}, shown_by))}"
            item = self._item(shown, before, their, our)
            if item is not None:
                merged[name] = item
        self._check_slots(path, field, (base, theirs, ours), merged.values())
        order = _order(list(old), list(new), list(own), merged, lambda name: "/".join(_name(merged[name], shown_by)))
        if order is None:
            listed = [["/".join(_name(item, shown_by)) for item in side] for side in (base, theirs, ours)]
            self.found.append(Contradiction(path, *listed))
            order = list(merged)
        return [merged[name] for name in order]

    def _item(self, path: str, before: Item | None, their: Item | None, our: Item | None) -> Item | None:
        """Merge one thing; what one side took away while the other changed it is a contradiction."""
        if their is not None and our is not None:
            merged: Item = self._value(path, before, their, our)
            return merged
        left = their or our
        if left is None or left == before:
            return None
        if before is not None:
            self.found.append(Contradiction(path, before, their, our))
        return left

    def _check_slots(self, path: str, field: str, sides: Iterable[Sequence[Item]], merged: Iterable[Item]) -> None:
        """Find what two different things would both be: provisions of one number, preferred words of one language."""
        taken: set[str] = set()
        slots = [{_slot(field, item): item for item in side} for side in sides]
        for slot in (_slot(field, item) for item in merged):
            if slot is not None and slot in taken:
                self.found.append(Contradiction(f"{path}/{slot}", *(side.get(slot) for side in slots)))
            taken.add(slot or "")


def _name(item: Item, fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(item[field] for field in fields)


def _slot(field: str, item: Item) -> str | None:
    if field == "provisions":
        return str(item["number"])
    if field == "labels" and item["kind"] == "preferred":
        return f"{item['language']}/preferred"
    return None


def _known_by_number(base: Sequence[Item], theirs: Sequence[Item], ours: Sequence[Item]) -> list[Item]:
    """Give our new provisions the keys of their new ones that bear the same numbers: those are published."""
    old = {item["key"] for item in base}
    new = {item["number"]: item["key"] for item in theirs if item["key"] not in old}
    return [
        {**item, "key": new[item["number"]]} if item["key"] not in old and item["number"] in new else item
        for item in ours
    ]


def _grouped(notes: Iterable[Item]) -> dict[str, list[str]]:
    """Put notes of one kind, language and audience together: such a group is one thing."""
    groups: dict[str, list[str]] = {}
    for note in notes:
        groups.setdefault("/".join(_name(note, ("kind", "language", "audience"))), []).append(note["text"])
    return groups


def _ungrouped(groups: Mapping[str, Iterable[str]]) -> list[dict[str, str]]:
    return [
        dict(zip(("kind", "language", "audience"), group.split("/"), strict=True), text=text)
        for group, texts in groups.items()
        for text in texts
    ]


def _set(base: list[str], theirs: list[str], ours: list[str]) -> list[str]:
    old, new, own = set(base), set(theirs), set(ours)
    kept = (new & own) | ((new ^ own) - old)
    order = _order(base, theirs, ours, kept, str)
    return sorted(kept) if order is None else order


def _order(base: Sequence[Any], theirs: Sequence[Any], ours: Sequence[Any], kept: Any, shown: Any) -> list[Any] | None:
    """Order what is kept as the side does that moved things; None when both did, each in its own way.

    What is new stands after what it was put after; where both sides added, in the order of their first ones.
    """
    everywhere = set(base) & set(theirs) & set(ours)
    lines = [[name for name in side if name in everywhere] for side in (base, theirs, ours)]
    if lines[0] not in lines[1:] and lines[1] != lines[2]:
        return None
    line = lines[2] if lines[1] == lines[0] else lines[1]
    runs: dict[Any, list[list[Any]]] = {}
    placed = set(line)
    # Whatever comes of it, it is the same whichever side is asked first.
    for side in sorted((theirs, ours), key=list):
        anchor = None
        added: dict[Any, list[Any]] = {}
        for name in side:
            if name in everywhere:
                anchor = name
            elif name in kept and name not in placed:
                placed.add(name)
                added.setdefault(anchor, []).append(name)
        for after, run in added.items():
            runs.setdefault(after, []).append(run)
    return [
        name
        for place in (None, *line)
        for name in (
            *((place,) if place is not None else ()),
            *(name for run in sorted(runs.get(place, ()), key=lambda run: _natural(shown(run[0]))) for name in run),
        )
    ]


def _natural(text: str) -> list[tuple[int, str]]:
    """Sort 1.10 after 1.9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(text)]
