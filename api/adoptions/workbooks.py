"""Workbooks that strangers send: opened in a process of their own, which may use little and touch nothing."""

import json
import subprocess
import sys
from pathlib import Path

from api.errors import Unavailable, invalid

Cell = str | float | bool | None

_PROGRAM = Path(__file__).with_name("workbook_program.py")
_SECONDS = 20
_REFUSALS = {
    "not-a-workbook": "is not a workbook (.xlsx) that can be opened: save it anew, or send CSV",
    "too-large": "is too large when it is unpacked: send fewer rows, or CSV",
    "error-cell": "holds a cell with an error, such as #REF!, or a formula without a value: mend it and save it anew",
    "too-many-rows": "has too many rows or columns: send the filled cells only, in several files",
}


def read_workbook(data: bytes, columns: int, rows: int) -> list[list[Cell]]:
    """Read the first sheet, days as 2027-01-31: raises Unprocessable, or Unavailable when it takes long."""
    # -P: what lies beside the program must not stand in for a library.
    command = [sys.executable, "-P", str(_PROGRAM), str(columns), str(rows)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False, env={})  # noqa: S603  (our own program)
    except subprocess.TimeoutExpired as error:
        raise Unavailable("The workbook takes too long to read now.", {"Retry-After": "30"}) from error
    if done.returncode != 0:
        # Ended by one of its limits, it says nothing; nor does it of what its library stumbles over.
        silent = "too-large" if done.returncode < 0 else "not-a-workbook"
        told = done.stdout.decode("ascii", "replace")
        reason = told if told in _REFUSALS else silent
        raise invalid("", reason, _REFUSALS[reason])
    cells: list[list[Cell]] = json.loads(done.stdout)
    return cells
