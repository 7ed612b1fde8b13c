"""Days from the joint decision to adoption: a pure rule."""

import random
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.statistics.rules import Fact, Measure, first_adoptions, measures
from db.vocabulary import BodyType, DecisionKind

BEGIN = date(2026, 1, 1)
VERSION = ("g", "1.0")
DECIDED = {VERSION: BEGIN, ("g", "2.0"): date(2026, 6, 1), ("h", "1.0"): BEGIN}
BODIES = list(BodyType)[:2]
LATE = date(2030, 1, 1)


def fact(days: int, town: str = "2281", kind: DecisionKind = DecisionKind.ADOPT, body: BodyType = BODIES[0]) -> Fact:
    return Fact(town, VERSION, kind, body, BEGIN + timedelta(days))


def days(*facts: Fact, day: date = LATE) -> list[int]:
    return [each.days for each in first_adoptions(facts, DECIDED, day)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], []),
        ([fact(30)], [30]),
        ([fact(60), fact(30)], [30]),
        ([fact(10, kind=DecisionKind.DECLINE), fact(40, kind=DecisionKind.ADOPT_WITH_CHANGES)], [40]),
        ([fact(10, kind=DecisionKind.UNDER_REVIEW), fact(20, kind=DecisionKind.REPEAL)], []),
        ([fact(10), fact(20, "2260")], [10, 20]),
    ],
)
def test_only_the_first_adoption_counts(facts: list[Fact], expected: list[int]) -> None:
    assert days(*facts) == expected


def test_what_was_decided_after_the_day_does_not_count() -> None:
    assert days(fact(30), day=BEGIN + timedelta(29)) == []
    assert days(fact(30), day=BEGIN + timedelta(30)) == [30]


def test_periods_are_those_of_the_adoption() -> None:
    found = first_adoptions([fact(0), fact(89, "2260"), fact(90, "2262"), fact(400, "2280")], DECIDED, LATE)
    assert list(measures(found, "guideline", "quarter")) == [
        Measure("g", "2026-Q1", 2, 44.5),
        Measure("g", "2026-Q2", 1, 90.0),
        Measure("g", "2027-Q1", 1, 400.0),
    ]
    assert [each.period for each in measures(found, "guideline", "year")] == ["2026", "2027"]


facts = st.builds(
    Fact,
    st.sampled_from(["2260", "2281"]),
    st.sampled_from(list(DECIDED)),
    st.sampled_from(DecisionKind),
    st.sampled_from(BODIES),
    st.dates(date(2026, 6, 1), date(2028, 1, 1)),
)


@given(st.lists(facts, max_size=20), st.sampled_from(["guideline", "municipality", "body_type"]), st.randoms())
def test_the_order_of_arrival_does_not_matter_and_groups_add_up(
    told: list[Fact], by: str, chance: random.Random
) -> None:
    found = first_adoptions(told, DECIDED, LATE)
    shuffled = chance.sample(told, len(told))
    assert sorted(first_adoptions(shuffled, DECIDED, LATE)) == sorted(found)
    groups = list(measures(found, by, None))
    assert sum(group.adoptions for group in groups) == len(found)
    for group in groups:
        mine = [each.days for each in found if getattr(each, by) == group.group]
        assert (group.adoptions, group.median_days) == (len(mine), median(mine))
