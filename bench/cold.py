"""Reads that no cache helps: the first one after a change, words not typed before, a copy that is kept by changes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from urllib.parse import quote

import httpx

from bench.answers import fetch_all, request
from bench.data import GeneratedTerm
from bench.measuring import Effort, Target, compare
from bench.reads import BASE
from bench.servers import Server, serving_ours, serving_raw
from bench.table import Row

_ROTATING = 2_000
_SUGGESTIONS = 0.60


def measure_cold(folder: Path, database: Path, terms: list[GeneratedTerm], effort: Effort) -> Iterator[Row]:
    """Measure a server that keeps nothing, so that each read is a first one, against raw with the same answers."""
    some = Random(3).sample(terms, min(_ROTATING, len(terms)))
    with serving_ours(folder, database, SAMSPRAK_CACHE_BYTES="0") as ours:

        def row(what: str, most: float | None, paths: Sequence[str]) -> Row:
            found, remark = _times(folder, ours, [f"{BASE}/{path}" for path in paths], effort)
            return Row(
                what=f"first read: {what}",
                terms=len(terms),
                figure=f"{found:.1f} × raw",
                goal="" if most is None else f"<= {most} ×",
                holds=None if most is None else found <= most,
                remark=remark,
            )

        yield row("one term", 4.5, [f"terms/{term.id}" for term in some])
        yield row("page of 50 terms", 7.0, ["terms?limit=50"])
        yield row("subject domains", 7.0, ["domains"])
        yield row("changes of the glossary since the last ten", None, [f"glossary?since={_last(ours) - 10}"])
        words = [term.content["labels"][0]["value"] for term in some]
        typed = [f"suggestions?q={quote(word[: 5 + place % 9])}" for place, word in enumerate(words)]
        share, remark = _times(folder, ours, [f"{BASE}/{path}" for path in typed], effort)
        yield Row(
            what="suggestions, each query for the first time",
            terms=len(terms),
            figure=f"{1 / share:.1%}",
            goal=f">= {_SUGGESTIONS:.0%}",
            holds=1 / share >= _SUGGESTIONS,
            remark=remark,
        )


def _times(folder: Path, ours: Server, paths: Sequence[str], effort: Effort) -> tuple[float, str]:
    """Tell how many times as much as raw these reads cost."""
    requests = [*map(request, paths)]
    with serving_raw(folder, fetch_all(ours.port, paths)) as raw:
        found = compare(Target(raw, requests), Target(ours, requests), effort)
    return 1 / found.ratio, found.remark


def _last(ours: Server) -> int:
    """Read how far the public feed goes."""
    found = httpx.get(f"http://127.0.0.1:{ours.port}{BASE}/events?limit=1").raise_for_status().json()
    last: int = found["_meta"]["lastSequence"]
    return last
