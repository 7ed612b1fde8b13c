"""Sixteen who change and decide the same proposal at the same time: nobody overwrites what they have not read."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from api import clock
from tests.conftest import BASE, Store
from tests.faults.feed import Feed
from tests.faults.load import Client
from tests.faults.rig import Clients, Figures
from tests.faults.servers import Server, served

_RACERS = 16
# Of a proposal and a round, so that 50 rounds are 100,000 races: a race is two who write on the same revision.
_RACES = 40
# Without a text: what is written is one line.
PROPOSAL = {
    "target": {"type": "guideline", "id": "gemensamt-sprak"},
    "action": "retire",
    "baseVersion": "1.0",
    "title": "Riktlinjen upphör",
    "reason": "Den ersätts av en annan.",
}


class Racer:
    """One who writes on what they last knew, through a connection of their own."""

    def __init__(self, server: Server, token: str, name: str) -> None:
        self.name = name
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def close(self) -> None:
        """End the connection, which the server does when nothing has come for a while; the next request opens one."""
        self._connection.close()

    def send(self, method: str, path: str, body: dict[str, Any], revision: int = 0) -> tuple[int, int, dict[str, Any]]:
        """Give the status, the revision that the answer tells, and the answer."""
        headers = self._headers | {"If-Match": f'"{revision}"'}
        self._connection.request(method, f"{BASE}{path}", json.dumps(body).encode(), headers)
        answer = self._connection.getresponse()
        told = json.loads(answer.read())
        return answer.status, int(answer.headers.get("ETag", f'"{revision}"').strip('"')), told


class Race:
    """Writes on one proposal: how many pairs of them were on the same revision, and what was taken on which."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.races = 0
        self.taken: list[tuple[int, str]] = []
        self._writes: Counter[int] = Counter()
        self._counting = threading.Lock()

    @property
    def writes(self) -> int:
        return self._writes.total()

    def run(self, racer: Racer, wanted: int) -> None:
        """Write on what is there until there were as many races."""
        revision = 1
        racer.close()
        while self.races < wanted:
            title = f"{racer.name} på {revision}"
            status, following, told = racer.send("PATCH", self.path, {"title": title}, revision)
            assert status in (200, 412), told
            with self._counting:
                self.races += self._writes[revision]
                self._writes[revision] += 1
            if status == 200:
                self.taken.append((revision, title))
            revision = following


def test_of_those_who_write_on_one_revision_one_is_taken(
    store: Store, tmp_path: Path, rounds: int, figures: Figures
) -> None:
    figures |= {"rounds": rounds, "races": 0, "writes": 0, "taken": 0, "overwritten": 0, "lost": 0, "doubled": 0}
    taken: Counter[tuple[str, int]] = Counter()
    url = store.copy()
    with served(url, tmp_path) as server, ExitStack() as stack:
        clients = Clients(server, url, stack)
        owner = clients.of("2281")
        editors, deciders = (
            [Racer(server, clients.token(code, role), f"{role} {place}") for place in range(_RACERS)]
            for code, role in (("2281", "editor"), ("22", "county_editor"))
        )
        for racer in (*editors, *deciders):
            stack.callback(racer.close)
        for _round in range(rounds):
            race = Race(f"/proposals/{owner.send('POST', '/proposals', PROPOSAL).json()['id']}")
            with ThreadPoolExecutor(_RACERS) as threads:
                list(threads.map(race.run, editors, [_RACES * rounds] * _RACERS))
            last, title = max(race.taken)
            shown = owner.get(race.path).json()
            assert (shown["revision"], shown["title"]) == (last + 1, title)
            taken[race.path.removeprefix("/"), 1] += 1
            taken.update((race.path.removeprefix("/"), revision + 1) for revision, _ in race.taken)
            figures["overwritten"] += len(race.taken) - len({revision for revision, _ in race.taken})
            figures["taken"] += len(race.taken)
            figures["writes"] += race.writes
            figures["races"] += race.races
            decide(owner, deciders, race.path, last + 1)
        feed = Feed(owner, "2281")
        feed.read_on()
        figures["lost"], figures["doubled"] = (taken - feed.told).total(), (feed.told - taken).total()
        server.measure()
    figures["peakMegabytes"] = round(server.peak_megabytes)
    store.drop(url)
    assert (figures["overwritten"], figures["lost"], figures["doubled"]) == (0, 0, 0)


def decide(owner: Client, deciders: Sequence[Racer], path: str, revision: int) -> None:
    """Submit, and let all decide at once on what they have read: one of them does."""
    submission = {"action": "submit", "reason": None}
    owner.send("POST", f"{path}/transitions", submission, {"If-Match": f'"{revision}"'})

    def reject(decider: Racer) -> tuple[int, str]:
        body = {"outcome": "rejected", "body": "Styrgruppen", "decidedOn": f"{clock.today()}", "reason": decider.name}
        decider.close()
        return decider.send("POST", f"{path}/decision", body, revision + 1)[0], decider.name

    with ThreadPoolExecutor(len(deciders)) as threads:
        answers = list(threads.map(reject, deciders))
    assert Counter(status for status, _ in answers) == {201: 1, 412: len(deciders) - 1}
    assert (201, owner.get(f"{path}/decision").json()["reason"]) in answers
