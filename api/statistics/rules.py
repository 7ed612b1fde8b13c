"""How long it takes from a joint decision until municipalities adopt what was decided."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import NamedTuple

from db.vocabulary import BodyType, DecisionKind

_ADOPTS = frozenset({DecisionKind.ADOPT, DecisionKind.ADOPT_WITH_CHANGES})
# A guideline's version, by its id and number.
Version = tuple[str, str]


@dataclass(frozen=True)
class Fact:
    """What counts of one municipal decision."""

    municipality: str
    version: Version
    kind: DecisionKind
    body_type: BodyType
    decided_on: date


class Adopted(NamedTuple):
    """The first adoption of a version by a municipality, and the days since the joint decision."""

    guideline: str
    municipality: str
    body_type: BodyType
    decided_on: date
    days: int


class Measure(NamedTuple):
    """What a group's adoptions took; the median of an even number lies between the two in the middle."""

    group: str
    period: str | None
    adoptions: int
    median_days: float


_GROUPS: Mapping[str, Callable[[Adopted], str]] = {
    "guideline": lambda each: each.guideline,
    "municipality": lambda each: each.municipality,
    "body_type": lambda each: each.body_type,
}
_PERIODS: Mapping[str | None, Callable[[date], str | None]] = {
    None: lambda _day: None,
    "year": lambda day: f"{day.year}",
    "quarter": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
}


def first_adoptions(facts: Iterable[Fact], decided: Mapping[Version, date], day: date) -> list[Adopted]:
    """Find who had adopted which version by a day, whatever the order of the facts; a later one is no new adoption."""
    found: dict[tuple[str, Version], Fact] = {}
    for fact in facts:
        key = (fact.municipality, fact.version)
        if fact.kind in _ADOPTS and fact.decided_on <= day:
            found[key] = min(found.get(key, fact), fact, key=lambda each: (each.decided_on, each.body_type))
    return [
        Adopted(version[0], town, fact.body_type, fact.decided_on, (fact.decided_on - decided[version]).days)
        for (town, version), fact in found.items()
    ]


def measures(adopted: Iterable[Adopted], by: str, period: str | None) -> Iterator[Measure]:
    """Measure each group in each period of adoption, in their order."""
    days: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for each in adopted:
        days[_GROUPS[by](each), _PERIODS[period](each.decided_on)].append(each.days)
    for (group, when), found in sorted(days.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        yield Measure(group, when, len(found), float(median(found)))
