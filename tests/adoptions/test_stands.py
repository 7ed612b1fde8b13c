"""Kept stands are those that are derived from all decisions anew, whatever has happened since they were kept."""

import random
from datetime import date, timedelta
from typing import Any

from api.adoptions.guidelines import listed_guidelines
from api.adoptions.stands import Cell, Stands
from db.session import reading
from tests.conftest import County
from tests.examples import DECISION_BODY
from tests.proposals.acts import amendment, approved

CODES = ("2260", "2262", "2281")
GUIDELINES = ("gemensamt-sprak", "behov-och-nytta")
KINDS = ("adopt", "adopt", "decline", "under_review", "repeal")


def cells(county: County, stands: Stands, day: date) -> list[Cell]:
    with reading(county.app.state.database) as session:
        return [stand.cell for stand in stands.on(session, day, CODES, listed_guidelines(session, day))]


def drawn(chance: random.Random, revision: int) -> dict[str, Any]:
    """Draw what a source says next of a decision: a record, another one, or a retraction."""
    if chance.random() < 0.2:
        return {"retracted": True, "sourceRevision": revision}
    decided = date(2026, 2, 1) + timedelta(chance.randrange(200))
    until = decided + timedelta(chance.randrange(100)) if chance.random() < 0.3 else None
    return DECISION_BODY | {
        "guideline": chance.choice(GUIDELINES),
        "kind": chance.choice(KINDS),
        "decidedOn": decided.isoformat(),
        "validFrom": decided.isoformat(),
        "validUntil": until and until.isoformat(),
        "reviewDue": None,
        "deviations": [],
        "sourceRevision": revision,
    }


def test_after_every_change_they_are_as_if_derived_anew(county: County) -> None:
    chance = random.Random(7)
    kept = county.app.state.stands
    for revision in range(1, 61):
        code = chance.choice(CODES)
        address = f"/municipalities/{code}/decisions/prov/{chance.randrange(6)}"
        county.send("PUT", address, drawn(chance, revision), county.token(code, "integrator")).raise_for_status()
        day = date(2026, 1, 20) + timedelta(chance.randrange(300))
        assert cells(county, kept, day) == cells(county, Stands(), day), address


def test_a_new_version_moves_what_stands_to_it(county: County) -> None:
    kept, day = county.app.state.stands, date(2027, 6, 1)
    before = cells(county, kept, day)
    approved(county, amendment(county, changeKind="major"))
    assert cells(county, kept, day) == cells(county, Stands(), day) != before
