"""The JSON of what waits on a municipality."""

from pydantic import Field

from api.schemas import Day, LanguageMap, MunicipalityCode, Output, Page, Query
from db.vocabulary import TaskKind


class TaskRead(Output):
    """Something to do by a day; `daysLeft` is below zero when the day has passed."""

    id: str = Field(description="Stays the same while the day moves; the UID of the same in the calendar.")
    kind: TaskKind
    due: Day
    days_left: int
    subject: str = Field(description="What it is about: an address under the base of the API.")
    guideline: str | None
    title: LanguageMap


class TaskCounts(Output):
    """How many tasks there are of each kind, on all pages together; `overdue` are those whose day has passed."""

    statement_due: int
    decision_needed: int
    deviation_ends: int
    review_due: int
    overdue: int


class TaskPage(Page[TaskRead]):
    """A page of tasks."""

    counts: TaskCounts


class CalendarQuery(Query):
    municipality: MunicipalityCode | None = Field(
        None, description="With the days of this municipality; without it those of the county alone."
    )
