"""Tables as a workbook (Office Open XML): what others wrote stays text, whatever it begins with."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple

# The same tables are the same bytes, so that their ETag stays: no clock is read.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class Table(NamedTuple):
    """One page of a workbook; `widths` are of the first columns, in letters, and the last one is that of the rest."""

    name: str
    widths: Sequence[int]
    heads: Sequence[str]
    rows: Iterable[Sequence[str | None]]


def write_workbook(title: str, tables: Iterable[Table]) -> bytes:
    """Write tables, one a page, with a first line that stays in sight."""
    # Only here: few processes ever write one, and it would be 16 MB in each.
    import xlsxwriter  # noqa: PLC0415

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title[:255], "created": _MADE})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for table in tables:
            page = book.add_worksheet(table.name)
            for column in range(len(table.heads)):
                page.set_column(column, column, table.widths[min(column, len(table.widths) - 1)])
            for line, row in enumerate((table.heads, *table.rows)):
                for column, text in enumerate(row):
                    if text is not None:
                        page.write_string(line, column, text, wrapped if line else bold)
            page.freeze_panes(1, 0)
    return out.getvalue()
