"""Sets of places as whole numbers: a place is a bit, so that sets meet, join and are counted in microseconds."""

from collections.abc import Collection, Iterable, Iterator

_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")
# With fewer than one place in so many, to set each bit costs less than to go through all.
_SPARSE = 64
_CHUNK = 64


def bits_of(places: Collection[int], size: int) -> int:
    """Make the set of some places, each below `size`."""
    if len(places) < size // _SPARSE:
        octets = bytearray((size + 7) // 8)
        for place in places:
            octets[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(octets, "little")
    flags = bytearray(size)
    for place in places:
        flags[place] = 1
    # By way of binary digits, which int reads in linear time.
    return int(flags[::-1].translate(_TO_DIGITS), 2) if flags else 0


def places_in(bits: int, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """List a set's places in order, from the `start`th to before the `stop`th; what is not asked for costs little."""
    octets = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    before = 0
    for first in range(0, len(octets), _CHUNK):
        chunk = int.from_bytes(octets[first : first + _CHUNK], "little")
        after = before + chunk.bit_count()
        while chunk and after > start:
            if stop is not None and before >= stop:
                return
            lowest = chunk & -chunk
            if before >= start:
                yield first * 8 + lowest.bit_length() - 1
            chunk ^= lowest
            before += 1
        before = after


def below(place: int) -> int:
    """Give the set of all places before one."""
    return (1 << place) - 1


def sum_of(sets: Iterable[int]) -> int:
    """Join sets."""
    joined = 0
    for bits in sets:
        joined |= bits
    return joined
