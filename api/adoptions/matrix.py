"""Every participating municipality against every guideline on a day: drawn from decisions, whatever its form."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session

from api.adoptions.guidelines import listed_guidelines
from api.adoptions.matrix_schemas import MatrixQuery
from api.adoptions.stands import Cell, Stand, Stands
from api.errors import invalid
from api.guidelines.rules import shown_version
from api.pages.redlines import in_swedish
from db.organisations import municipalities
from db.vocabulary import AdoptionStatus

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


@dataclass(frozen=True)
class Matrix:
    """The county on a day; the stands go by municipality, then by guideline."""

    day: date
    towns: Sequence[Town]
    columns: Sequence[Column]
    stands: Sequence[Stand]

    @property
    def cells(self) -> Iterator[Cell]:
        return (stand.cell for stand in self.stands)

    def counts(self) -> dict[str, Counter[AdoptionStatus]]:
        """Count the cells of each guideline by status."""
        found: dict[str, Counter[AdoptionStatus]] = {column.id: Counter() for column in self.columns}
        for (guideline, status), count in Counter(cell[1:3] for cell in self.cells).items():
            found[guideline][status] = count
        return found


def draw_matrix(session: Session, stands: Stands, day: date, county: str, query: MatrixQuery) -> Matrix:
    """Draw the matrix that is asked for, by a fixed number of statements; raises Unprocessable."""
    towns = [Town(town.code, town.name) for town in municipalities(session, county)]
    towns = [town for town in towns if query.municipality in (None, town.code)]
    if not towns and query.municipality:
        raise invalid("/query/municipality", "unknown-municipality", f"takes no part in county {county}")
    listed = [facts for facts in listed_guidelines(session, day) if query.guideline in (None, facts.id)]
    if not listed and query.guideline:
        raise invalid("/query/guideline", "unknown-guideline", "is not a guideline of that day: see /guidelines")
    columns = []
    for facts in listed:
        number = shown_version(facts.versions, day).number
        columns.append(Column(facts.id, facts.titles[number], number))
    found = stands.on(session, day, [town.code for town in towns], listed)
    return Matrix(day, towns, columns, [each for each in found if query.status in (None, each.cell.status)])


def matrix_rows(drawn: Matrix) -> Iterator[tuple[Any, ...]]:
    """Give one row a cell, in the order of `CSV_COLUMNS`."""
    names = dict(drawn.towns)
    titles = {column.id: in_swedish(column.title) for column in drawn.columns}
    for cell in drawn.cells:
        code, guideline, *rest = cell
        yield (drawn.day, code, names[code], guideline, titles[guideline], *rest)
