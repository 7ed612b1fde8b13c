"""From decisions to adoption: every status, whatever the order of the facts."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.adoptions.rules import Adoption, Fact, adoption
from api.guidelines.rules import VersionDates
from db.vocabulary import AdoptionStatus as S
from db.vocabulary import DecisionKind as K
from db.vocabulary import VersionStatus as V

VERSIONS = [
    VersionDates("1.0", date(2026, 1, 1)),
    VersionDates("1.1", date(2026, 6, 1)),
    VersionDates("2.0", date(2026, 9, 1)),
]
START = date(2026, 1, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def fact(kind: K, decided: int, version: str = "1.0", **others: Any) -> Fact:
    values: dict[str, Any] = {
        "id": f"{kind}-{decided}",
        "version": version,
        "kind": kind,
        "decided_on": day(decided),
        "valid_from": day(others.pop("start", decided)),
        "valid_until": None,
        "legal_force_on": None,
        "source": "s",
        "external_id": str(decided),
    }
    return Fact(**(values | others))


ADOPT, CHANGED = fact(K.ADOPT, 10), fact(K.ADOPT_WITH_CHANGES, 10)
ENDING = fact(K.ADOPT, 10, valid_until=day(50))
CASES = {
    "nothing is decided": ([], 100, S.NOT_STARTED, None),
    "a review has begun": ([fact(K.UNDER_REVIEW, 5)], 100, S.UNDER_REVIEW, day(5)),
    "it is adopted": ([ADOPT], 100, S.ADOPTED, day(10)),
    "it is adopted on that very day": ([ADOPT], 10, S.ADOPTED, day(10)),
    "the day before it is adopted": ([ADOPT], 9, S.NOT_STARTED, None),
    "it is adopted with changes": ([CHANGED], 100, S.ADOPTED_WITH_CHANGES, day(10)),
    "it is declined": ([fact(K.UNDER_REVIEW, 5), fact(K.DECLINE, 9)], 100, S.DECLINED, day(9)),
    "it is repealed": ([ADOPT, fact(K.REPEAL, 40)], 100, S.REPEALED, day(40)),
    "it is repealed later on": ([ADOPT, fact(K.REPEAL, 40, start=200)], 100, S.ADOPTED, day(10)),
    "its last day is today": ([ENDING], 50, S.ADOPTED, day(10)),
    "its last day was yesterday": ([ENDING], 51, S.LAPSED, day(51)),
    "it was extended": ([ENDING, fact(K.EXTEND, 45, valid_until=day(300))], 100, S.ADOPTED, day(10)),
    "it was extended and that has ended": ([ENDING, fact(K.EXTEND, 45, valid_until=day(60))], 100, S.LAPSED, day(61)),
    "a newer version is under review": ([ADOPT, fact(K.UNDER_REVIEW, 60, "2.0")], 100, S.ADOPTED, day(10)),
    "a newer version is declined": ([ADOPT, fact(K.DECLINE, 60, "2.0")], 100, S.ADOPTED, day(10)),
    "a review after it had lapsed": ([ENDING, fact(K.UNDER_REVIEW, 60)], 100, S.UNDER_REVIEW, day(60)),
    "adopted again after a repeal": ([ADOPT, fact(K.REPEAL, 40), fact(K.ADOPT, 70)], 100, S.ADOPTED, day(70)),
    "an extension of nothing": ([fact(K.EXTEND, 5, valid_until=day(60))], 100, S.NOT_STARTED, None),
    "a repeal of nothing": ([fact(K.REPEAL, 5)], 100, S.NOT_STARTED, None),
}


@pytest.mark.parametrize(("facts", "today", "status", "since"), CASES.values(), ids=CASES.keys())
def test_the_status_follows_from_what_is_decided(facts: list[Fact], today: int, status: S, since: date | None) -> None:
    found = adoption(facts, VERSIONS, day(today))
    assert (found.status, found.since) == (status, since)


@pytest.mark.parametrize(
    ("version", "today", "expected"),
    [
        ("1.0", 100, V.CURRENT),
        ("1.0", 160, V.MINOR_BEHIND),
        ("1.0", 300, V.MAJOR_BEHIND),
        ("1.1", 160, V.CURRENT),
        ("2.0", 160, V.CURRENT),
    ],
)
def test_a_version_is_held_against_the_newest_one_in_force(version: str, today: int, expected: V) -> None:
    assert adoption([fact(K.ADOPT, 10, version)], VERSIONS, day(today)).version_status == expected


def test_without_an_adoption_there_is_no_version_status() -> None:
    for facts in ([], [fact(K.DECLINE, 5)], [ADOPT, fact(K.REPEAL, 40)], [ENDING]):
        assert adoption(facts, VERSIONS, day(100)).version_status is None


def test_a_review_or_a_refusal_of_a_newer_version_is_named_beside_the_adoption() -> None:
    reviewing = adoption([ADOPT, fact(K.UNDER_REVIEW, 60, "2.0")], VERSIONS, day(100))
    assert (reviewing.reviewing, reviewing.declined) == ("2.0", None)
    declined = adoption([ADOPT, fact(K.UNDER_REVIEW, 60, "2.0"), fact(K.DECLINE, 80, "2.0")], VERSIONS, day(100))
    assert (declined.reviewing, declined.declined) == (None, "2.0")
    assert adoption([ADOPT, fact(K.ADOPT, 90, "2.0")], VERSIONS, day(100)).reviewing is None


def test_what_is_decided_for_later_is_told_beforehand() -> None:
    found = adoption([fact(K.ADOPT, 10, start=200)], VERSIONS, day(100))
    assert (found.status, found.upcoming) == (S.NOT_STARTED, (S.ADOPTED, day(200)))
    assert adoption([ADOPT, fact(K.REPEAL, 40, start=200)], VERSIONS, day(100)).upcoming == (S.REPEALED, day(200))
    assert adoption([ADOPT], VERSIONS, day(100)).upcoming is None


def test_a_decision_without_an_adoption_to_act_on_is_kept_with_a_warning() -> None:
    assert adoption([fact(K.REPEAL, 5)], VERSIONS, day(100)).warnings == ("repeal s/5 has no adoption to act on",)
    assert adoption([ADOPT], VERSIONS, day(100)).warnings == ()


FACTS = st.builds(
    fact,
    st.sampled_from(list(K)),
    st.integers(0, 300),
    st.sampled_from(["1.0", "1.1", "2.0"]),
    start=st.integers(0, 320),
    valid_until=st.none() | st.integers(320, 400).map(day),
    external_id=st.text("abc", min_size=1, max_size=3),
)


@given(st.lists(FACTS, max_size=12, unique_by=lambda found: found.order), st.randoms(), st.integers(-5, 450))
def test_the_order_in_which_decisions_reach_us_does_not_matter(facts: list[Fact], random: Any, today: int) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert adoption(shuffled, VERSIONS, day(today)) == adoption(facts, VERSIONS, day(today))


@given(st.lists(FACTS, max_size=8, unique_by=lambda found: found.order), st.integers(0, 450))
def test_what_is_not_valid_yet_changes_nothing_but_what_is_upcoming(facts: list[Fact], today: int) -> None:
    valid = [found for found in facts if found.valid_from <= day(today)]
    now, without = adoption(facts, VERSIONS, day(today)), adoption(valid, VERSIONS, day(today))
    assert Adoption(**{**vars(now), "upcoming": None}) == Adoption(**{**vars(without), "upcoming": None})


@given(st.lists(FACTS, max_size=8, unique_by=lambda found: found.order), st.integers(0, 450))
def test_an_adoption_in_force_names_its_version_and_has_not_ended(facts: list[Fact], today: int) -> None:
    found = adoption(facts, VERSIONS, day(today))
    if found.status in (S.ADOPTED, S.ADOPTED_WITH_CHANGES):
        assert found.version is not None
        assert found.version_status is not None
        assert found.valid_until is None or found.valid_until >= day(today)
    if found.status == S.NOT_STARTED:
        assert (found.version, found.since, found.decision) == (None, None, None)
