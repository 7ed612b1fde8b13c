"""Starting: how long until a glossary is served. Run as a module it times one lifespan."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import anyio

from api.main import create_app
from api.settings import Settings
from bench.servers import environment, serving_ours
from bench.table import Row

_TIMES = 3
_MEASURED = ("lifespan, until started", "whole process, until ready")
# In seconds, by the number of terms.
_GOALS = {10_000: (1.0, 2.0), 100_000: (4.0, 4.0)}


def measure_start(folder: Path, database: Path, terms: int) -> Iterator[Row]:
    """Time the lifespan alone, and the whole from the command to the first 200 of /readyz."""
    measured = [(_lifespan(database), _process(folder, database)) for _ in range(_TIMES)]
    for what, goal, found in zip(_MEASURED, _GOALS[terms], zip(*measured, strict=True), strict=True):
        yield Row(
            what=f"start: {what}",
            terms=terms,
            figure=f"{median(found):.2f} s",
            spread=f"{min(found):.2f} – {max(found):.2f}",
            goal=f"<= {goal:.0f} s",
            holds=median(found) <= goal,
        )


def _lifespan(database: Path) -> float:
    """Ask a process of its own: what this one has loaded and kept must not help."""
    command = [sys.executable, "-m", "bench.start"]
    told = subprocess.run(command, env=environment(database), check=True, capture_output=True, timeout=60)
    return float(told.stdout)


def _process(folder: Path, database: Path) -> float:
    began = perf_counter()
    with serving_ours(folder, database):
        return perf_counter() - began


async def _start() -> float:
    app = create_app(Settings())
    began = perf_counter()
    async with app.router.lifespan_context(app):
        return perf_counter() - began


if __name__ == "__main__":
    print(anyio.run(_start))
