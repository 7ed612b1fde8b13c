"""A saved feed: what GET /events answered, page after page, or one event a line."""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from db.chain import BrokenChainError, Link

_CHUNK = 1 << 20
# A page of 1,000 events is far smaller.
_LARGEST = 1 << 28
_SPACE = re.compile(r"[ \t\r\n]*")
_FIELDS = {
    "sequence": "sequence",
    "id": "id",
    "kind": "kind",
    "subject": "subject",
    "organisation": "organisation",
    "occurredAt": "occurred_at",
    "data": "data",
    "salt": "salt",
    "dataHash": "data_hash",
    "previousHash": "previous_hash",
    "hash": "hash",
}
_HASHES = ("data_hash", "previous_hash", "hash")


class UnreadableFileError(Exception):
    """A file is not what it should be; the text is one line for the operator."""


def links_of(file: TextIO) -> Iterator[Link]:
    """Read the events of a saved feed; raises UnreadableFileError or BrokenChainError."""
    for value in values_of(file):
        events = value.get("items") if isinstance(value, dict) and "items" in value else [value]
        if not isinstance(events, list):
            raise UnreadableFileError("`items` is not a list of events")
        for event in events:
            yield _link(event)


def values_of(file: TextIO) -> Iterator[Any]:
    """Read JSON values that stand one after another, with or without white space between them."""
    decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
    text = ""
    try:
        # Twice as much each time that a value is not all there.
        while chunk := file.read(_CHUNK + len(text)):
            text, at = text + chunk, 0
            while (at := _SPACE.match(text, at).end()) < len(text):  # type: ignore[union-attr]
                try:
                    value, at = decoder.raw_decode(text, at)
                except json.JSONDecodeError:
                    break
                yield value
            text = text[at:]
            if len(text) > _LARGEST:
                break
    except UnicodeDecodeError:
        raise UnreadableFileError("the file is not UTF-8") from None
    except RecursionError:
        raise UnreadableFileError("the file holds JSON of too many levels") from None
    except ValueError:
        raise UnreadableFileError("the file holds a number of too many digits") from None
    if text:
        raise UnreadableFileError("the file is not JSON, or not all of it is there")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: two readers could read two things."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise UnreadableFileError("the file holds an object with a name that stands twice")
    return value


def _no_constant(name: str) -> None:
    raise UnreadableFileError(f"the file holds {name}, which is not JSON")


def _link(event: Any) -> Link:
    if not isinstance(event, dict):
        raise UnreadableFileError("the file holds something that is no event")
    sequence = event.get("sequence")
    place = sequence if type(sequence) is int else 0
    # What no hash covers could be read as if it were proven.
    if event.keys() != _FIELDS.keys():
        names = ", ".join(sorted(event.keys() ^ _FIELDS.keys()))[:100]
        raise BrokenChainError(place, f"its fields are not those of the feed: {names}")
    values = {_FIELDS[name]: value for name, value in event.items()}
    for name in _HASHES:
        value = values[name]
        if not isinstance(value, str) or not value.startswith("sha256:"):
            raise BrokenChainError(place, f"{name} is not a hash")
        values[name] = value.removeprefix("sha256:")
    return Link(**values)
