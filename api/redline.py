"""Redlines: what differs between two contents, per field and provision, word by word."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal, NamedTuple

import diff_match_patch
from pydantic import Field, JsonValue
from pydantic_core import from_json, to_json

from api.schemas import Output, Query, VersionNumber

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_SENTENCES = re.compile(r"[^.!?:;\n]*[.!?:;\n]+\s*|[^.!?:;\n]+")
_WHOLE = re.compile(r".+", re.DOTALL)
# A million pairs of words that all differ take a second.
_MOST_PAIRS = 1_000_000
_MOST_PAIRS_OF_A_TEXT = 250_000
_SIGNS = {0: "=", -1: "-", 1: "+"}
# Each different word stands for one character; this range holds no surrogates.
_FIRST_CHARACTER = 0xE000


class _Naming(NamedTuple):
    """By which fields the items of a list are named, and which one stands at the name itself.

    Where several may have one name, they are counted.
    """

    fields: tuple[str, ...]
    says: str | None = None
    counted: bool = False


_NAMED = {
    "introductionPrerequisites": _Naming(("id",)),
    "labels": _Naming(("language", "kind", "value"), says="value"),
    "definitions": _Naming(("language", "audience", "style"), says="text"),
    "notes": _Naming(("kind", "language", "audience"), says="text", counted=True),
    "matches": _Naming(("relation", "uri"), says="uri"),
}
# Lists of plain ids or words, in which the order says nothing.
_SETS = frozenset({"terms", "targetGroups", "broader", "related", "forms"})

Segment = tuple[Literal["=", "-", "+"], str]


class Change(Output):
    """One difference: `path` names the thing, `segments` show a text word by word."""

    path: str
    kind: Literal["added", "removed", "changed", "moved"]
    before: JsonValue
    after: JsonValue
    segments: list[Segment] | None = None


class Diff(Output):
    """A redline between two versions."""

    from_version: VersionNumber = Field(alias="from")
    to_version: VersionNumber = Field(alias="to")
    changes: list[Change]


class FormQuery(Query):
    format: Literal["json", "html"] | None = Field(None, description="Goes before the Accept header.")


class DiffQuery(FormQuery):
    from_version: VersionNumber | None = Field(
        None, alias="from", description="The version to compare with; without it the one before."
    )


def redline(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Change]:
    """Compare two contents of a guideline or a term; a renumbered provision is moved, not removed and added."""
    return list(_redline(to_json(before), to_json(after)))


# By the texts themselves, which are frozen: what was compared once costs nothing the next time. Of few: a large one
# is some ten thousand objects, through which the garbage collector looks while another is made.
@lru_cache(maxsize=32)
def _redline(before: bytes, after: bytes) -> tuple[Change, ...]:
    old, new = from_json(before) or {}, from_json(after) or {}
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
    return (*moved, *_changes(old_leaves, new_leaves))


def _provision_leaves(item: Mapping[str, Any], number: str, *, gone: bool) -> dict[tuple[str, bool], Any]:
    # A removed provision and a new one may bear the same number: they are two things.
    fields = {name: value for name, value in item.items() if name not in ("key", "number")}
    leaves = dict(_walk(f"/provisions/{number}", fields))
    return {(path, gone): value for path, value in leaves.items()}


def leaves(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give all that a content says, by path; a provision stands under its key, which it keeps when it is renumbered."""
    found = dict(_walk("", {name: value for name, value in content.items() if name != "provisions"}))
    for item in content.get("provisions", ()):
        fields = {name: value for name, value in item.items() if name not in ("key", "number")}
        found |= _walk(f"/provisions/{item['key']}", fields)
    return found


def _leaves(content: Mapping[str, Any]) -> dict[tuple[str, bool], Any]:
    return {(path, False): value for path, value in _walk("", content)}


