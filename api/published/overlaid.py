"""Immutable collections that take in a change at the cost of the change, however large they are."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

# What is changed is copied with each change, so it is worked into the base from time to time.
_CROWDED = 500
_BLOCK = 512


class OverlaidMap(Mapping[K, V]):
    """A large mapping that nobody changes, under a small one of what changed since."""

    __slots__ = ("_base", "_over", "_size")

    def __init__(self, base: Mapping[K, V], over: Mapping[K, V] | None = None) -> None:
        self._base = base
        self._over = over or {}
        self._size = len(base) + sum(key not in base for key in self._over)

    def patched(self, changed: Mapping[K, V], removed: Collection[K] = ()) -> "OverlaidMap[K, V]":
        """Give the mapping with these items in place of, or beside, those that it has; to remove some costs a copy."""
        over = {**self._over, **changed}
        if removed:
            return OverlaidMap({key: value for key, value in {**self._base, **over}.items() if key not in removed})
        return OverlaidMap({**self._base, **over}) if len(over) > _CROWDED else OverlaidMap(self._base, over)

    def __getitem__(self, key: K) -> V:
        found = self._over.get(key)
        return self._base[key] if found is None else found

    def get(self, key: K, default: Any = None) -> Any:
        # Mapping's own raises and catches: this is asked for every term that is read.
        found = self._over.get(key)
        return self._base.get(key, default) if found is None else found

    def __iter__(self) -> Iterator[K]:
        return chain(self._base, (key for key in self._over if key not in self._base))

    def __len__(self) -> int:
        return self._size


class Ordered(Sequence[T], Generic[T]):
    """Items in the order of a key that tells them apart, in blocks: a change copies one of them."""

    __slots__ = ("_blocks", "_ends", "_key")

    def __init__(self, key: Callable[[T], Any], items: Iterable[T] = (), blocks: Sequence[Sequence[T]] = ()) -> None:
        listed = sorted(items, key=key)
        self._key = key
        self._blocks = blocks or [listed[start : start + _BLOCK] for start in range(0, len(listed), _BLOCK)]
        self._ends = list(accumulate(map(len, self._blocks)))

    def patched(self, gone: Iterable[T], come: Iterable[T]) -> "Ordered[T]":
        """Give the items without some that are there, and with others."""
        blocks = list(self._blocks)
        for item in gone:
            at, place = self._find(blocks, item)
            blocks[at : at + 1] = _parts([*blocks[at][:place], *blocks[at][place + 1 :]])
        for item in come:
            at, place = self._find(blocks, item)
            blocks[at : at + 1] = _parts([*blocks[at][:place], item, *blocks[at][place:]] if blocks else [item])
        return Ordered(self._key, blocks=blocks)

    def _find(self, blocks: Sequence[Sequence[T]], item: T) -> tuple[int, int]:
        """Tell in which block, and where in it, an item stands or would stand."""
        if not blocks:
            return 0, 0
        wanted = self._key(item)
        at = max(0, bisect_right(blocks, wanted, key=lambda block: self._key(block[0])) - 1)
        return at, bisect_left(blocks[at], wanted, key=self._key)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self._blocks)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        places = range(len(self))[place]
        return [self._at(one) for one in places] if isinstance(places, range) else self._at(places)

    def _at(self, place: int) -> T:
        block = bisect_right(self._ends, place)
        return self._blocks[block][place - self._ends[block]]


def _parts(block: list[T]) -> list[list[T]]:
    """Cut a block that has grown, and leave out one that is empty."""
    if len(block) <= 2 * _BLOCK:
        return [block] if block else []
    return [block[:_BLOCK], block[_BLOCK:]]
