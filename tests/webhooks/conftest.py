"""A county that sends, and a receiver on loopback that it may send to."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import time_machine

from tests.conftest import County, Store, running
from tests.examples import DECISION_BODY
from tests.webhooks.receiver import Receiver, receiver

Json = dict[str, Any]


@dataclass
class Post:
    """A county and a receiver; `sundsvall` is the coordinator of 2281."""

    county: County
    receiver: Receiver
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def sundsvall(self) -> str:
        return self.county.token("2281", "coordinator")

    def subscribe(self, by: str | None = None, **body: Any) -> Json:
        """Make a webhook of Sundsvall to the receiver; gives what was answered."""
        answer = self.county.send("POST", "/webhooks", {"url": self.receiver.url, **body}, by or self.sundsvall)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    def read(self, webhook: Json) -> Json:
        found: Json = self.county.get(f"/webhooks/{webhook['id']}", self.sundsvall).raise_for_status().json()
        return found

    def change(self, webhook: Json, **changes: Any) -> httpx2.Response:
        address = f"/webhooks/{webhook['id']}"
        etag = self.county.get(address, self.sundsvall).headers["etag"]
        return self.county.send("PATCH", address, changes, self.sundsvall, if_match=etag)

    def act(self, webhook: Json, what: str, body: Any = None) -> httpx2.Response:
        return self.county.send("POST", f"/webhooks/{webhook['id']}/{what}", body, self.sundsvall)

    def deliveries(self, webhook: Json, query: str = "") -> list[Json]:
        found = self.county.get(f"/webhooks/{webhook['id']}/deliveries?limit=100{query}", self.sundsvall)
        items: list[Json] = found.raise_for_status().json()["items"]
        return items

    def happen(self, count: int = 1, subject: str | None = None) -> int:
        """Let so many public events happen, of one subject or of one each; gives the sequence of the last."""
        for number in itertools.islice(self.numbers, count):
            address = f"/municipalities/2281/decisions/prov/{subject or number}"
            sent = DECISION_BODY | {"sourceRevision": number + 1, "reason": f"Skäl {number}"}
            answer = self.county.send("PUT", address, sent, self.sundsvall).raise_for_status()
        return int(answer.headers["samsprak-sequence"])

    def events(self, kinds: str = "webhook.*") -> list[Json]:
        """Read what Sundsvall's own stream tells."""
        found = self.county.get(f"/events?stream=2281&kinds={kinds}", self.sundsvall).raise_for_status()
        items: list[Json] = found.json()["items"]
        return items


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def post(store: Store, inbox: Receiver) -> Iterator[Post]:
    """Give a county that sends to a receiver from its own process, on either database."""
    url = store.copy()
    with running(url, deliver=True, outbound_private_hosts=(inbox.host,)) as county:
        yield Post(county, inbox)
    store.drop(url)


@contextmanager
def later(**span: float) -> Iterator[None]:
    """Let so much time have passed, and go on passing."""
    with time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True):
        yield
