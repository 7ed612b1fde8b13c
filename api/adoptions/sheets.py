"""Decisions as a table, CSV or a workbook, as Swedish Excel writes them: read into what JSON would have said."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.adoptions.batch_schemas import BatchRecord
from api.adoptions.schemas import Deviation
from api.adoptions.service import MANUAL
from api.adoptions.workbooks import Cell, read_workbook
from api.errors import FieldError, Unprocessable, invalid

# A column is named as the field of JSON; a deviation's fields stand in columns of their own.
_FIELDS = {field.alias or name: name for name, field in BatchRecord.model_fields.items() if name != "deviations"}
_OF_DEVIATION = {f"deviation{name.capitalize()}": name for name in Deviation.model_fields}
_SOURCE = "source"
COLUMNS = (_SOURCE, *_FIELDS, *_OF_DEVIATION)
_ID = "externalId"
_WHOLE_NUMBERS = frozenset({"sourceRevision"})
_TRUE, _FALSE = frozenset({"true", "sant"}), frozenset({"false", "falskt"})
# What no file of a thousand decisions needs.
_MOST_ROWS, _MOST_COLUMNS = 10_000, 2 * len(COLUMNS)


@dataclass
class SheetRow:
    """A line of the file: what it says as JSON, and what cannot be read in it."""

    number: int
    item: dict[str, Any]
    faults: list[FieldError] = field(default_factory=list)


def rows_of_csv(data: bytes) -> list[SheetRow]:
    """Read CSV in UTF-8, with or without a byte order mark, parted by `;` or `,`: raises Unprocessable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        detail = f"row {row} is not UTF-8: save the file as “CSV UTF-8”"
        raise invalid("", "not-utf-8", detail) from None
    header = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if header.count(";") else ",", strict=True)
    return _rows(_numbered(lines))


def rows_of_workbook(data: bytes) -> list[SheetRow]:
    """Read the first sheet of a workbook (XLSX): raises Unprocessable."""
    return _rows(enumerate(read_workbook(data, len(COLUMNS), _MOST_ROWS), start=1))


def take_source(rows: Sequence[SheetRow]) -> str:
    """Take the source out of the lines, which all name the same or none: raises Unprocessable."""
    found: str | None = None
    for row in rows:
        named = row.item.pop(_SOURCE, found)
        if found is not None and named != found:
            detail = f"row {row.number} names another source than those before: send a file for each"
            raise invalid(f"/{_SOURCE}", "several-sources", detail)
        found = named
    return found or MANUAL


def _numbered(lines: Any) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Give each row the number of the line on which it ends."""
    try:
        for line in lines:
            if lines.line_num > _MOST_ROWS:
                raise invalid("", "too-many-rows", f"a file has at most {_MOST_ROWS} lines: send several")
            yield lines.line_num, line
    except csv.Error:
        detail = (
            f"row {lines.line_num} is not CSV: a quotation mark is not closed or stands within a cell undoubled, or a "
            "cell is longer than any text may be"
        )
        raise invalid("", "not-csv", detail) from None


def _rows(lines: Iterator[tuple[int, Sequence[Cell]]]) -> list[SheetRow]:
    _number, header = next(lines, (1, ()))
    columns = _columns(header)
    rows: list[SheetRow] = []
    for number, cells in lines:
        if all(cell in ("", None) for cell in cells):
            continue
        row = _row(number, columns, cells)
        if rows and not row.faults and _goes_on(row, rows[-1]):
            rows[-1].item["deviations"] += row.item["deviations"]
        else:
            rows.append(row)
    return rows


def _columns(header: Sequence[Cell]) -> list[str]:
    if len(header) > _MOST_COLUMNS:
        raise invalid("/header", "too-many-columns", f"names at most {len(COLUMNS)} columns: {', '.join(COLUMNS)}")
    names = {name.casefold(): name for name in COLUMNS}
    found = [names.get(str(cell or "").strip().casefold()) for cell in header]
    while found and found[-1] is None and header[len(found) - 1] in ("", None):
        found.pop()
    faults = [
        FieldError(f"/header/{place}", "unknown-column", f"column {place + 1} is none of: {', '.join(COLUMNS)}")
        for place, name in enumerate(found)
        if name is None
    ]
    faults += [
        FieldError(f"/header/{place}", "repeated-column", f"column {place + 1} stands before already")
        for place, name in enumerate(found)
        if name in found[:place] and name is not None
    ]
    if _ID not in found:
        faults.append(FieldError("/header", "missing-column", f"the first row names the columns, {_ID} among them"))
    if faults:
        raise Unprocessable(faults[:50])
    return [name for name in found if name]


def _row(number: int, columns: Sequence[str], cells: Sequence[Cell]) -> SheetRow:
    row = SheetRow(number, {})
    if len(cells) < len(columns):
        told = f"has {len(cells)} cells, where the first row has {len(columns)}"
        row.faults.append(FieldError("", "short-row", told))
    if any(cell not in ("", None) for cell in cells[len(columns) :]):
        row.faults.append(FieldError("", "long-row", f"has cells beyond the {len(columns)} columns of the first row"))
    deviation: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        if cell in ("", None):
            continue
        if isinstance(cell, str) and cell.startswith("="):
            row.faults.append(FieldError(f"/{name}", "formula", "is a formula: paste its value instead"))
        elif name in _OF_DEVIATION:
            deviation[_OF_DEVIATION[name]] = _text(cell)
        else:
            _put(row, name, cell)
    if deviation:
        row.item["deviations"] = [deviation]
    return row


def _put(row: SheetRow, name: str, cell: Cell) -> None:
    text = _text(cell)
    if name == "version" and isinstance(cell, float) and not cell.is_integer():
        detail = "is a number, in which 2.10 is 2.1: make the cell a text"
        row.faults.append(FieldError("/version", "not-a-text", detail))
    elif name == "version" and isinstance(cell, float):
        row.item[name] = f"{text}.0"
    elif name in _WHOLE_NUMBERS and text.isascii() and text.isdigit() and len(text) < 19:  # noqa: PLR2004
        row.item[name] = int(text)
    elif name == "retracted" and text.casefold() in _TRUE | _FALSE:
        row.item[name] = text.casefold() in _TRUE
    else:
        row.item[name] = text


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _goes_on(row: SheetRow, before: SheetRow) -> bool:
    """Tell whether a line only adds a deviation to the decision above it."""
    same = row.item.keys() - {_SOURCE} == {_ID, "deviations"} and row.item[_ID] == before.item.get(_ID)
    return same and "deviations" in before.item
