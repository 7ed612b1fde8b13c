"""The limit: a bare ASGI app that sends one given answer, served by uvicorn as ours is."""

import os
import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.answers import Answer, load_answer


def raw_app(answer: Answer) -> ASGIApp:
    """Make the app: two messages, built before the first request."""
    headers = [(name.encode(), value.encode()) for name, value in answer.headers]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    body = {"type": "http.response.body", "body": answer.body}

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(start)
        await send(body)

    return app


if __name__ == "__main__":
    uvicorn.run(
        raw_app(load_answer(Path(sys.argv[1]).read_text())),
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
