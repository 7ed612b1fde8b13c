"""The matrix with as many cells as 290 municipalities and 200 guidelines have, kept and made anew."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

import sqlalchemy as sa

from bench.answers import fetch, request
from bench.measuring import Effort, Target, compare
from bench.servers import serving_ours, serving_raw
from bench.table import Row
from db.decisions import Decision
from db.guidelines import Guideline, GuidelineVersion
from db.migrate import migrate
from db.organisations import Organisation
from db.session import open_database, transaction
from db.vocabulary import BodyType, DecisionKind, OrganisationKind
from seed.loader import prepare, seed

_TOWNS, _GUIDELINES = 100, 580
_MOST_MILLISECONDS = 200.0
_PATH = "/api/v1/adoption-matrix"
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_COUNTY = "22"


def measure_matrix(folder: Path, effort: Effort) -> Iterator[Row]:
    """Measure it warm against raw with the same bytes, and cold on days that nobody has asked for."""
    database = folder / "matrix.db"
    _fill(database)
    with serving_ours(folder, database) as ours:
        cold = []
        for days in range(12):
            began = time.perf_counter()
            fetch(ours.port, f"{_PATH}?asOf={date(2026, 11, 1) + timedelta(days)}")
            cold.append((time.perf_counter() - began) * 1_000)
        middle = median(cold[2:])
        yield Row(
            what=f"matrix of {_TOWNS * _GUIDELINES:,} cells, cold",
            terms=60,
            figure=f"{middle:.0f} ms",
            spread=f"{min(cold):.0f} – {max(cold):.0f} ms",
            goal=f"<= {_MOST_MILLISECONDS:.0f} ms",
            holds=middle <= _MOST_MILLISECONDS,
        )
        requests = [request(_PATH)]
        with serving_raw(folder, [fetch(ours.port, _PATH)]) as raw:
            found = compare(Target(raw, requests), Target(ours, requests), effort)
    yield Row(
        what=f"matrix of {_TOWNS * _GUIDELINES:,} cells, warm",
        terms=60,
        base=f"{found.base:.1f} µs",
        ours=f"{found.ours:.1f} µs",
        figure=f"{found.ratio:.1%}",
        goal=">= 80%",
        holds=found.ratio >= 0.80,
        remark=found.remark,
    )


def _fill(path: Path) -> None:
    """Make one county of as many cells: no county has room for more than a hundred codes."""
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    prepare(database, own_keys=True)
    seed(database, _COUNTY, decisions=False)
    chance = Random(4)
    with transaction(database) as tx:
        known = set(tx.exec(sa.select(Organisation.code)).scalars())
        towns = [f"{_COUNTY}{number:02}" for number in range(_TOWNS)]
        tx.execute(sa.insert(Organisation), [_town(code) for code in towns if code not in known])
        version = tx.execute(sa.select(GuidelineVersion).limit(1)).scalar_one()
        names = [f"riktlinje-{number}" for number in range(_GUIDELINES)]
        tx.execute(
            sa.insert(Guideline),
            [
                {"id": name, "number": number + 100, "revision": 1, "changed_at": _AT}
                for number, name in enumerate(names)
            ],
        )
        copied = version.model_dump(exclude={"guideline_id"})
        tx.execute(sa.insert(GuidelineVersion), [copied | {"guideline_id": name} for name in names])
        # Four in five have decided.
        decisions = [_decision(town, name, chance) for town in towns for name in names if chance.random() < 0.8]
        tx.execute(sa.insert(Decision), decisions)
    database.dispose()


def _town(code: str) -> dict[str, object]:
    return {"code": code, "kind": OrganisationKind.MUNICIPALITY, "name": f"Kommun {code}", "county_code": _COUNTY}


def _decision(town: str, guideline: str, chance: Random) -> dict[str, object]:
    decided_on = date(2026, 1, 1) + timedelta(chance.randrange(250))
    return {
        "id": f"{town}-{guideline}",
        "municipality": town,
        "source": "bench",
        "external_id": guideline,
        "source_revision": 1,
        "body_hash": "",
        "retracted": False,
        "guideline_id": guideline,
        "major": 1,
        "minor": 0,
        "kind": chance.choice([DecisionKind.ADOPT, DecisionKind.DECLINE, DecisionKind.UNDER_REVIEW]),
        "body_type": next(iter(BodyType)),
        "body": "Kommunstyrelsen",
        "decided_on": decided_on,
        "valid_from": decided_on,
        "deviations": [],
        "changed_at": _AT,
    }
