"""The same read in the tutorial way: how many times dearer it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.answers import request
from bench.data import GeneratedTerm
from bench.measuring import Effort, Target, compare
from bench.postgres import postgres
from bench.reads import BASE
from bench.servers import Server, environment, serving
from bench.table import Row
from bench.tutorial import fill

_GOAL = 100
# Enough to rotate over; each has to be read once before the measuring begins.
_ROTATING = 500


def measure_tutorial(folder: Path, ours: Server, terms: list[GeneratedTerm], effort: Effort) -> Iterator[Row]:
    """Read one term from both; what PostgreSQL spends on the tutorial's queries is counted with it."""
    with postgres() as database:
        bearer = ("Authorization", f"Bearer {fill(database.url, terms)}")
        environ = environment() | {"TUTORIAL_URL": database.url}
        with serving(folder, "bench.tutorial", ready="/ready", environ=environ) as tutorial:
            rotated = terms[:_ROTATING]
            theirs = Target(
                replace(tutorial, helpers=database.processes),
                [request(f"/terms/{term.id}", bearer) for term in rotated],
            )
            found = compare(theirs, Target(ours, [request(f"{BASE}/terms/{term.id}") for term in rotated]), effort)
    yield Row(
        what="one term, the tutorial way",
        terms=len(terms),
        base=f"{found.base:,.0f} µs",
        ours=f"{found.ours:.1f} µs",
        figure=f"{found.ratio:.0f} ×",
        spread=f"{min(found.ratios):.0f} – {max(found.ratios):.0f}",
        goal=f">= {_GOAL} ×",
        holds=found.ratio >= _GOAL,
        remark=found.remark,
    )
