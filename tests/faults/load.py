"""Clients that write at the same time, send again what was not answered, and remember what was."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from tests.conftest import BASE
from tests.examples import DECISION_BODY
from tests.faults.waiting import wait_until

_PAUSE = 0.03
# Answers by which the server asks to try again later: never without Retry-After.
_LATER = {"unavailable": 503, "insufficient-storage": 507, "idempotency-key-in-use": 409}


class WrongAnswerError(Exception):
    """An answer that no fault excuses."""


class Client:
    """One client of the server: every request is sent until it is answered with 2xx."""

    def __init__(self, address: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.Client(base_url=f"{address}{BASE}", headers=headers, timeout=20)
        # How many seconds one request is sent again and again.
        self.patience = 90
        # When each try that got no answer was begun.
        self.unanswered: list[float] = []
        self.refused: Counter[int] = Counter()

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> httpx2.Response:
        return self.send("GET", path)

    def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        first = time.monotonic()
        while (begun := time.monotonic()) - first < self.patience:
            try:
                answer = self._http.request(method, path, json=body, headers=headers)
            except httpx2.TransportError:
                self.unanswered.append(begun)
            else:
                if answer.is_success:
                    return answer
                check_refusal(answer)
                self.refused[answer.status_code] += 1
            time.sleep(_PAUSE)
        raise WrongAnswerError(f"{method} {path} was not taken in {self.patience} seconds")


def check_refusal(answer: httpx2.Response) -> None:
    """Let pass what asks the client to try later; raises WrongAnswerError for all else."""
    told = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}"
    if answer.headers.get("content-type") != "application/problem+json":
        raise WrongAnswerError(told)
    slug = answer.json()["type"].rpartition("/")[2]
    if _LATER.get(slug) != answer.status_code or not answer.headers.get("retry-after", "").isdecimal():
        raise WrongAnswerError(told)


class Worker(Protocol):
    """What a thread does: one thing after the other, through a client of its own."""

    client: Client

    def work(self) -> None: ...

    def acknowledged(self) -> Counter[tuple[str, int]]:
        """Count what was acknowledged, as the feed tells it: (subject, revision)."""

    def check(self) -> None:
        """Ask the server for what it has acknowledged."""


class CaseSystem:
    """A municipality's own system: ever newer revisions of a few decisions."""

    def __init__(self, client: Client, municipality: str) -> None:
        self.client = client
        self._revisions = dict.fromkeys((f"municipalities/{municipality}/decisions/fel/{n}" for n in range(3)), 0)

    def work(self) -> None:
        subject = random.choice(list(self._revisions))
        revision = self._revisions[subject] + 1
        sent = DECISION_BODY | {"sourceRevision": revision, "reason": _reason(revision)}
        answer = self.client.send("PUT", f"/{subject}", sent).json()
        if answer["result"] == "stale" or answer["decision"]["sourceRevision"] != revision:
            raise WrongAnswerError(f"revision {revision} of {subject}: {answer}")
        self._revisions[subject] = revision

    def acknowledged(self) -> Counter[tuple[str, int]]:
        return Counter((subject, n) for subject, last in self._revisions.items() for n in range(1, last + 1))

    def check(self) -> None:
        for subject, revision in self._revisions.items():
            if revision:
                stored = self.client.get(f"/{subject}").json()
                assert (stored["sourceRevision"], stored["reason"]) == (revision, _reason(revision)), subject


def _reason(revision: int) -> str:
    return f"Skälet i källans revision {revision}."


@dataclass
class Editor:
    """An editor whose drafts carry an Idempotency-Key."""

    client: Client
    organisation: str
    content: dict[str, Any]
    # Id, key, body and answer of each draft.
    drafts: list[tuple[str, str, dict[str, Any], bytes]] = field(default_factory=list)
    _checked: int = 0

    def work(self) -> None:
        body = {
            "target": {"type": "guideline", "id": "gemensamt-sprak"},
            "action": "amend",
            "baseVersion": "1.0",
            "changeKind": "minor",
            "title": f"Förslag {len(self.drafts) + 1}",
            "reason": "Orden läses olika i kommunerna.",
            "content": self.content,
        }
        key = str(uuid.uuid4())
        answer = self._post(body, key)
        self.drafts.append((answer.json()["id"], key, body, answer.content))

    def acknowledged(self) -> Counter[tuple[str, int]]:
        return Counter((f"proposals/{draft_id}", 1) for draft_id, *_ in self.drafts)

    def check(self) -> None:
        for draft_id, key, body, answer in self.drafts[self._checked :]:
            stored = self.client.get(f"/proposals/{draft_id}").json()
            assert (stored["title"], stored["status"], stored["revision"]) == (body["title"], "draft", 1)
            again = self._post(body, key)
            assert (again.content, again.headers.get("idempotency-replayed")) == (answer, "true")
        self._checked = len(self.drafts)
        listed = self.client.get(f"/proposals?organisation={self.organisation}&limit=1").json()
        assert listed["_meta"]["totalRecords"] == len(self.drafts)

    def _post(self, body: dict[str, Any], key: str) -> httpx2.Response:
        return self.client.send("POST", "/proposals", body, {"Idempotency-Key": key})


@dataclass
class Reader:
    """Somebody who reads what is public; some of it is in memory, some in the database."""

    client: Client

    def work(self) -> None:
        self.client.get(
            random.choice(
                (
                    "/terms?q=digital",
                    "/guidelines/gemensamt-sprak",
                    "/adoptions?limit=2",
                    "/municipalities/2281/decisions?limit=2",
                    f"/events?limit=2&after={random.randint(0, 100)}",
                )
            )
        )
        # What is looked at are writes.
        time.sleep(0.005)

    def acknowledged(self) -> Counter[tuple[str, int]]:
        return Counter()

    def check(self) -> None:
        """Has left nothing behind."""


@dataclass
class Load:
    """All workers at once."""

    workers: list[Worker]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work while the block runs; it ends when every request that was begun is acknowledged."""
        stopping = threading.Event()

        def work(worker: Worker) -> None:
            while not stopping.is_set():
                worker.work()

        with ThreadPoolExecutor(len(self.workers)) as threads:
            working = [threads.submit(work, worker) for worker in self.workers]
            try:
                yield
            except BaseException:
                # The test has failed: nobody waits for a server that may be gone.
                for worker in self.workers:
                    worker.client.patience = 0
                raise
            finally:
                stopping.set()
            for done in working:
                done.result()

    def wait_for_more(self, writes: int) -> None:
        """Wait until some more writes are acknowledged."""
        wanted = self.acknowledged().total() + writes
        wait_until(lambda: self.acknowledged().total() >= wanted, "writes are acknowledged")

    def wait_for_refusals(self, refusals: int) -> None:
        """Wait until some more requests are told to come later."""
        wanted = self.refused().total() + refusals
        wait_until(lambda: self.refused().total() >= wanted, "requests are refused")

    def acknowledged(self) -> Counter[tuple[str, int]]:
        found: Counter[tuple[str, int]] = Counter()
        for worker in self.workers:
            found += worker.acknowledged()
        return found

    def unanswered(self) -> list[float]:
        return [begun for worker in self.workers for begun in worker.client.unanswered]

    def refused(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for worker in self.workers:
            found += worker.client.refused
        return found
