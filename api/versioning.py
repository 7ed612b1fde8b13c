"""Version numbers of terms and guidelines alike: first 1.0, then n.m+1 or n+1.0."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from api.errors import NotFound
from db.vocabulary import ChangeKind

FIRST = "1.0"


def parse_number(number: str) -> tuple[int, int]:
    """Read `2.1` as (2, 1)."""
    major, _, minor = number.partition(".")
    return int(major), int(minor)


def next_number(newest: str | None, change: ChangeKind) -> str:
    """Give the number of the version after the newest one."""
    if newest is None:
        return FIRST
    major, minor = parse_number(newest)
    return f"{major + 1}.0" if change == ChangeKind.MAJOR else f"{major}.{minor + 1}"


class _Numbered(Protocol):
    @property
    def number(self) -> str: ...


Version = TypeVar("Version", bound=_Numbered)


def find_version(versions: Sequence[Version], number: str) -> Version:
    """Pick a version by its number; raises NotFound."""
    for version in versions:
        if version.number == number:
            return version
    raise NotFound("There is no version with this number.")


def versions_to_compare(versions: Sequence[Version], number: str, earlier: str | None) -> tuple[Version, Version]:
    """Pick a version and the one to compare it with, of all, oldest first; by default the one before it."""
    after = find_version(versions, number)
    if earlier is not None:
        return find_version(versions, earlier), after
    return versions[max(0, versions.index(after) - 1)], after
