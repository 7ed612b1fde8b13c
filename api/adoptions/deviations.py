"""The register of deviations: what municipalities have adopted otherwise, and until when."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlmodel import Session

from api.adoptions.guidelines import listed_guidelines
from api.adoptions.reading import with_decisions
from api.adoptions.schemas import DeviationQuery, DeviationRead
from api.adoptions.stands import Stands
from db.organisations import municipalities
from db.vocabulary import AdoptionStatus

CSV_COLUMNS = (
    *("municipality", "municipalityName", "guideline", "version", "provision", "motive", "measure"),
    *("ownerRole", "until", "expired"),
)
_LAST = date.max


def deviations_on(
    session: Session, stands: Stands, day: date, county: str, query: DeviationQuery
) -> list[DeviationRead]:
    """List the deviations of all adoptions that stand on a day, those that end first at the top."""
    towns = [town for town in municipalities(session, county) if query.municipality in (None, town.code)]
    listed = [each for each in listed_guidelines(session, day) if query.guideline in (None, each.id)]
    names = {town.code: town.name for town in towns}
    deviating = [
        stand
        for stand in stands.on(session, day, list(names), listed)
        if stand.cell.status == AdoptionStatus.ADOPTED_WITH_CHANGES
    ]
    found = [
        DeviationRead(
            **deviation,
            municipality=stand.cell.municipality,
            municipality_name=names[stand.cell.municipality],
            guideline=stand.cell.guideline,
            version=stand.cell.version,
            decision=stand.cell.decision,
            expired=_ends(deviation) < day,
        )
        for stand, record in with_decisions(session, deviating)
        for deviation in (record.deviations if record else ())
        if query.until is None or _ends(deviation) <= query.until
    ]
    return sorted(found, key=lambda each: (each.until or _LAST, each.municipality, each.guideline, each.provision))


def deviation_rows(found: Iterable[DeviationRead]) -> Iterator[tuple[Any, ...]]:
    """Give one row a deviation, in the order of `CSV_COLUMNS`."""
    for each in found:
        yield (
            *(each.municipality, each.municipality_name, each.guideline, each.version, each.provision),
            *(each.motive, each.measure, each.owner_role, each.until, str(each.expired).lower()),
        )


def _ends(deviation: dict[str, Any]) -> date:
    return date.fromisoformat(deviation["until"]) if deviation["until"] else _LAST
