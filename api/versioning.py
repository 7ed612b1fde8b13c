"""Version numbers of terms and guidelines alike: first 1.0, then n.m+1 or n+1.0."""

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
