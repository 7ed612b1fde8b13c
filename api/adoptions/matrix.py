"""Every participating municipality against every guideline on a day: drawn from decisions, whatever its form."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session

from api.adoptions.matrix_schemas import MatrixQuery
from api.adoptions.reading import listed_guidelines
from api.adoptions.rules import Fact, adoption
from api.errors import invalid
from api.guidelines.rules import shown_version
from api.pages.redlines import in_swedish
from db.decisions import decision_rows
from db.organisations import municipalities
from db.vocabulary import AdoptionStatus, VersionStatus

CSV_COLUMNS = (
    *("asOf", "municipality", "municipalityName", "guideline", "title", "status", "version"),
    *("versionStatus", "decidedOn", "decision"),
)


class Town(NamedTuple):
    code: str
    name: str


class Column(NamedTuple):
    """A guideline, by the title and the version that are shown on the day."""

    id: str
    title: Mapping[str, str]
    version: str


class Cell(NamedTuple):
    """One stand; `decision` is the address of the decision behind it, below that of the API."""

    municipality: str
    guideline: str
    status: AdoptionStatus
    version: str | None = None
    version_status: VersionStatus | None = None
    decided_on: date | None = None
    decision: str | None = None


@dataclass(frozen=True)
class Matrix:
    """The county on a day; the cells go by municipality, then by guideline."""

    day: date
    towns: Sequence[Town]
    columns: Sequence[Column]
    cells: Sequence[Cell]

    def counts(self) -> dict[str, Counter[AdoptionStatus]]:
        """Count the cells of each guideline by status."""
        found: dict[str, Counter[AdoptionStatus]] = {column.id: Counter() for column in self.columns}
        for cell in self.cells:
            found[cell.guideline][cell.status] += 1
        return found


def draw_matrix(session: Session, day: date, county: str, query: MatrixQuery) -> Matrix:
    """Draw the matrix that is asked for, by a fixed number of statements; raises Unprocessable."""
    towns = [Town(town.code, town.name) for town in municipalities(session, county)]
    towns = [town for town in towns if query.municipality in (None, town.code)]
    if not towns and query.municipality:
        raise invalid("/query/municipality", "unknown-municipality", f"takes no part in county {county}")
    listed = [facts for facts in listed_guidelines(session, day) if query.guideline in (None, facts.id)]
    if not listed and query.guideline:
        raise invalid("/query/guideline", "unknown-guideline", "is not a guideline of that day: see /guidelines")
    grouped: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in decision_rows(session, [town.code for town in towns]):
        grouped[row.municipality, row.guideline_id].append(row)
    columns, cells = [], []
    for facts in listed:
        number = shown_version(facts.versions, day).number
        columns.append(Column(facts.id, facts.titles[number], number))
    for town in towns:
        for facts in listed:
            rows = grouped.get((town.code, facts.id))
            cell = _cell(town.code, facts.id, rows, facts.versions, day) if rows else _empty(town.code, facts.id)
            if query.status in (None, cell.status):
                cells.append(cell)
    return Matrix(day, towns, columns, cells)


def _empty(code: str, guideline: str) -> Cell:
    return Cell(code, guideline, AdoptionStatus.NOT_STARTED)


def _cell(code: str, guideline: str, rows: Sequence[Any], versions: Any, day: date) -> Cell:
    stand = adoption(map(_fact, rows), versions, day)
    found = next((row for row in rows if row.id == stand.decision), None)
    return Cell(
        code,
        guideline,
        stand.status,
        stand.version,
        stand.version_status,
        found.decided_on if found else None,
        f"municipalities/{code}/decisions/{found.source}/{found.external_id}" if found else None,
    )


def _fact(row: Any) -> Fact:
    return Fact(
        row.id,
        f"{row.major}.{row.minor}",
        row.kind,
        row.decided_on,
        row.valid_from,
        row.valid_until,
        row.legal_force_on,
        row.source,
        row.external_id,
    )


def matrix_rows(drawn: Matrix) -> Iterator[tuple[Any, ...]]:
    """Give one row a cell, in the order of `CSV_COLUMNS`."""
    names = dict(drawn.towns)
    titles = {column.id: in_swedish(column.title) for column in drawn.columns}
    for cell in drawn.cells:
        code, guideline, *rest = cell
        yield (drawn.day, code, names[code], guideline, titles[guideline], *rest)
