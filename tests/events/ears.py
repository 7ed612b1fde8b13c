"""One who listens to a served county, as a browser does."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import httpx2

from tests.conftest import BASE, County

# Nothing that is waited for takes as long.
_PATIENCE = 20


class Ear:
    """A connection to /events/stream; `place` is what a browser would send as Last-Event-ID."""

    def __init__(self, county: County, query: str = "", by: str | None = None, place: int | None = None) -> None:
        headers = {"Authorization": f"Bearer {by}"} if by else {}
        headers |= {} if place is None else {"Last-Event-ID": str(place)}
        self._asked = ("GET", f"{county.settings.base_url}{BASE}/events/stream?{query}".rstrip("?"), headers)
        self._open = ExitStack()
        self.place = place

    def __enter__(self) -> Self:
        method, address, headers = self._asked
        client = self._open.enter_context(httpx2.Client(timeout=_PATIENCE))
        self.answer = self._open.enter_context(client.stream(method, address, headers=headers))
        assert self.answer.status_code == 200, self.answer.read()
        self.lines = self.answer.iter_lines()
        # It says at once where it begins.
        assert next(self.lines).startswith("retry: ")
        self.place = int(next(self.lines).removeprefix("id: "))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def events(self) -> Iterator[dict[str, Any]]:
        """Give events as they come, until the connection ends."""
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.place = int(value)
            elif name == "data":
                event: dict[str, Any] = json.loads(value)
                assert event["sequence"] == self.place
                yield event

    def hear(self, count: int) -> list[dict[str, Any]]:
        """Wait for so many events."""
        coming = self.events()
        return [next(coming) for _ in range(count)]
