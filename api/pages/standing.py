"""How the county stands, as people read it: every municipality against every guideline on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.adoptions.guidelines import listed_guidelines
from api.adoptions.reading import present_adoption, with_decisions
from api.adoptions.schemas import AdoptionRead
from api.adoptions.stands import Stands
from api.guidelines.rules import shown_version
from db.organisations import municipalities
from db.vocabulary import AdoptionStatus
from seed import DEMONSTRATION

_ADOPTED = (AdoptionStatus.ADOPTED, AdoptionStatus.ADOPTED_WITH_CHANGES)


@dataclass(frozen=True, slots=True)
class Column:
    """A guideline by the title that it had on the day."""

    id: str
    title: dict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A municipality and its stands, in the order of the columns."""

    code: str
    name: str
    stands: Sequence[AdoptionRead]


@dataclass(frozen=True, slots=True)
class Standing:
    """The county on a day."""

    day: date
    columns: Sequence[Column]
    rows: Sequence[Row]

    @property
    def stands(self) -> list[AdoptionRead]:
        return [stand for row in self.rows for stand in row.stands]

    @property
    def adopted(self) -> int:
        return sum(stand.status in _ADOPTED for stand in self.stands)

    @property
    def decided(self) -> int:
        return sum(stand.decision is not None for stand in self.stands)

    @property
    def made_up(self) -> int:
        """How many of the decisions are the demonstration's."""
        return sum(is_made_up(stand) for stand in self.stands)


def is_made_up(stand: AdoptionRead) -> bool:
    return stand.decision is not None and stand.decision.source == DEMONSTRATION


def standing(session: Session, stands: Stands, day: date, county: str, guideline: str | None = None) -> Standing:
    """Draw the county on a day, for all guidelines or for one."""
    towns = municipalities(session, county)
    listed = [facts for facts in listed_guidelines(session, day) if guideline in (None, facts.id)]
    shown: dict[str, list[AdoptionRead]] = {town.code: [] for town in towns}
    for stand, record in with_decisions(session, stands.on(session, day, list(shown), listed)):
        shown[stand.cell.municipality].append(present_adoption(stand, record))
    return Standing(
        day=day,
        columns=[Column(facts.id, facts.titles[shown_version(facts.versions, day).number]) for facts in listed],
        rows=[Row(town.code, town.name, shown[town.code]) for town in towns],
    )
