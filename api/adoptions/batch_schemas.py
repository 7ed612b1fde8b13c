"""The JSON of decisions that come by the thousand."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from api.adoptions.schemas import DecisionRecord, DecisionRetraction
from api.openapi import Problem
from api.schemas import Bool, ExternalName, Input, Output, Query, QueryBool, which_form


class BatchRecord(DecisionRecord):
    external_id: ExternalName


class BatchRetraction(DecisionRetraction):
    external_id: ExternalName


BatchItem = Annotated[
    Annotated[BatchRecord, Tag("<record>")] | Annotated[BatchRetraction, Tag("<retraction>")], Discriminator(which_form)
]


class BatchQuery(Query):
    """How a batch is to be taken, for a file, which cannot say it."""

    dry_run: QueryBool = Field(default=False, description="Tell what would happen, and store nothing.")


class DecisionBatch(Input):
    """Decisions of one source, each judged by itself."""

    source: ExternalName = Field(description="The system that the decisions come from.")
    dry_run: Bool = Field(default=False, description="Tell what would happen, and store nothing.")
    atomic: Bool = Field(default=False, description="All or nothing: one refused item, and nothing is stored.")
    items: list[Any] = Field(
        min_length=1,
        max_length=1_000,
        description="Records or retractions as of a PUT, each with its `externalId`; what is wrong with one is told "
        "in its own result.",
    )


class RowResult(Output):
    """What became of one item."""

    index: int = Field(description="Its place in the batch, from 0.")
    row: int | None = Field(description="Its line in the file, when it came in one.")
    external_id: str | None
    result: Literal["created", "updated", "unchanged", "stale", "rejected"]
    problem: Problem | None


class BatchSummary(Output):
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0


class BatchResult(Output):
    """What a batch did, or as a dry run would have done, item by item."""

    dry_run: bool
    results: list[RowResult]
    summary: BatchSummary
