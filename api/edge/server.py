"""The HTTP server: uvicorn's, which looks at its connections once a second and has room for as many as it may open."""

import resource
import threading
import time

import uvicorn
from starlette.types import ASGIApp

from api.edge.connection import Connection, Deadlines
from api.lifecycle import LeavingServer

# Files that are not connections: the database, logs, what is loaded.
_OTHER_FILES = 200
_MOST_FILES = 65_536


class Server(LeavingServer):
    """A server that also looks at its connections once a second."""

    deadlines = Deadlines()

    async def on_tick(self, counter: int) -> bool:
        # uvicorn ticks ten times a second.
        if counter % 10 == 0:
            now = time.monotonic()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.look(now, self.deadlines)
        return await super().on_tick(counter)


def make_server(
    app: ASGIApp,
    base_url: str,
    leaving: threading.Event | None = None,
    leaving_seconds: float = 0,
    *,
    deadlines: Deadlines | None = None,
    most_connections: int | None = None,
) -> Server:
    """Make the server that runs an app; `base_url` stands in its own answers.

    `leaving` is set when it is told to stop. As many connections as the system allows files are taken, if it is not
    told how many.
    """

    class Ours(Connection):
        pass

    Ours.base_url, Ours.most_connections = base_url, most_connections or _allow_files() - _OTHER_FILES
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Ours,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=20,
    )
    server = Server(config, (leaving or threading.Event()).set, leaving_seconds)
    server.deadlines = deadlines or server.deadlines
    return server


def _allow_files() -> int:
    """Raise the number of files that this process may open to what the system lets it, and give it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
