"""From decisions to a municipality's stand on a guideline, day by day."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.adoptions.rules import Adoption, Fact, adoption, turning_days, version_status
from api.guidelines.rules import VersionDates
from db.vocabulary import DecisionKind

VERSIONS = [
    VersionDates("1.0", date(2026, 1, 1)),
    VersionDates("1.1", date(2026, 6, 1)),
    VersionDates("2.0", date(2026, 9, 1)),
]


def day(text: str) -> date:
    """Read 0301 as the first of March."""
    return date(2026, int(text[:2]), int(text[2:]))


def fact(text: str) -> Fact:
    """Read `adopt 1.0 0201 from 0301 until 0630`: kind, version, day of decision, and when it counts."""
    kind, version, decided, *rest = text.split()
    named = dict(zip(rest[::2], rest[1::2], strict=True))
    return Fact(
        id=text,
        version=version,
        kind=DecisionKind(kind),
        decided_on=day(decided),
        valid_from=day(named.get("from", decided)),
        valid_until=day(named["until"]) if "until" in named else None,
        legal_force_on=day(named["legal"]) if "legal" in named else None,
        source="platina",
        external_id=text,
    )


def stand(facts: Sequence[str], on: str) -> Adoption:
    return adoption([fact(text) for text in facts], VERSIONS, day(on))


A, WITH = "adopt 1.0 0201", "adopt_with_changes 1.0 0201"
ENDS = "adopt 1.0 0201 until 0630"
LATER = "adopt 1.0 0201 from 0301"
# The decisions, the day, the status and the version that follow.
STATUSES = [
    ([], "0301", "not_started", None),
    ([A], "0131", "not_started", None),
    ([A], "0201", "adopted", "1.0"),
    ([WITH], "1231", "adopted_with_changes", "1.0"),
    (["under_review 1.0 0201"], "0301", "under_review", "1.0"),
    (["decline 1.0 0201"], "0301", "declined", "1.0"),
    ([A, "repeal 1.0 0401"], "0331", "adopted", "1.0"),
    ([A, "repeal 1.0 0401"], "0401", "repealed", "1.0"),
    ([ENDS], "0630", "adopted", "1.0"),
    ([ENDS], "0701", "lapsed", "1.0"),
    ([LATER], "0228", "not_started", None),
    ([LATER], "0301", "adopted", "1.0"),
    (["under_review 1.0 0110", LATER], "0215", "under_review", "1.0"),
    (["under_review 1.0 0110", A], "0215", "adopted", "1.0"),
    (["decline 1.0 0110", A], "0215", "adopted", "1.0"),
    ([A, "under_review 2.0 0401"], "0402", "adopted", "1.0"),
    ([A, "decline 2.0 0401"], "0402", "adopted", "1.0"),
    ([A, "decline 1.0 0401"], "0331", "adopted", "1.0"),
    ([A, "decline 1.0 0401"], "0401", "declined", "1.0"),
    ([A, "under_review 1.0 0401"], "0402", "adopted", "1.0"),
    ([A, "adopt 2.0 0901"], "0901", "adopted", "2.0"),
    ([A, "adopt_with_changes 2.0 0901"], "0902", "adopted_with_changes", "2.0"),
    ([A, "repeal 1.0 0401", "adopt 1.1 0601"], "0601", "adopted", "1.1"),
    ([A, "repeal 1.0 0401", "decline 1.1 0601"], "0601", "declined", "1.1"),
    ([ENDS, "under_review 1.1 0801"], "0801", "under_review", "1.1"),
    ([ENDS, "decline 1.1 0801"], "0801", "declined", "1.1"),
    ([ENDS, "decline 1.1 0630"], "0630", "adopted", "1.0"),
    ([ENDS, "extend 1.0 0601 until 1231"], "0701", "adopted", "1.0"),
    ([ENDS, "extend 1.0 0601 until 0815"], "0816", "lapsed", "1.0"),
    ([ENDS, "extend 1.0 0801 until 1231"], "0715", "lapsed", "1.0"),
    ([ENDS, "extend 1.0 0801 until 1231"], "0801", "adopted", "1.0"),
    ([ENDS, "repeal 1.0 0801"], "0801", "repealed", "1.0"),
    ([ENDS, "extend 1.0 0301 until 0401"], "0402", "lapsed", "1.0"),
    (["extend 1.0 0201 until 1231"], "0301", "not_started", None),
    (["repeal 1.0 0201"], "0301", "not_started", None),
    (["under_review 1.0 0110", "repeal 1.0 0201"], "0301", "under_review", "1.0"),
    (["decline 1.0 0110", "extend 1.0 0201 until 1231"], "0301", "declined", "1.0"),
]


@pytest.mark.parametrize(("facts", "on", "status", "version"), STATUSES)
def test_the_status_that_follows(facts: list[str], on: str, status: str, version: str | None) -> None:
    found = stand(facts, on)
    assert (found.status, found.version) == (status, version)


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        ([A], "0301", {"since": day("0201"), "valid_until": None, "decision": A, "upcoming": None, "warnings": ()}),
        ([ENDS], "0801", {"since": day("0701"), "valid_until": day("0630"), "decision": ENDS}),
        ([ENDS, "extend 1.0 0601 until 1231"], "0801", {"since": day("0201"), "valid_until": day("1231")}),
        ([A + " legal 0225"], "0210", {"legal_force_on": day("0225"), "status": "adopted"}),
        ([A, "under_review 2.0 0401"], "0402", {"reviewing": "2.0", "declined": None}),
        ([A, "under_review 2.0 0401", "decline 2.0 0501"], "0502", {"reviewing": None, "declined": "2.0"}),
        ([A, "decline 2.0 0401", "under_review 2.0 0501"], "0502", {"reviewing": "2.0", "declined": None}),
        ([A, "under_review 2.0 0401", "adopt 2.0 0501"], "0502", {"reviewing": None, "version": "2.0"}),
        ([A, "under_review 2.0 0401"], "0331", {"reviewing": None}),
        ([LATER], "0215", {"status": "not_started", "upcoming": ("adopted", day("0301"))}),
        ([A, "repeal 1.0 0301 from 0401"], "0315", {"status": "adopted", "upcoming": ("repealed", day("0401"))}),
        ([A, "repeal 1.0 0301 from 0401"], "0401", {"status": "repealed", "upcoming": None}),
        ([A, "under_review 2.0 0301 from 0401"], "0315", {"upcoming": None}),
        (["extend 1.0 0201 until 1231"], "0131", {"warnings": ()}),
    ],
)
def test_what_is_told_beside_the_status(facts: list[str], on: str, expected: dict[str, Any]) -> None:
    found = stand(facts, on)
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_new_version_that_is_adopted_from_a_later_day_is_upcoming() -> None:
    assert stand([A, "adopt 2.0 0901 from 1201"], "1001").upcoming == ("adopted", day("1201"))


@pytest.mark.parametrize("kind", ["extend 1.0 0201 until 1231", "repeal 1.0 0201"])
@pytest.mark.parametrize(
    "before", [[], ["decline 1.0 0110"], ["under_review 1.0 0110"], ["adopt 1.0 0110", "repeal 1.0 0115"]]
)
def test_what_has_no_adoption_to_act_on_has_no_effect_but_a_warning(kind: str, before: list[str]) -> None:
    without, found = stand(before, "0301"), stand([*before, kind], "0301")
    assert replace(found, warnings=()) == without
    [warning] = found.warnings
    assert warning == f"{kind.split(maxsplit=1)[0]} platina/{kind} has no adoption to act on"


@pytest.mark.parametrize(
    ("adopted", "on", "expected"),
    [
        ("1.0", "0531", "current"),
        ("1.0", "0601", "minor_behind"),
        ("1.1", "0601", "current"),
        ("1.0", "0901", "major_behind"),
        ("1.1", "0901", "major_behind"),
        ("2.0", "0901", "current"),
        ("2.0", "0801", "current"),
    ],
)
def test_an_adopted_version_stands_to_the_newest_in_force(adopted: str, on: str, expected: str) -> None:
    assert version_status(adopted, VERSIONS, day(on)) == expected
    assert stand([f"adopt {adopted} 0101"], on).version_status == expected


@pytest.mark.parametrize("facts", [[], ["decline 1.0 0201"], ["under_review 1.0 0201"], [A, "repeal 1.0 0301"], ENDS])
def test_without_an_adoption_there_is_no_version_to_be_behind(facts: list[str] | str) -> None:
    listed = [facts] if isinstance(facts, str) else facts
    assert stand(listed, "1001").version_status is None


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


@st.composite
def decisions(draw: st.DrawFn, kinds: Sequence[str] = tuple(DecisionKind)) -> Fact:
    decided = draw(DAYS)
    start = decided + timedelta(draw(st.sampled_from([0, 0, 5, 20])))
    until = draw(st.none() | st.integers(0, 40).map(lambda days: start + timedelta(days)))
    name = draw(st.text("abc", min_size=1, max_size=6))
    kind = DecisionKind(draw(st.sampled_from(kinds)))
    version = draw(st.sampled_from(["1.0", "1.1", "2.0"]))
    return Fact(name, version, kind, decided, start, until, None, draw(st.sampled_from(["a", "b"])), name)


def histories(*kinds: str) -> st.SearchStrategy[list[Fact]]:
    """Histories of one decision an address, as there are in a municipality."""
    one = decisions(kinds or tuple(DecisionKind))
    return st.lists(one, max_size=6, unique_by=lambda each: (each.source, each.external_id))


@given(histories(), DAYS, st.randoms())
def test_the_order_in_which_decisions_came_does_not_matter(facts: list[Fact], on: date, chance: random.Random) -> None:
    shuffled = chance.sample(facts, len(facts))
    assert adoption(shuffled, VERSIONS, on) == adoption(facts, VERSIONS, on)


@given(histories(), DAYS)
def test_what_counts_later_changes_nothing_today_but_what_is_upcoming(facts: list[Fact], on: date) -> None:
    so_far = [each for each in facts if each.valid_from <= on]
    found = adoption(facts, VERSIONS, on)
    assert replace(found, upcoming=None) == replace(adoption(so_far, VERSIONS, on), upcoming=None)


@given(histories(), DAYS)
def test_what_is_upcoming_comes_and_nothing_is_decided_before_it(facts: list[Fact], on: date) -> None:
    found = adoption(facts, VERSIONS, on)
    end = max([on, *(each.valid_from for each in facts)])
    status, start = found.upcoming or (None, end + timedelta(1))
    assert start > on
    for later in (on + timedelta(days) for days in range(1, (start - on).days)):
        # Only the end of a time limit comes without a decision.
        assert adoption(facts, VERSIONS, later).status in (found.status, "lapsed")
    if status is not None:
        then = adoption(facts, VERSIONS, start)
        assert then.status == status
        assert (then.status, then.version) != (found.status, found.version)


@given(histories("adopt", "adopt_with_changes"), DAYS)
def test_of_adoptions_the_last_decided_one_that_counts_is_it(facts: list[Fact], on: date) -> None:
    found = adoption(facts, VERSIONS, on)
    counting = [each for each in facts if each.valid_from <= on]
    if not counting:
        assert found.status == "not_started"
        return
    last = max(counting, key=lambda each: (each.decided_on, each.valid_from, each.source, each.external_id))
    ended = last.valid_until is not None and last.valid_until < on
    plain = "adopted" if last.kind == "adopt" else "adopted_with_changes"
    assert (found.decision, found.version, found.valid_until) == (last.id, last.version, last.valid_until)
    assert found.status == ("lapsed" if ended else plain)


@given(histories("adopt", "extend"), DAYS)
def test_an_extension_moves_the_end_and_nothing_else(facts: list[Fact], on: date) -> None:
    found = adoption(facts, VERSIONS, on)
    bare = adoption([each for each in facts if each.kind == "adopt"], VERSIONS, on)
    assert (found.decision, found.version) == (bare.decision, bare.version)
    assert {found.status, bare.status} <= {"adopted", "lapsed"} or found.status == bare.status == "not_started"


@given(histories(), DAYS)
def test_the_stand_says_what_belongs_together(facts: list[Fact], on: date) -> None:
    found = adoption(facts, VERSIONS, on)
    in_force = found.status in ("adopted", "adopted_with_changes")
    assert (found.version_status is not None) == in_force
    assert in_force or (found.reviewing is None and found.declined is None) or found.status == "lapsed"
    assert (found.decision is None) == (found.version is None) == (found.status == "not_started")
    assert found.since is None or found.since <= on
    assert not in_force or found.valid_until is None or found.valid_until >= on


@given(histories(), DAYS, DAYS)
def test_between_its_turning_days_a_stand_stays_as_it_is(facts: list[Fact], one: date, other: date) -> None:
    first, last = sorted((one, other))
    if not any(first < turn <= last for turn in turning_days(facts, VERSIONS)):
        assert adoption(facts, VERSIONS, first) == adoption(facts, VERSIONS, last)


def test_of_thousands_of_idle_decisions_the_newest_are_told() -> None:
    facts = [replace(fact("repeal 1.0 0201"), id=str(number), external_id=f"{number:04}") for number in range(3_000)]
    found = adoption(facts, VERSIONS, day("0301"))
    assert (found.status, len(found.warnings)) == ("not_started", 20)
    assert "platina/2999" in found.warnings[-1]
