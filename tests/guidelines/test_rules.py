"""Which version is in force on a day, what the others are, and how a provision is known again."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.guidelines.rules import VersionDates, faults, in_force_until, shown_version, version_status, with_keys
from api.guidelines.schemas import GuidelineContent
from api.versioning import next_number, parse_number
from db.vocabulary import ChangeKind

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in range(1, 5))
VERSIONS = [VersionDates("1.0", FEB), VersionDates("1.1", MAR), VersionDates("2.0", APR)]
TEXT = {"sv": "En text."}


def content(*provisions: dict[str, str], **other: object) -> GuidelineContent:
    """Make a guideline of provisions, each a number and perhaps a key."""
    head = {"documentType": "riktlinje", "title": TEXT, "purpose": TEXT}
    listed = [{"modality": "ska", "text": TEXT, **provision} for provision in provisions]
    return GuidelineContent.model_validate({**head, "provisions": listed or [_FIRST], **other})


_FIRST = {"modality": "ska", "text": TEXT, "number": "1.1"}


@pytest.mark.parametrize(
    ("day", "shown", "statuses"),
    [
        (JAN, "1.0", ["draft", "draft", "draft"]),
        (FEB - timedelta(1), "1.0", ["draft", "draft", "draft"]),
        (FEB, "1.0", ["in_force", "draft", "draft"]),
        (MAR - timedelta(1), "1.0", ["in_force", "draft", "draft"]),
        (MAR, "1.1", ["superseded", "in_force", "draft"]),
        (APR, "2.0", ["superseded", "superseded", "in_force"]),
        (date(2199, 12, 31), "2.0", ["superseded", "superseded", "in_force"]),
    ],
)
def test_a_version_is_in_force_from_its_day_until_the_next(day: date, shown: str, statuses: list[str]) -> None:
    assert shown_version(VERSIONS, day).number == shown
    assert [version_status(VERSIONS, version.number, None, day) for version in VERSIONS] == statuses


@pytest.mark.parametrize(
    ("repealed_from", "day", "statuses"),
    [
        (APR, APR - timedelta(1), ["superseded", "in_force"]),
        (APR, APR, ["superseded", "repealed"]),
        (MAR, MAR, ["superseded", "repealed"]),
        (MAR, MAR - timedelta(1), ["in_force", "draft"]),
    ],
)
def test_a_repeal_ends_the_last_version_only(repealed_from: date, day: date, statuses: list[str]) -> None:
    versions = VERSIONS[:2]
    assert [version_status(versions, version.number, repealed_from, day) for version in versions] == statuses


@pytest.mark.parametrize(
    ("number", "repealed_from", "last"),
    [
        ("1.0", None, MAR - timedelta(1)),
        ("1.1", None, APR - timedelta(1)),
        ("2.0", None, None),
        ("2.0", date(2026, 6, 1), date(2026, 5, 31)),
        ("1.0", date(2026, 6, 1), MAR - timedelta(1)),
    ],
)
def test_a_version_ends_the_day_before_the_next_one_or_the_repeal(
    number: str, repealed_from: date | None, last: date | None
) -> None:
    assert in_force_until(VERSIONS, number, repealed_from) == last


DAYS = st.dates(JAN, date(2026, 12, 31))


@given(st.lists(DAYS, min_size=1, max_size=5).map(sorted), st.none() | DAYS, DAYS)
def test_on_every_day_at_most_one_version_is_in_force(
    starts: Sequence[date], repealed_from: date | None, day: date
) -> None:
    versions = [VersionDates(f"{index}.0", start) for index, start in enumerate(starts, start=1)]
    in_force = [each for each in versions if version_status(versions, each.number, repealed_from, day) == "in_force"]
    assert len(in_force) <= 1
    for version in in_force:
        last = in_force_until(versions, version.number, repealed_from)
        assert version == shown_version(versions, day)
        assert version.in_force_from <= day <= (last or date.max)


@pytest.mark.parametrize(
    ("newest", "kind", "number"),
    [
        (None, "major", "1.0"),
        (None, "minor", "1.0"),
        ("1.0", "minor", "1.1"),
        ("1.9", "minor", "1.10"),
        ("1.10", "major", "2.0"),
    ],
)
def test_a_minor_change_counts_after_the_dot_and_a_major_before_it(newest: str | None, kind: str, number: str) -> None:
    assert next_number(newest, ChangeKind(kind)) == number
    assert newest is None or parse_number(number) > parse_number(newest)


def keys(found: GuidelineContent) -> dict[str, str | None]:
    return {item.number: item.key for item in found.provisions}


@pytest.fixture
def base() -> dict[str, object]:
    made = with_keys(content({"number": "1.1"}, {"number": "1.2"}), None, "first")
    return made.model_dump(mode="json", by_alias=True)


def key_of(base: dict[str, object], number: str) -> str:
    provisions = base["provisions"]
    assert isinstance(provisions, list)
    return next(str(item["key"]) for item in provisions if item["number"] == number)


def test_every_provision_gets_a_key_of_its_own(base: dict[str, object]) -> None:
    assert key_of(base, "1.1") != key_of(base, "1.2")


def test_a_provision_is_known_by_its_key_when_it_is_renumbered(base: dict[str, object]) -> None:
    one, two = key_of(base, "1.1"), key_of(base, "1.2")
    renumbered = content({"number": "1.2", "key": one}, {"number": "1.1", "key": two})
    assert keys(with_keys(renumbered, base, "second")) == {"1.2": one, "1.1": two}


def test_a_provision_without_a_key_is_known_by_its_number(base: dict[str, object]) -> None:
    found = with_keys(content({"number": "1.1"}, {"number": "1.3"}), base, "second")
    assert keys(found)["1.1"] == key_of(base, "1.1")
    assert keys(found)["1.3"] not in (key_of(base, "1.1"), key_of(base, "1.2"))


def test_a_number_whose_key_has_moved_on_gets_a_new_key(base: dict[str, object]) -> None:
    found = with_keys(content({"number": "1.0", "key": key_of(base, "1.1")}, {"number": "1.1"}), base, "second")
    assert keys(found)["1.0"] == key_of(base, "1.1")
    assert keys(found)["1.1"] != key_of(base, "1.1")


def test_a_key_that_the_base_does_not_have_is_not_taken_over(base: dict[str, object]) -> None:
    found = with_keys(content({"number": "1.7", "key": "0" * 12}), base, "second")
    assert keys(found)["1.7"] != "0" * 12


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["1.1", "1.2", None])), unique_by=lambda pair: pair[0]))
def test_keys_never_meet(listed: list[tuple[int, str | None]]) -> None:
    first = with_keys(content({"number": "1.1"}, {"number": "1.2"}), None, "first")
    known = keys(first)
    used: set[str] = set()
    provisions = []
    for number, same in listed:
        key = known[same] if same and same not in used else None
        used |= {same} if same else set()
        provisions.append({"number": f"1.{number}"} | ({"key": key} if key else {}))
    found = with_keys(content(*provisions), first.model_dump(mode="json", by_alias=True), "second")
    assert len({item.key for item in found.provisions}) == len(found.provisions)


@pytest.mark.parametrize(
    ("faulty", "pointer", "code"),
    [
        (content({"number": "1.1"}, {"number": "1.1"}), "/provisions/1/number", "repeated-number"),
        (
            content({"number": "1.1", "key": "a" * 12}, {"number": "1.2", "key": "a" * 12}),
            "/provisions/1/key",
            "repeated-key",
        ),
        (content(terms=["okant"]), "/terms/0", "unknown-term"),
        (content(terms=["kant", "kant"]), "/terms/1", "repeated-term"),
        (content(targetGroups=["staff", "staff"]), "/targetGroups/1", "repeated-group"),
        (
            content(introductionPrerequisites=[{"id": "1", "text": TEXT}, {"id": "1", "text": TEXT}]),
            "/introductionPrerequisites/1/id",
            "repeated-id",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_guideline_may_not_say(faulty: GuidelineContent, pointer: str, code: str) -> None:
    assert [(fault.pointer, fault.code) for fault in faults(faulty, {"kant"})] == [(pointer, code)]
    assert faults(content(terms=["kant"]), {"kant"}) == []
