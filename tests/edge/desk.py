"""Every write of the API as a perfect request, for tests to spoil."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.conftest import BASE, County

# Stands in what is sent, and nowhere in what is answered.
MARK = "zqxmark"
WRITES = ("create", "edit", "move", "decide", "record")


@dataclass(frozen=True)
class Write:
    """A perfect request, before a test spoils it."""

    method: str
    path: str
    body: dict[str, Any]
    token: str

    @property
    def sent(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass(frozen=True)
class Desk:
    """A county in which every write could be done."""

    county: County
    writes: dict[str, Write]
    reader: str

    def send(self, name: str, content: bytes, media_type: str | None = "application/json") -> httpx2.Response:
        write = self.writes[name]
        headers = {"Authorization": f"Bearer {write.token}", "If-Match": '"1"' if name == "edit" else '"2"'}
        if media_type is not None:
            headers["Content-Type"] = media_type
        return self.county.client.request(write.method, f"{BASE}{write.path}", content=content, headers=headers)

    def seen(self) -> list[str]:
        """Read all that a change would show in."""
        paths = ("/events?limit=1", "/events?stream=2281&limit=1", "/proposals", "/municipalities/2281/decisions")
        return [self.county.get(path, self.reader).raise_for_status().text for path in paths]


def check_problem(answer: httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    """See that an answer is a whole problem of a kind, and gives nothing back."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"].endswith(f"/problems/{slug}")
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("urn:uuid:")
    assert MARK not in answer.text
    return problem
