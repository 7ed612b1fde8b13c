"""The current picture of this process, kept at the newest sequence of the public feed."""

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import anyio
import anyio.to_thread
from sqlmodel import Session

from api import clock
from api.edge.context import Topic
from api.errors import Unavailable
from api.events.record import topics_of
from api.guidelines.rules import VersionDates, shown_version
from api.published.cards import DomainCard
from api.published.overlays import overlays_of
from api.published.picture import Picture, build
from api.search.index import LabelIndex
from api.terms.reading import documents_of_today, documents_on
from db.events import Event, events_after, last_sequence
from db.guidelines import guidelines, version_heads
from db.interpretations import standing_interpretations
from db.organisations import municipalities
from db.session import Database, reading
from db.terms import domains
from db.types import PUBLIC_STREAM

_BATCH = 500
_MANY = 5_000
# Of other days than today: each holds what differs, and an order of its own.
_DAYS_KEPT = 4
# So many seconds a search waits for the first index.
_LONGEST_WAIT = 10


class Published:
    """Holds the picture; `on_change` is told which topics moved, after the swap."""

    def __init__(self, database: Database, base_url: str, api_url: str, county: str) -> None:
        self._database = database
        self._base_url = base_url
        self._api_url = api_url
        self._county = county
        self._lock = threading.Lock()
        self._other_days: OrderedDict[tuple[int, date], Picture] = OrderedDict()
        self._drawing = anyio.CapacityLimiter(1)
        self._indexing: threading.Thread | None = None
        # Set once lists and searches can be answered; all else can be from the beginning.
        self.indexed = threading.Event()
        self.on_change: Callable[[Iterable[Topic]], None] = lambda _topics: None
        with _without_collecting():
            self.picture = self._draw()
        if len(self.picture.cards) > _MANY:
            _keep_for_good()
            self._index_anew(self.picture)
        else:
            self._index(self.picture)

    def catch_up(self) -> None:
        """Bring the picture to the newest committed sequence; returns when it is there."""
        with self._lock, reading(self._database) as session:
            while self._patch(session):
                pass

    async def searchable(self, day: date | None = None) -> Picture:
        """Give the picture for a list or a search; of a large glossary the first ones wait for the index.

        Raises Unavailable when that takes too long.
        """
        await self._first_index()
        return await self.on(day)

    async def on(self, day: date | None) -> Picture:
        """Give the glossary that is valid on a day, as known now; None is today with what is yet to begin.

        The last few days that were asked for are kept. Of a large glossary one takes a while to draw: one at a time, in
        a thread, and the others wait on the event loop.
        """
        if day is None:
            return self.picture
        await self._first_index()
        kept = self._other_days.get((self.picture.sequence, day))
        if kept is not None:
            return kept
        return await anyio.to_thread.run_sync(self._keep_day, day, limiter=self._drawing)

    async def _first_index(self) -> None:
        if self.indexed.is_set():
            return
        if not await anyio.to_thread.run_sync(self.indexed.wait, _LONGEST_WAIT, limiter=self._drawing):
            raise Unavailable("The index of the glossary is still being made.", {"Retry-After": "3"})

    def _keep_day(self, day: date) -> Picture:
        picture = self.picture
        key = (picture.sequence, day)
        if key not in self._other_days:
            self._other_days[key] = self._drawn_on(picture, day)
            if len(self._other_days) > _DAYS_KEPT:
                self._other_days.popitem(last=False)
        return self._other_days[key]

    def _drawn_on(self, picture: Picture, day: date) -> Picture:
        first, last = sorted((day, clock.today()))
        with reading(self._database) as session:
            others = documents_on(session, day, after=first, until=last)
            cited_by = citations(session, day)
        begins_later = {
            card.id for card in picture.cards.values() if card.valid_from > day.isoformat() and card.id not in others
        }
        return picture.patched(picture.sequence, others.items(), cited_by, begins_later)

    def _index_anew(self, picture: Picture) -> None:
        """Begin to work what has changed into the index's base, beside the requests; one at a time."""
        if self._indexing is None or not self._indexing.is_alive():
            self._indexing = threading.Thread(target=self._index, args=(picture,), name="index", daemon=True)
            self._indexing.start()

    def _index(self, drawn: Picture) -> None:
        with _without_collecting():
            index = LabelIndex.build(drawn.cards.values())
        with self._lock:
            now = self.picture.cards
            changed = [card for term_id, card in now.items() if drawn.cards.get(term_id) is not card]
            self.picture = self.picture.indexed(index.patched(changed))
        if len(now) > _MANY:
            _keep_for_good()
        self.indexed.set()

    def _draw(self) -> Picture:
        self._day = clock.today()
        with reading(self._database) as session:
            sequence = last_sequence(session)
            # Before the terms: so there is a term to every reading, whatever is written meanwhile.
            towns = {town.code: town.name for town in municipalities(session, self._county)}
            overlays = overlays_of(towns, standing_interpretations(session))
            return build(
                sequence=sequence,
                base_url=self._base_url,
                api_url=self._api_url,
                domains=[DomainCard(domain.id, domain.labels) for domain in domains(session)],
                documents=documents_of_today(session, self._day),
                cited_by=citations(session, self._day),
                overlays=overlays,
            )

    def _patch(self, session: Session) -> bool:
        """Take in the next events; tells whether there may be more."""
        today = clock.today()
        events = events_after(session, PUBLIC_STREAM, self.picture.sequence, _BATCH)
        if not events and today == self._day:
            return False
        terms = {_id_of(event) for event in events if event.kind.startswith("term.")}
        changed = dict(documents_of_today(session, today, terms)) if terms else {}
        if today != self._day:
            changed |= documents_on(session, today, after=self._day, until=today)
        read = {_id_of(event) for event in events if event.kind.startswith("interpretation.")}
        recite = today != self._day or any(event.kind.startswith("guideline.") for event in events)
        picture = self.picture.patched(
            events[-1].sequence if events else self.picture.sequence,
            changed.items(),
            citations(session, today) if recite else None,
        )
        if read:
            picture = picture.read_as(picture.overlays.patched(read, standing_interpretations(session, read)))
        self.picture = picture
        if picture.index.crowded:
            self._index_anew(picture)
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
        gc.enable()


def _keep_for_good() -> None:
    """Leave out of later collections what there is: to look through so much would hold up all requests each time.

    What is garbage by now stays too, so it is not for small pictures, which tests draw by the hundred.
    """
    gc.freeze()


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
    return event.subject.rpartition("/")[2]
