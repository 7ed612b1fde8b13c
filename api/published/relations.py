"""Which terms point at a term: the other way round of what each of them states."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from api.published.overlaid import OverlaidMap

Targets = tuple[str, ...]


class Inbound:
    """Of each term that is pointed at, those that do, in the order of their ids."""

    __slots__ = ("_from",)

    def __init__(self, pointing: OverlaidMap[str, Targets]) -> None:
        self._from = pointing

    @classmethod
    def of(cls, stated: Iterable[tuple[str, Targets]]) -> "Inbound":
        """Turn around what terms state: (id, those that it points at)."""
        found: dict[str, list[str]] = defaultdict(list)
        for term_id, targets in stated:
            for target in targets:
                found[target].append(term_id)
        return cls(OverlaidMap({target: tuple(sorted(sources)) for target, sources in found.items()}))

    def patched(self, before: Mapping[str, Targets], after: Mapping[str, Targets]) -> "Inbound":
        """Take in what some terms stated before, and what they state now."""
        changed: dict[str, set[str]] = {}
        for term_id in {*before, *after}:
            for target in {*before.get(term_id, ())} ^ {*after.get(term_id, ())}:
                changed.setdefault(target, {*self.to(target)}).symmetric_difference_update({term_id})
        if not changed:
            return self
        return Inbound(self._from.patched({target: tuple(sorted(sources)) for target, sources in changed.items()}))

    def to(self, term_id: str) -> Targets:
        found: Targets = self._from.get(term_id, ())
        return found
