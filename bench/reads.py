"""Hot public reads: what raw spends on the same bytes, as a share of what this project spends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from api.terms.schemas import TermRead
from bench.answers import fetch, fetch_all, request
from bench.data import GeneratedTerm
from bench.measuring import Effort, Target, compare
from bench.servers import Server, serving_raw, token
from bench.table import Row

BASE = "/api/v1"
_ROTATING = 5_000


@dataclass(frozen=True)
class Read:
    """A kind of read: its requests in turn, and the addresses of the answers that raw sends in turn."""

    what: str
    goal: float | None
    requests: Sequence[bytes]
    answers: Sequence[str]
    status: int = 200


def measure_reads(
    folder: Path, database: Path, ours: Server, terms: list[GeneratedTerm], effort: Effort
) -> Iterator[Row]:
    """Measure each kind of read against a raw server of its own."""
    for read in _reads(ours, terms, token(database)):
        with serving_raw(folder, fetch_all(ours.port, read.answers)) as raw:
            found = compare(Target(raw, read.requests), Target(ours, read.requests, read.status), effort)
        yield Row(
            what=read.what,
            terms=len(terms),
            base=f"{found.base:.1f} µs",
            ours=f"{found.ours:.1f} µs",
            figure=f"{found.ratio:.1%}",
            spread=f"{min(found.ratios):.1%} – {max(found.ratios):.1%}",
            goal="" if read.goal is None else f">= {read.goal:.0%}",
            holds=None if read.goal is None else found.ratio >= read.goal,
            remark=found.remark,
            value=found.ratio,
        )


def _reads(ours: Server, terms: list[GeneratedTerm], bearer: str) -> Iterator[Read]:
    paths = [f"{BASE}/terms/{term.id}" for term in terms[:_ROTATING]]
    requests = [*map(request, paths)]
    # In no order, as readers ask.
    Random(2).shuffle(requests)
    _look_at(ours, paths[::500])
    typical = _typical(ours, paths[:101])
    yield Read("one term of many", 0.88, requests, paths)
    # How much of it is memory that is not in the CPU's cache: here raw sends one answer again and again.
    yield Read("  against one answer of raw", None, requests, [typical])
    for what, path in (("page of 50 terms", "terms?limit=50"), ("repeated suggestion", "suggestions?q=bygg")):
        yield Read(what, 0.90, [request(f"{BASE}/{path}")], [f"{BASE}/{path}"])
    proof = ("Authorization", f"Bearer {bearer}")
    yield Read("one term, with a verified token", 0.80, [request(typical, proof)], [typical])
    known = ("If-None-Match", fetch(ours.port, typical).header("etag"))
    yield Read("304, against a raw 200", 1.00, [request(typical, known)], [typical], 304)


def _look_at(ours: Server, paths: Sequence[str]) -> None:
    """Check that generated terms are read as terms; raises ValidationError when the API has moved on."""
    for path in paths:
        TermRead.model_validate(httpx.get(f"http://127.0.0.1:{ours.port}{path}").json())


def _typical(ours: Server, paths: Sequence[str]) -> str:
    """Choose the term whose answer has the median size."""
    sizes = sorted((len(answer.body), path) for answer, path in zip(fetch_all(ours.port, paths), paths, strict=True))
    return sizes[len(sizes) // 2][1]
