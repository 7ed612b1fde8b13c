"""Where municipalities stand on guidelines: derived once, and again where a decision has come or a day has turned."""

import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic.alias_generators import to_camel
from pydantic_core import to_json
from sqlmodel import Session

from api.adoptions.guidelines import GuidelineFacts
from api.adoptions.rules import Adoption, Fact, adoption, turning_days
from api.guidelines.rules import VersionDates
from db.decisions import decision_rows
from db.events import last_sequence, organisations_told
from db.types import PUBLIC_STREAM
from db.vocabulary import AdoptionStatus, VersionStatus


class Cell(NamedTuple):
    """A stand in short; `decision` is the address of the decision behind it, below that of the API."""

    municipality: str
    guideline: str
    status: AdoptionStatus
    version: str | None
    version_status: VersionStatus | None
    decided_on: date | None
    decision: str | None


class Stand(NamedTuple):
    """A stand as it is from one turning day until the next, under these versions; in short, and that as JSON."""

    first: date
    end: date
    versions: Sequence[VersionDates]
    adoption: Adoption
    cell: Cell
    text: bytes


class Pair:
    """A municipality and a guideline: what was decided, and the stand that was asked for last."""

    __slots__ = ("facts", "guideline", "kept", "municipality")

    def __init__(self, municipality: str, guideline: str) -> None:
        self.municipality = municipality
        self.guideline = guideline
        self.facts: list[Fact] = []
        self.kept: Stand | None = None

    def on(self, day: date, versions: Sequence[VersionDates]) -> Stand:
        """Give the stand on a day."""
        kept = self.kept
        if kept is None or not kept.first <= day < kept.end or kept.versions != versions:
            kept = self.kept = self._derived(day, versions)
        return kept

    def _derived(self, day: date, versions: Sequence[VersionDates]) -> Stand:
        days = turning_days(self.facts, versions)
        place = bisect_right(days, day)
        first, end = days[place - 1] if place else date.min, days[place] if place < len(days) else date.max
        found = adoption(self.facts, versions, day)
        cell = self._cell(found)
        # Written once: of a whole country's cells it is most of the work.
        text = to_json({to_camel(name): value for name, value in cell._asdict().items()})
        return Stand(first, end, versions, found, cell, text)

    def _cell(self, found: Adoption) -> Cell:
        behind = next((fact for fact in self.facts if fact.id == found.decision), None)
        return Cell(
            self.municipality,
            self.guideline,
            found.status,
            found.version,
            found.version_status,
            behind.decided_on if behind else None,
            f"municipalities/{self.municipality}/decisions/{behind.source}/{behind.external_id}" if behind else None,
        )


# By municipality and guideline.
Pairs = dict[str, dict[str, Pair]]


class Stands:
    """Keeps what municipalities have decided at one sequence of the public feed.

    Whoever asks brings it up to date first, by the session that the answer is made with: so nothing is kept that nobody
    asks for, and nothing is given that is older than what that session reads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sequence = -1
        self._pairs: Pairs = {}

    def on(self, session: Session, day: date, codes: Iterable[str], listed: Sequence[GuidelineFacts]) -> list[Stand]:
        """Give the stands of some municipalities on some guidelines on a day, by municipality, then by guideline."""
        pairs = self._newest(session)
        return [stand for code in codes for stand in _stands_of(pairs.setdefault(code, {}), code, listed, day)]

    def _newest(self, session: Session) -> Pairs:
        with self._lock:
            last = last_sequence(session)
            if self._sequence < 0:
                self._pairs = _load(decision_rows(session))
            elif last > self._sequence:
                told = organisations_told(session, PUBLIC_STREAM, self._sequence, last, "decision.*")
                fresh = _load(decision_rows(session, told)) if told else {}
                # Whose decisions are all retracted has none left.
                self._pairs = {**self._pairs, **{code: {} for code in told}, **fresh}
            # A session that began to read before another one knows less than is kept.
            self._sequence = max(last, self._sequence)
            return self._pairs


def _stands_of(own: dict[str, Pair], code: str, listed: Iterable[GuidelineFacts], day: date) -> Iterator[Stand]:
    for guideline in listed:
        pair = own.get(guideline.id) or own.setdefault(guideline.id, Pair(code, guideline.id))
        yield pair.on(day, guideline.versions)


def _load(rows: Iterable[Any]) -> Pairs:
    found: Pairs = {}
    for row in rows:
        own = found.setdefault(row.municipality, {})
        pair = own.get(row.guideline_id) or own.setdefault(row.guideline_id, Pair(row.municipality, row.guideline_id))
        pair.facts.append(fact_of(row))
    return found


def fact_of(decision: Any) -> Fact:
    """Take what counts of a decision, be it a record or a bare row."""
    return Fact(
        decision.id,
        f"{decision.major}.{decision.minor}",
        decision.kind,
        decision.decided_on,
        decision.valid_from,
        decision.valid_until,
        decision.legal_force_on,
        decision.source,
        decision.external_id,
    )
