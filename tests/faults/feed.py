"""A subscriber that follows one stream page by page and computes its chain anew."""

from collections import Counter
from typing import Any

from db.events import GENESIS, hash_data, hash_event
from tests.faults.load import Client

_HEAD = ("sequence", "id", "kind", "subject", "organisation", "occurredAt")
# Where the data of a kind tells which revision of its subject it is.
_REVISION = {
    "decision.recorded": "sourceRevision",
    **dict.fromkeys(("proposal.drafted", "proposal.edited"), "revision"),
}


class BrokenChainError(Exception):
    """The stream is not what it was, from `sequence` on."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(f"event {sequence}: {why}")
        self.sequence = sequence


class Feed:
    """One stream as far as it has been read, and what it told."""

    def __init__(self, client: Client, stream: str = "public") -> None:
        self.told: Counter[tuple[str, int]] = Counter()
        self.sequence = 0
        self._client = client
        self._stream = stream
        self._hash = GENESIS

    def read_on(self) -> None:
        """Read to the end; raises BrokenChainError."""
        while True:
            page = self._client.get(f"/events?stream={self._stream}&after={self.sequence}&limit=1000").json()
            for event in page["items"]:
                self._take(event)
            if not page["items"]:
                break
        if page["_meta"]["lastSequence"] != self.sequence:
            raise BrokenChainError(self.sequence + 1, "it is missing at the end")

    def _take(self, event: dict[str, Any]) -> None:
        expected = self.sequence + 1
        if event["sequence"] != expected:
            raise BrokenChainError(expected, f"{event['sequence']} stands in its place")
        data_hash = hash_data(event["salt"], event["data"])
        digest = hash_event(self._hash, {name: event[name] for name in _HEAD} | {"dataHash": data_hash})
        computed = {"dataHash": data_hash, "previousHash": self._hash, "hash": digest}
        for name, value in computed.items():
            if event[name] != f"sha256:{value}":
                raise BrokenChainError(expected, f"its {name} is another")
        self.sequence, self._hash = expected, digest
        if event["kind"] in _REVISION:
            self.told[event["subject"], event["data"][_REVISION[event["kind"]]]] += 1
