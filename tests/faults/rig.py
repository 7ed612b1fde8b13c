"""What every fault needs: a served county under load, and the check of all that it has acknowledged."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from api.identity.issuing import issue_token
from api.identity.keys import Keys
from api.settings import Settings
from db.session import open_database
from tests.faults.feed import Feed
from tests.faults.load import CaseSystem, Client, Editor, Load, Reader
from tests.faults.servers import Server, served

# Three of each: they meet one another in the public stream, and in a municipality's own.
_TOWNS = ("2260", "2280", "2281")
_AN_HOUR = 3600

Figures = dict[str, Any]


class Rig:
    """A server, those who use it, and the books of what it has promised them."""

    def __init__(self, server: Server, clients: "Clients", figures: Figures) -> None:
        self.server = server
        self.figures = figures
        # Of one whose bodies are read: others are refused before that.
        self.token = clients.token("2281")
        anyone = clients.of()
        content = anyone.get("/guidelines/gemensamt-sprak").json()["content"]
        self.load = Load(
            [
                *(CaseSystem(clients.of(town), town) for town in _TOWNS),
                *(Editor(clients.of(town), town, content) for town in _TOWNS),
                Reader(clients.of()),
            ]
        )
        self.admin = clients.of("22", "county_admin")
        self._feeds = [Feed(anyone), *(Feed(clients.of(town), town) for town in _TOWNS)]
        # What stood in the feed before, of which we have no books.
        self._before = self._told()

    def check(self) -> None:
        """Find every acknowledged write once, through the API; nothing may be writing meanwhile."""
        for worker in self.load.workers:
            worker.check()
        told = self._told() - self._before
        acknowledged = self.load.acknowledged()
        self.server.measure()
        self.figures |= {
            "acknowledged": acknowledged.total(),
            "lost": (acknowledged - told).total(),
            "doubled": (told - acknowledged).total(),
            "unanswered": len(self.load.unanswered()),
            "refused": self.load.refused(),
            "peakMegabytes": round(self.server.peak_megabytes),
        }
        assert told == acknowledged, (acknowledged - told, told - acknowledged)

    def _told(self) -> Counter[tuple[str, int]]:
        found: Counter[tuple[str, int]] = Counter()
        for feed in self._feeds:
            feed.read_on()
            found += feed.told
        return found


class Clients:
    """Clients with tokens that outlive every kill of the server; their connections end with the block."""

    def __init__(self, server: Server, database_url: str, stack: ExitStack) -> None:
        self._server = server
        self._settings = Settings(database_url=database_url, base_url=server.address)
        self._stack = stack
        database = open_database(database_url)
        self._keys = Keys(database)
        database.dispose()

    def of(self, organisation: str | None = None, *roles: str) -> Client:
        """Make a client of an organisation, or of anyone."""
        client = Client(self._server.address, self.token(organisation, *roles) if organisation else "")
        self._stack.callback(client.close)
        return client

    def token(self, organisation: str, *roles: str) -> str:
        return issue_token(
            self._keys,
            self._settings,
            subject=f"{organisation}/fel",
            organisation=organisation,
            roles=roles or ("editor", "integrator"),
            lifetime=_AN_HOUR,
        )


@contextmanager
def rigged(database_url: str, folder: Path, figures: Figures, **settings: str) -> Iterator[Rig]:
    """Serve a seeded database and bring those who will use it; `settings` are variables of the server."""
    with served(database_url, folder, settings) as server, ExitStack() as stack:
        yield Rig(server, Clients(server, database_url, stack), figures)
