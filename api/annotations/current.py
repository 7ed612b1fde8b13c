"""The marker of this process, built in a thread of its own and brought to the current picture when it is asked for."""

import threading
from collections.abc import Mapping

import structlog

from api.annotations.marking import Marker
from api.errors import Unavailable
from api.published.cards import Card
from api.published.current import Published

# A request waits so many seconds for the first marker; a large glossary takes longer.
_LONGEST_WAIT = 1
# So many changed terms make a patch that costs more than it spares: the whole is built anew, beside it.
_MOST_FRESH = 500
log = structlog.get_logger("samsprak.annotations")


class CurrentMarker:
    """Gives the marker of the current picture; it follows the picture, which knows nothing of it."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._building = False
        self._cards: Mapping[str, Card] = {}
        self._marker = Marker.build(())
        self._build_beside()

    def get(self) -> Marker:
        """Give the marker, in a thread: raises Unavailable while the first one is being built."""
        if not self._ready.wait(_LONGEST_WAIT):
            raise Unavailable("The words of the glossary are still being prepared for marking.", {"Retry-After": "3"})
        cards = self._published.picture.cards
        with self._lock:
            if cards is not self._cards:
                self._follow(cards)
            return self._marker

    def _follow(self, cards: Mapping[str, Card]) -> None:
        changed = [card for term_id, card in cards.items() if self._cards.get(term_id) is not card]
        self._marker = self._marker.patched(changed, self._cards.keys() - cards.keys())
        self._cards = cards
        if len(self._marker.fresh) > _MOST_FRESH and not self._building:
            self._build_beside()

    def _build_beside(self) -> None:
        self._building = True
        threading.Thread(target=self._build, name="marker", daemon=True).start()

    def _build(self) -> None:
        try:
            # One after the other: at once, both would be late.
            self._published.indexed.wait()
            cards = self._published.picture.cards
            marker = Marker.build(cards.values())
            with self._lock:
                # What changed meanwhile is taken in at the next request.
                self._cards, self._marker = cards, marker
            self._ready.set()
        except Exception:  # the next request must not wait for what will not come
            log.exception("cannot build the marker")
        finally:
            self._building = False
