"""The limit: a bare ASGI app that sends given answers in turn, served by uvicorn as ours is."""

import os
import sys
from collections.abc import Sequence
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.answers import Answer, load_answer


def raw_app(answers: Sequence[Answer]) -> ASGIApp:
    """Make the app: two messages an answer, built before the first request."""

    @cache
    def line(name: str, value: str) -> tuple[bytes, bytes]:
        return name.encode(), value.encode()

    ready = [
        (
            {"type": "http.response.start", "status": answer.status, "headers": [line(*h) for h in answer.headers]},
            {"type": "http.response.body", "body": answer.body},
        )
        for answer in answers
    ]
    # Readers ask in no order: memory that is read from end to end would be fetched ahead by the CPU.
    Random(1).shuffle(ready)
    following = cycle(ready).__next__

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        start, body = following()
        await send(start)
        await send(body)

    return app


if __name__ == "__main__":
    uvicorn.run(
        raw_app([load_answer(text) for text in Path(sys.argv[1]).read_text().splitlines()]),
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
