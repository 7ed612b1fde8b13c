"""Lists as CSV, for spreadsheets and scripts."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from api.schemas import Query

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Dialect = Literal["rfc4180", "excel-sv"]
# What may begin a formula: also in full width, and behind a sign that a spreadsheet passes over.
_RUNS = tuple("=+-@＝＋－＠\t\r\n")


class DialectQuery(Query):
    dialect: Dialect = Field(
        "rfc4180", description="Of CSV: `excel-sv` has semicolons and a byte order mark, as Swedish Excel reads it."
    )


class TableQuery(DialectQuery):
    """In which form a table comes."""

    format: Literal["json", "csv"] | None = Field(None, description="Goes before the Accept header.")

    def wants_csv(self, *, accepted: bool) -> bool:
        """Tell whether CSV is asked for, by the query or else by the Accept header."""
        return accepted if self.format is None else self.format == "csv"


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Iterable[Any]], dialect: Dialect) -> Response:
    """Answer with a table as CSV (RFC 4180, UTF-8) under a file name."""
    out = io.StringIO()
    swedish = dialect == "excel-sv"
    writer = csv.writer(out, delimiter=";" if swedish else ",")
    writer.writerow(columns)
    writer.writerows(_safe(row) for row in rows)
    content = out.getvalue().encode("utf-8-sig" if swedish else "utf-8")
    return Response(content, media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})


def _safe(values: Iterable[Any]) -> list[str]:
    """Keep a spreadsheet from running what a text begins with."""
    texts = ("" if value is None else str(value) for value in values)
    return [f"'{text}" if text.startswith(_RUNS) else text for text in texts]
