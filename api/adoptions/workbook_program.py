"""Print the cells of a workbook as JSON. A program of its own, run by `workbooks.py` with a workbook as its input."""

import json
import re
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime
from io import BytesIO
from typing import Any, NoReturn

from python_calamine import CalamineError, CalamineWorkbook

_MEMORY, _SECONDS = 600 << 20, 10
_MOST_FILES, _MOST_BYTES, _MOST_RATIO = 1_000, 200 << 20, 100
# What is small may be packed as tightly as it likes.
_SMALL = 1 << 20
# Characters of one cell, as spreadsheets have it, and of all: one text may be told of by every cell.
_MOST_CHARACTERS, _MOST_IN_ALL = 32_767, 10_000_000
# The library gives both as empty cells: what went wrong, and a formula that nobody has worked out.
_UNTOLD = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*\s)?t\s*=\s*["']e["']|(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^>]*)?/>)\s*</(?:\w+:)?c>"""
)
_SHEETS, _PIECE, _OVERLAP = "xl/worksheets/", 1 << 20, 1 << 10


# Not an archive, one that is cut off or damaged, one of a kind that is not read, one that is locked.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)


def main(columns: int, rows: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    data = sys.stdin.buffer.read()
    _check_archive(data)
    try:
        _check_cells(data)
        sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
    except (CalamineError, IndexError, MemoryError, *_BROKEN):
        _refuse("not-a-workbook")
    _, last = sheet.start, sheet.end
    if last is not None and (last[0] >= rows or last[1] > 2 * columns):
        _refuse("too-many-rows")
    lines = [[_cell(value) for value in line] for line in sheet.to_python(skip_empty_area=False)]
    lengths = [len(cell) for line in lines for cell in line if isinstance(cell, str)]
    if max(lengths, default=0) > _MOST_CHARACTERS or sum(lengths) > _MOST_IN_ALL:
        _refuse("too-large")
    sys.stdout.buffer.write(json.dumps(lines, ensure_ascii=False).encode())


def _check_archive(data: bytes) -> None:
    """Look at the directory of the archive before anything is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = archive.infolist()
    except _BROKEN:
        _refuse("not-a-workbook")
    size = sum(file.file_size for file in files)
    if len(files) > _MOST_FILES or size > _MOST_BYTES or size > max(_SMALL, _MOST_RATIO * len(data)):
        _refuse("too-large")


def _check_cells(data: bytes) -> None:
    """Refuse a workbook in which a cell would be read as empty that is not."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for file in archive.infolist():
            if not file.filename.startswith(_SHEETS):
                continue
            with archive.open(file) as opened:
                piece = b""
                while more := opened.read(_PIECE):
                    piece = piece[-_OVERLAP:] + more
                    if _UNTOLD.search(piece):
                        _refuse("error-cell")


def _cell(value: Any) -> str | float | bool:
    if isinstance(value, datetime) and value.time().isoformat() == "00:00:00":
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(value, str | float | bool) else str(value)


def _refuse(reason: str) -> NoReturn:
    sys.stdout.write(reason)
    sys.exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
