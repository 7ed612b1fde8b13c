"""Redlines: what differs between two contents, per field and provision, word by word."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import diff_match_patch

from api.guidelines.schemas import Change, Segment

_WORDS = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)
_SIGNS = {0: "=", -1: "-", 1: "+"}
# Each different word stands for one character; this range holds no surrogates.
_FIRST_CHARACTER = 0xE000

# Lists whose items are named by one of their fields, and lists of plain ids, which are sets.
_NAMED = {"introductionPrerequisites": "id"}
_SETS = frozenset({"terms", "targetGroups"})


def redline(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Change]:
    """Compare two guideline contents; a renumbered provision is moved, not removed and added."""
    old, new = dict(before or {}), dict(after or {})
    old_provisions = {item["key"]: item for item in old.pop("provisions", ())}
    new_provisions = {item["key"]: item for item in new.pop("provisions", ())}
    moved = []
    old_leaves, new_leaves = _leaves(old), _leaves(new)
    for key, item in old_provisions.items():
        twin = new_provisions.get(key)
        number = (twin or item)["number"]
        if twin is not None and twin["number"] != item["number"]:
            moved.append(Change(path=f"/provisions/{number}", kind="moved", before=item["number"], after=number))
        old_leaves |= _provision_leaves(item, number, gone=twin is None)
    for item in new_provisions.values():
        new_leaves |= _provision_leaves(item, item["number"], gone=False)
    return [*moved, *_changes(old_leaves, new_leaves)]


def _provision_leaves(item: Mapping[str, Any], number: str, *, gone: bool) -> dict[tuple[str, bool], Any]:
    # A removed provision and a new one may bear the same number: they are two things.
    fields = {name: value for name, value in item.items() if name not in ("key", "number")}
    leaves = dict(_walk(f"/provisions/{number}", fields))
    return {(path, gone): value for path, value in leaves.items()}


def _leaves(content: Mapping[str, Any]) -> dict[tuple[str, bool], Any]:
    return {(path, False): value for path, value in _walk("", content)}


def _walk(path: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _walk(f"{path}/{name}", item)
    elif isinstance(value, list):
        field = path.rpartition("/")[2]
        for place, item in enumerate(value, start=1):
            if field in _SETS:
                yield f"{path}/{item}", item
            elif field in _NAMED:
                name = _NAMED[field]
                rest = {key: part for key, part in item.items() if key != name}
                yield from _walk(f"{path}/{item[name]}", rest)
            else:
                yield from _walk(f"{path}/{place}", item)
    elif value is not None:
        yield path, value


def _changes(old: Mapping[tuple[str, bool], Any], new: Mapping[tuple[str, bool], Any]) -> Iterable[Change]:
    for place in dict.fromkeys((*old, *new)):
        before, after = old.get(place), new.get(place)
        if before == after:
            continue
        kind = "added" if before is None else "removed" if after is None else "changed"
        yield Change(path=place[0], kind=kind, before=before, after=after, segments=_segments(before, after))


def _segments(before: Any, after: Any) -> list[Segment] | None:
    texts = [value for value in (before, after) if value is not None]
    if not all(isinstance(value, str) for value in texts):
        return None
    return word_diff(before or "", after or "")


def word_diff(before: str, after: str) -> list[Segment]:
    """Compare two texts word by word; joining "=" and "-" gives the first, "=" and "+" the second."""
    characters: dict[str, str] = {}
    coded = [
        "".join(characters.setdefault(word, _character(len(characters))) for word in _WORDS.findall(text))
        for text in (before, after)
    ]
    words = {character: word for word, character in characters.items()}
    matcher = diff_match_patch.diff_match_patch()
    matcher.Diff_Timeout = 0  # the same answer on a slow machine
    segments: list[Segment] = []
    for sign, run in matcher.diff_main(coded[0], coded[1], checklines=False):
        text = "".join(words[character] for character in run)
        segments.append((_SIGNS[sign], text))  # type: ignore[arg-type]
    return segments


def _character(index: int) -> str:
    return chr(_FIRST_CHARACTER + index)
