"""How figures become answers."""

from collections.abc import Iterable, Iterator
from typing import Any

from api.maturity.schemas import MaturityRead
from db.maturity import MaturityResult

CSV_COLUMNS = (
    *("municipality", "municipalityName", "model", "modelVersion", "dimension", "value", "scale", "measuredOn"),
    *("source", "public"),
)
_CONTENT = ("value", "scale", "source")


def present(row: MaturityResult, *, hidden: bool = False) -> MaturityRead:
    """Show a figure, or that it is no longer shown: `hidden` is told of one that has become private."""
    retracted = hidden or row.retracted_at is not None
    content = dict.fromkeys(_CONTENT) if retracted else row.model_dump(include=set(_CONTENT))
    others = row.model_dump(exclude={*_CONTENT, "retracted_at"})
    return MaturityRead(**others, **content, retracted=retracted)


def result_rows(found: Iterable[MaturityResult], names: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    """Give one row a figure, in the order of `CSV_COLUMNS`."""
    for row in found:
        shown = present(row).model_dump(mode="json")
        yield (
            *(row.municipality, names[row.municipality], row.model, row.model_version, row.dimension, shown["value"]),
            *(row.scale, row.measured_on, row.source, str(row.public).lower()),
        )
