"""The labels of a term as they are searched: all words of a term in one row, and how they are shared out.

Of a hundred thousand terms nearly all share out their words alike, so that is kept once; the words are in few objects.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from sys import intern
from typing import Any, NamedTuple

from api.swedish import sort_key


class LabelEntry(NamedTuple):
    """A label as it is searched: `forms` as they are written, `folded` the key of the value, then of the forms."""

    value: str
    kind: str
    language: str
    forms: tuple[str, ...]
    folded: tuple[str, ...]


class Layout(NamedTuple):
    """How the words of a term are its labels: by label its kind, its language, and where its value stands.

    `starts` ends with the number of words, since a label's forms follow its value; `owners` names the label of each.
    """

    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    starts: tuple[int, ...]
    owners: tuple[int, ...]


def layout_of(labels: Iterable[Mapping[str, Any]]) -> Layout:
    """Tell how labels, as JSON has them, share out their words."""
    return _layout(tuple((label["kind"], label["language"], len(label["forms"])) for label in labels))


@lru_cache(maxsize=10_000)
def _layout(labels: tuple[tuple[str, str, int], ...]) -> Layout:
    return Layout(
        kinds=tuple(intern(kind) for kind, _, _ in labels),
        languages=tuple(intern(language) for _, language, _ in labels),
        starts=tuple(accumulate((1 + forms for _, _, forms in labels), initial=0)),
        owners=tuple(place for place, (_, _, forms) in enumerate(labels) for _ in range(1 + forms)),
    )


def keys_of(words: Sequence[str]) -> tuple[str, ...]:
    """Give the keys of all words of a term at once: sort_key costs most for being called."""
    # U+0000 is in no text, and no space to it.
    keys = map(str.strip, sort_key("\0".join(words)).split("\0"))
    # Equal words are one object.
    return tuple([word if key == word else key for key, word in zip(keys, words, strict=True)])
