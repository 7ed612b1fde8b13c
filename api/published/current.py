"""The current picture of this process, kept at the newest sequence of the public feed."""

import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import structlog
from sqlmodel import Session

from api import clock
from api.edge.context import Topic
from api.events.record import topics_of
from api.guidelines.rules import VersionDates, shown_version
from api.published.cards import DomainCard
from api.published.picture import Picture, build
from db.events import Event, events_after, last_sequence
from db.guidelines import guidelines, version_heads
from db.session import Database, reading
from db.terms import domains, term_documents
from db.types import PUBLIC_STREAM

_BATCH = 500
log = structlog.get_logger("samsprak.published")


class Published:
    """Holds the picture; `on_change` is told which topics moved, after the swap."""

    def __init__(self, database: Database, base_url: str, api_url: str) -> None:
        self._database = database
        self._base_url = base_url
        self._api_url = api_url
        self._lock = threading.Lock()
        self.on_change: Callable[[Iterable[Topic]], None] = lambda _topics: None
        with _without_collecting():
            self.picture = self._draw()

    def catch_up(self) -> None:
        """Bring the picture to the newest committed sequence; returns when it is there."""
        with self._lock, reading(self._database) as session:
            while self._patch(session):
                pass

    def try_to_catch_up(self) -> None:
        """Catch up now, or leave it to the next second: what is committed stays committed."""
        try:
            self.catch_up()
        except Exception:  # a fault of reading must not make a done change look undone
            log.exception("cannot look for changes")

    def _draw(self) -> Picture:
        self._day = clock.today()
        with reading(self._database) as session:
            return build(
                sequence=last_sequence(session),
                base_url=self._base_url,
                api_url=self._api_url,
                domains=[DomainCard(domain.id, domain.labels) for domain in domains(session)],
                documents=term_documents(session),
                cited_by=citations(session, self._day),
            )

    def _patch(self, session: Session) -> bool:
        """Take in the next events; tells whether there may be more."""
        today = clock.today()
        events = events_after(session, PUBLIC_STREAM, self.picture.sequence, _BATCH)
        if not events and today == self._day:
            return False
        terms = {_id_of(event) for event in events if event.kind.startswith("term.")}
        recite = today != self._day or any(event.kind.startswith("guideline.") for event in events)
        self.picture = self.picture.patched(
            events[-1].sequence if events else self.picture.sequence,
            term_documents(session, terms) if terms else (),
            citations(session, today) if recite else None,
        )
        self._day = today
        self.on_change(frozenset[Topic]().union(*(topics_of(event.kind) for event in events)))
        return len(events) == _BATCH


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Make millions of objects that stay without looking again and again for those that do not."""
    gc.disable()
    try:
        yield
    finally:
        # Nor need they be looked through later: each time would hold up all requests.
        gc.freeze()
        gc.enable()


def citations(session: Session, day: date) -> dict[str, list[tuple[str, str]]]:
    """Tell which guidelines cite each term, in the version that is shown on a day."""
    repealed = {guideline.id: guideline.repealed_from for guideline in guidelines(session)}
    versions: dict[str, list[VersionDates]] = {}
    cited: dict[tuple[str, str], list[str]] = {}
    for head in version_heads(session):
        versions.setdefault(head.guideline_id, []).append(VersionDates(head.number, head.in_force_from))
        cited[head.guideline_id, head.number] = head.terms
    found: dict[str, list[tuple[str, str]]] = {}
    for guideline_id, listed in sorted(versions.items()):
        repealed_from = repealed[guideline_id]
        if repealed_from is not None and repealed_from <= day:
            continue
        shown = shown_version(listed, day)
        for term_id in cited[guideline_id, shown.number]:
            found.setdefault(term_id, []).append((guideline_id, shown.number))
    return found


def _id_of(event: Event) -> str:
    return event.subject.partition("/")[2]
