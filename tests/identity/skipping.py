"""A day in a moment: an event loop whose clock jumps to the next timer, and a provider that lives on it."""

import asyncio
import json
import selectors
from collections.abc import Coroutine
from typing import Any

from api.outbound.targets import OutboundError
from tests.identity.test_tokens import P256, Json, ec_jwk


class SkippingLoop(asyncio.SelectorEventLoop):
    """Where nothing is left to do, time passes at once. For code without sockets and threads."""

    def __init__(self) -> None:
        self.moment = 1_000.0
        super().__init__(_Skipping(self))

    def time(self) -> float:
        return self.moment


class _Skipping(selectors.SelectSelector):
    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._of = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for ever"
        self._of.moment += timeout
        return super().select(0)


def in_no_time(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a clock that skips."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(work)


class Publisher:
    """An issuer with keys that can be changed, that can be slow or fail; `asked` tells when it was asked for what."""

    def __init__(self, *kids: str) -> None:
        self.kids = list(kids)
        self.delay = 0.0
        self.failure: Exception | None = None
        self.asked: list[tuple[float, str]] = []

    async def fetch(self, url: str, *, accept: str, limit: int, deadline: float) -> bytes:
        self.asked.append((asyncio.get_running_loop().time(), url))
        document, failure, delay = published(*self.kids), self.failure, self.delay
        await asyncio.sleep(min(delay, deadline))
        if delay > deadline:
            raise OutboundError("timeout")
        if failure is not None:
            raise failure
        assert len(document) <= limit
        assert "json" in accept
        return document


def published(*kids: str) -> bytes:
    return json.dumps({"keys": [key(kid) for kid in kids]}).encode()


def key(kid: str) -> Json:
    return ec_jwk(P256, kid=kid, alg="ES256")
