"""Hot public reads: what raw spends on the same bytes, as a share of what this project spends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.terms.schemas import TermRead
from bench.answers import fetch, request
from bench.data import GeneratedTerm
from bench.measuring import Effort, Target, compare
from bench.servers import Server, serving_raw
from bench.table import Row

BASE = "/api/v1"
_ROTATING = 5_000


@dataclass(frozen=True)
class Read:
    """A kind of read: its requests in turn, and a typical one that raw copies the answer of."""

    what: str
    goal: float
    requests: Sequence[bytes]
    typical: str
    status: int = 200


def measure_reads(folder: Path, ours: Server, terms: list[GeneratedTerm], effort: Effort) -> Iterator[Row]:
    """Measure each kind of read against a raw server of its own."""
    for read in _reads(ours, terms):
        answer = fetch(ours.port, read.typical)
        with serving_raw(folder, answer) as raw:
            found = compare(Target(raw, read.requests), Target(ours, read.requests, read.status), effort)
        yield Row(
            what=read.what,
            terms=len(terms),
            base=f"{found.base:.1f} µs",
            ours=f"{found.ours:.1f} µs",
            figure=f"{found.ratio:.1%}",
            spread=f"{min(found.ratios):.1%} – {max(found.ratios):.1%}",
            goal=f">= {read.goal:.0%}",
            holds=found.ratio >= read.goal,
            remark=found.remark,
        )


def _reads(ours: Server, terms: list[GeneratedTerm]) -> Iterator[Read]:
    paths = [f"{BASE}/terms/{term.id}" for term in terms[:_ROTATING]]
    typical = _typical(ours, paths)
    yield Read("one term, rotating", 0.88, [*map(request, paths)], typical)
    page = f"{BASE}/terms?limit=50"
    yield Read("page of 50 terms", 0.90, [request(page)], page)
    suggestion = f"{BASE}/suggestions?q=bygg"
    yield Read("repeated suggestion", 0.90, [request(suggestion)], suggestion)
    known = ("If-None-Match", fetch(ours.port, typical).header("etag"))
    yield Read("304, against a raw 200", 1.00, [request(typical, known)], typical, 304)


def _typical(ours: Server, paths: list[str]) -> str:
    """Choose the term whose answer has the median size, after a look at what some of them say."""
    for path in paths[::500]:
        TermRead.model_validate(httpx.get(f"http://127.0.0.1:{ours.port}{path}").json())
    sizes = sorted((len(fetch(ours.port, path).body), path) for path in paths[:101])
    return sizes[50][1]