def _walk(path: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(f"{path}/{name}", item)
    elif isinstance(value, list):
        field = path.rpartition("/")[2]
        if field in _NAMED:
            yield from _walk_named(path, value, _NAMED[field])
        elif field in _SETS:
            yield from ((f"{path}/{_token(item)}", item) for item in value)
        else:
            for place, item in enumerate(value, start=1):
                yield from _walk(f"{path}/{place}", item)
    elif value is not None:
        yield path, value


def _walk_named(path: str, items: Iterable[Mapping[str, Any]], naming: _Naming) -> Iterable[tuple[str, Any]]:
    seen = Counter[str]()
    for item in items:
        name = "/".join(_token(item[field]) for field in naming.fields)
        seen[name] += 1
        place = f"{path}/{name}/{seen[name]}" if naming.counted else f"{path}/{name}"
        if naming.says:
            yield place, item[naming.says]
        rest = {key: part for key, part in item.items() if key not in naming.fields and key != naming.says}
        yield from _walk(place, rest)


def _token(name: str) -> str:
    """Write a name as one step of a path (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


class _Effort:
    """How much comparing is left for one redline, in pairs of words: beyond that, what differs is shown coarser."""

    def __init__(self) -> None:
        self.left = _MOST_PAIRS

    def allows(self, pairs: int) -> bool:
        if pairs > min(_MOST_PAIRS_OF_A_TEXT, self.left):
            return False
        self.left -= pairs
        return True


def _changes(old: Mapping[tuple[str, bool], Any], new: Mapping[tuple[str, bool], Any]) -> Iterable[Change]:
    effort = _Effort()
    for place in dict.fromkeys((*old, *new)):
        before, after = old.get(place), new.get(place)
        if before == after:
            continue
        kind = "added" if before is None else "removed" if after is None else "changed"
        yield Change(path=place[0], kind=kind, before=before, after=after, segments=_segments(before, after, effort))


def _segments(before: Any, after: Any, effort: _Effort) -> list[Segment] | None:
    texts = [value for value in (before, after) if value is not None]
    if not all(isinstance(value, str) for value in texts):
        return None
    return word_diff(before or "", after or "", effort)


def word_diff(before: str, after: str, effort: _Effort | None = None) -> list[Segment]:
    """Compare two texts word by word; joining "=" and "-" gives the first, "=" and "+" the second.

    What would take too long is compared sentence by sentence, and if that would too, is shown as replaced.
    """
    effort = effort or _Effort()
    for parts in (_WORDS, _SENTENCES, _WHOLE):
        old, new = parts.findall(before), parts.findall(after)
        if parts is _WHOLE or effort.allows(_pairs(old, new)):
            return _diff(old, new)
    raise AssertionError("the last way is always taken")


def _only_replaces(old: Sequence[str], new: Sequence[str]) -> bool:
    """Tell whether words stand for others that the other text has nowhere: then only one diff is the shortest."""
    if len(old) != len(new):
        return False
    replaced = [(before, after) for before, after in zip(old, new, strict=True) if before != after]
    gone, come = {before for before, _ in replaced}, {after for _, after in replaced}
    return gone.isdisjoint(new) and come.isdisjoint(old)


def _replacements(old: Sequence[str], new: Sequence[str]) -> list[Segment]:
    segments: list[Segment] = []
    for same, run in groupby(zip(old, new, strict=True), key=lambda pair: pair[0] == pair[1]):
        before, after = map("".join, zip(*run, strict=True))
        segments += [("=", before)] if same else [("-", before), ("+", after)]
    return segments


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the pairs of what is left when the same beginning and end are taken off."""
    shorter = min(len(old), len(new))
    begin = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    rest = shorter - begin
    end = next((place for place in range(rest) if old[-1 - place] != new[-1 - place]), rest)
    return (len(old) - begin - end) * (len(new) - begin - end)


def _diff(old: Sequence[str], new: Sequence[str]) -> list[Segment]:
    if _only_replaces(old, new):
        return _replacements(old, new)
    different = dict.fromkeys((*old, *new))
    characters = {part: chr(_FIRST_CHARACTER + index) for index, part in enumerate(different)}
    coded = ["".join(map(characters.__getitem__, parts)) for parts in (old, new)]
    words = {character: word for word, character in characters.items()}
    matcher = diff_match_patch.diff_match_patch()
    matcher.Diff_Timeout = 0  # the same answer on a slow machine
    segments: list[Segment] = []
    for sign, run in matcher.diff_main(coded[0], coded[1], checklines=False):
        text = "".join(map(words.__getitem__, run))
        segments.append((_SIGNS[sign], text))  # type: ignore[arg-type]
    return segments
