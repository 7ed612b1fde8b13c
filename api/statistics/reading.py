"""Statistics, derived from decisions when read."""

from collections.abc import Iterator
from datetime import date
from statistics import median
from typing import Any

from sqlmodel import Session

from api.statistics.rules import Fact, first_adoptions, measures
from api.statistics.schemas import MeasureRead, Statistics, StatisticsQuery
from db.decisions import decision_rows
from db.guidelines import joint_decisions
from db.organisations import municipalities

CSV_COLUMNS = ("asOf", "by", "group", "period", "adoptions", "medianDays")


def find_statistics(session: Session, day: date, county: str, query: StatisticsQuery) -> Statistics:
    """Measure the adoptions of the county's municipalities up to a day, by three statements."""
    rows = decision_rows(session, [town.code for town in municipalities(session, county)])
    adopted = first_adoptions(map(_fact, rows), joint_decisions(session), day)
    return Statistics(
        as_of=day,
        by=query.by,
        adoptions=len(adopted),
        median_days=float(median(each.days for each in adopted)) if adopted else None,
        items=[MeasureRead(**each._asdict()) for each in measures(adopted, query.by, query.period)],
    )


def _fact(row: Any) -> Fact:
    version = (row.guideline_id, f"{row.major}.{row.minor}")
    return Fact(row.municipality, version, row.kind, row.body_type, row.decided_on)


def statistics_rows(found: Statistics) -> Iterator[tuple[Any, ...]]:
    """Give one row a measure, in the order of `CSV_COLUMNS`."""
    for each in found.items:
        yield (found.as_of, found.by, each.group, each.period, each.adoptions, each.median_days)
