"""The matrix as JSON and as a workbook."""

from collections import Counter
from collections.abc import Iterator

from pydantic_core import to_json

from api.adoptions.matrix import Matrix
from api.adoptions.stands import Cell
from api.pages import words
from api.pages.redlines import in_swedish
from api.workbooks import Table, write_workbook
from db.vocabulary import AdoptionStatus

_WIDTHS = (20, 24)


def matrix_json(drawn: Matrix) -> bytes:
    """Write `AdoptionMatrix`, whose cells are written already: of a whole country they are ten megabytes."""
    counts = drawn.counts()
    totals = {
        "counts": _all(sum(counts.values(), Counter())),
        "guidelines": [{"guideline": name, "counts": _all(found)} for name, found in counts.items()],
    }
    members = {
        b"asOf": to_json(drawn.day),
        b"municipalities": to_json([town._asdict() for town in drawn.towns]),
        b"guidelines": to_json([column._asdict() for column in drawn.columns]),
        b"cells": b"[%b]" % b",".join([stand.text for stand in drawn.stands]),
        b"totals": to_json(totals),
    }
    return b"{%b}" % b",".join([b'"%b":%b' % member for member in members.items()])


def matrix_workbook(drawn: Matrix) -> bytes:
    """Write the matrix as people read it, and how many municipalities stand how to each guideline."""
    titles = [in_swedish(column.title) for column in drawn.columns]
    statuses = [words.ADOPTION[status] for status in AdoptionStatus]
    return write_workbook(
        f"Läget {drawn.day}",
        [
            Table("Läget", _WIDTHS, ("Kommun", *titles), _lines(drawn)),
            Table("Summor", (60, 14), ("Riktlinje", *statuses), _sums(drawn)),
        ],
    )


def said(cell: Cell) -> str:
    """Say a stand in words, with the day of its decision."""
    word, behind = words.ADOPTION[cell.status], " äldre version" if cell.version_status in words.BEHIND else ""
    return f"{word} ({cell.decided_on}){behind}" if cell.decided_on else word


def _lines(drawn: Matrix) -> Iterator[list[str | None]]:
    shown = {(cell.municipality, cell.guideline): said(cell) for cell in drawn.cells}
    for town in drawn.towns:
        yield [town.name, *(shown.get((town.code, column.id)) for column in drawn.columns)]


def _sums(drawn: Matrix) -> Iterator[list[str | None]]:
    counts = drawn.counts()
    for column in drawn.columns:
        yield [in_swedish(column.title), *(str(counts[column.id][status]) for status in AdoptionStatus)]
    total = sum(counts.values(), Counter())
    yield ["Alla", *(str(total[status]) for status in AdoptionStatus)]


def _all(counts: Counter[AdoptionStatus]) -> dict[str, int]:
    return {status: counts[status] for status in AdoptionStatus}
