"""Languages: how their tags are written, and what stands in for one that a text is not in."""

from collections.abc import Iterable
from functools import lru_cache

import langcodes

SWEDISH = "sv"


@lru_cache(maxsize=512)
def is_language(tag: str) -> bool:
    return langcodes.tag_is_valid(tag)


@lru_cache(maxsize=512)
def canonical_tag(tag: str) -> str:
    """Give the one spelling of a valid tag: sv-fi is sv-FI, and iw is he (RFC 5646 section 4.5)."""
    return langcodes.standardize_tag(tag)


@lru_cache(maxsize=4096)
def _lookups(tag: str) -> tuple[str, ...]:
    """List what answers for a language, the nearest first: sv-FI, then sv (RFC 4647 section 3.4)."""
    if not is_language(tag):
        return (tag,)
    broader = langcodes.Language.get(canonical_tag(tag)).broader_tags()
    return tuple(found for found in broader if not found.startswith("und"))


@lru_cache(maxsize=4096)
def answers_for(tag: str, wanted: str) -> bool:
    """Tell whether a text in one language will do for a reader of another."""
    return best_language(wanted, (tag,)) is not None


def best_language(wanted: str, available: Iterable[str]) -> str | None:
    """Choose for a reader of one language among those that there are; None when none will do.

    First the language itself, then without its region or script, then from any region: sv-FI reads sv, and sv reads
    sv-FI where that is all there is. Another language never stands in.
    """
    there = set(available)
    listed = _lookups(wanted)
    for tag in listed:
        if tag in there:
            return tag
    return min((tag for tag in there if tag.startswith(f"{listed[-1]}-")), default=None)
