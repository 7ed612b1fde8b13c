"""How the server leaves: first it says so, then it stops taking requests, then it goes."""

import time
from collections.abc import Callable
from types import FrameType

import uvicorn

_CLOSE = (b"connection", b"close")


class LeavingServer(uvicorn.Server):
    """A server that is not ready from the first signal on, and goes on answering for `leaving_seconds`.

    In that time whoever spreads the requests sees it and sends them elsewhere, and answers close their connections,
    so that no request is under way on one that is closed. A second signal ends the waiting.
    """

    def __init__(self, config: uvicorn.Config, on_leaving: Callable[[], None], leaving_seconds: float) -> None:
        super().__init__(config)
        self._on_leaving = on_leaving
        self._leaving_seconds = leaving_seconds
        self._goes_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_leaving()
        if self._goes_at is not None or self._leaving_seconds == 0:
            super().handle_exit(sig, frame)
            return
        self._captured_signals.append(sig)
        self._goes_at = time.monotonic() + self._leaving_seconds
        # The first is copied from the second once a second.
        self.server_state.default_headers.append(_CLOSE)
        self.config.encoded_headers.append(_CLOSE)

    async def on_tick(self, counter: int) -> bool:
        if self._goes_at is not None and time.monotonic() >= self._goes_at:
            self.should_exit = True
        return await super().on_tick(counter)
