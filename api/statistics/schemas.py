"""The JSON of the statistics, and what may be asked of them."""

from typing import Literal

from pydantic import Field

from api.schemas import AsOfQuery, Day, Output
from api.tables import TableQuery


class MeasureRead(Output):
    group: str = Field(description="The guideline, the municipality or the type of body.")
    period: str | None = Field(description="When it was adopted, such as 2026 or 2026-Q3.")
    adoptions: int
    median_days: float = Field(description="From the joint decision to the municipality's.")


class Statistics(Output):
    """How long adoption takes: of each group, and of all adoptions together."""

    as_of: Day
    by: Literal["guideline", "municipality", "body_type"]
    adoptions: int
    median_days: float | None
    items: list[MeasureRead]


class StatisticsQuery(TableQuery, AsOfQuery):
    by: Literal["guideline", "municipality", "body_type"] = Field("guideline", description="What is told apart.")
    period: Literal["year", "quarter"] | None = Field(None, description="Of the adoption; without it all together.")
