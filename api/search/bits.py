"""Sets of places as whole numbers: a place is a bit, so that sets meet, join and are counted in microseconds."""

from collections.abc import Iterable, Iterator
from itertools import compress, count, islice

_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")
_FROM_DIGITS = bytes.maketrans(b"01", b"\0\1")


def bits_of(places: Iterable[int], size: int) -> int:
    """Make the set of some places, each below `size`."""
    flags = bytearray(size)
    for place in places:
        flags[place] = 1
    return from_flags(flags)


def from_flags(flags: bytearray) -> int:
    """Make the set of all places whose flag is 1."""
    # By way of binary digits, which int reads in linear time.
    return int(flags[::-1].translate(_TO_DIGITS), 2) if flags else 0


def places_in(bits: int, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """List a set's places in order, from the `start`th to before the `stop`th."""
    flags = bin(bits)[:1:-1].encode().translate(_FROM_DIGITS)
    return islice(compress(count(), flags), start, stop)


def below(place: int) -> int:
    """Give the set of all places before one."""
    return (1 << place) - 1
