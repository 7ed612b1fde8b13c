"""What waits on a municipality, by its decisions and the versions that there are."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from api.adoptions.rules import Fact, adoption
from api.guidelines.rules import VersionDates
from api.tasks.rules import Record, Referral, Stand, sees_decisions, tasks_of
from db.vocabulary import DecisionKind as K

JAN, MAR, MAY, JUL, SEP = (date(2026, month, 1) for month in (1, 3, 5, 7, 9))
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ONE = (VersionDates("1.0", JAN),)
TWO = (*ONE, VersionDates("1.1", MAR), VersionDates("2.0", JUL), VersionDates("2.1", SEP))


def record(kind: K, version: str = "1.0", on: date = JAN, **others: Any) -> Record:
    until = others.pop("valid_until", None)
    fact = Fact(
        f"{kind}-{version}-{on}", version, kind, on, others.pop("valid_from", on), until, None, "x", f"{kind}{on}"
    )
    facts: dict[str, Any] = {"review_due": None, "deviations": [], "changed_at": MOMENT}
    return Record(fact=fact, address=f"decisions/{kind}", **(facts | others))


def deviation(provision: str, until: str | None) -> dict[str, Any]:
    return {"provision": provision, "motive": "…", "measure": None, "until": until}


def waits(versions: tuple[VersionDates, ...], *records: Record, day: date = MAY) -> list[tuple[str, str, str]]:
    stand = Stand(
        municipality="2281",
        guideline="g",
        title="Riktlinjen",
        versions=versions,
        published={version.number: MOMENT for version in versions},
        adoption=adoption([each.fact for each in records], versions, day),
        records=records,
    )
    return [(task.kind, task.due.isoformat(), task.subject) for task in tasks_of([stand], [], day)]


_LATE = deviation("1.2", "2026-09-01")
FIRST = ("decision_needed", "2026-01-01", "guidelines/g/versions/1.0")
SECOND = ("decision_needed", "2026-07-01", "guidelines/g/versions/2.0")


@pytest.mark.parametrize(
    ("versions", "records", "expected"),
    [
        pytest.param(ONE, [], [FIRST], id="nothing is decided"),
        pytest.param(ONE, [record(K.UNDER_REVIEW)], [FIRST], id="to look at it is not to decide"),
        pytest.param(ONE, [record(K.ADOPT)], [], id="adopted"),
        pytest.param(ONE, [record(K.DECLINE)], [], id="declined"),
        pytest.param(ONE, [record(K.ADOPT), record(K.REPEAL, on=MAR)], [], id="repealed"),
        pytest.param(TWO[:2], [record(K.ADOPT)], [], id="a minor version carries over"),
        pytest.param(TWO, [record(K.ADOPT)], [SECOND], id="a major one asks anew, before its day"),
        pytest.param(TWO, [record(K.ADOPT), record(K.DECLINE, "2.0", MAR)], [], id="the new one is declined"),
        pytest.param(TWO, [record(K.ADOPT), record(K.UNDER_REVIEW, "2.0", MAR)], [SECOND], id="it is looked at"),
        pytest.param(TWO, [record(K.ADOPT, "2.0", MAR, valid_from=JUL)], [], id="adopted before its day"),
        pytest.param(
            TWO, [record(K.ADOPT), record(K.EXTEND, on=MAR, valid_until=SEP)],
            [SECOND, ("decision_needed", "2026-09-01", "decisions/adopt")], id="an extension is no decision on it",
        ),
        pytest.param(
            ONE, [record(K.ADOPT, valid_until=MAR)],
            [("decision_needed", "2026-03-01", "decisions/adopt")], id="it has run out",
        ),
        pytest.param(
            ONE, [record(K.ADOPT_WITH_CHANGES, deviations=[deviation("1.2", "2026-09-01"), deviation("1.1", None)])],
            [("deviation_ends", "2026-09-01", "decisions/adopt_with_changes")], id="a deviation ends",
        ),
        pytest.param(
            ONE, [record(K.ADOPT_WITH_CHANGES, deviations=[_LATE]), record(K.ADOPT, on=MAR)],
            [], id="one that is decided away",
        ),
        pytest.param(
            ONE, [record(K.ADOPT), record(K.ADOPT_WITH_CHANGES, on=MAR, valid_from=JUL, deviations=[_LATE])],
            [("deviation_ends", "2026-09-01", "decisions/adopt_with_changes")], id="one that is yet to come",
        ),
        pytest.param(
            ONE, [record(K.ADOPT, review_due=SEP)], [("review_due", "2026-09-01", "decisions/adopt")], id="a review",
        ),
        pytest.param(
            ONE, [record(K.ADOPT, review_due=MAR), record(K.EXTEND, on=MAR, valid_until=SEP, review_due=JUL)],
            [("review_due", "2026-07-01", "decisions/extend"), ("decision_needed", "2026-09-01", "decisions/adopt")],
            id="an extension moves the review",
        ),
        pytest.param(ONE, [record(K.DECLINE, review_due=SEP)], [], id="what was declined is not reviewed"),
    ],
)  # fmt: skip
def test_what_waits(versions: tuple[VersionDates, ...], records: list[Record], expected: list[tuple[str, str]]) -> None:
    assert waits(versions, *records) == expected


def test_an_answer_is_due_on_the_day_that_the_round_closes_and_its_task_stays_when_that_moves() -> None:
    asked = Referral("2281", "proposals/p/rounds/1", "Längre remisstid", None, MAY, MOMENT)
    [task] = tasks_of([], [asked], JUL)
    assert (task.kind, task.due, task.subject, task.guideline) == ("statement_due", MAY, asked.address, None)
    [moved] = tasks_of([], [replace(asked, closes_on=SEP)], JUL)
    assert (moved.id, moved.due) == (task.id, SEP)


@pytest.mark.parametrize(
    ("organisation", "scopes", "municipality", "sees"),
    [
        ("2281", {"tasks:read"}, "2281", True),
        ("2281", {"events:read"}, "2281", False),
        ("2281", {"tasks:read"}, "2260", False),
        ("2281", {"tasks:read"}, None, False),
        ("22", {"tasks:read"}, "2281", False),
    ],
)
def test_what_waits_to_be_decided_is_seen_by_the_municipality_itself(
    organisation: str, scopes: set[str], municipality: str | None, *, sees: bool
) -> None:
    assert sees_decisions(organisation, scopes, municipality) == sees
