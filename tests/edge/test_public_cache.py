"""The cache around the app: what is kept, for whom and how long, and that nobody can tell it from the app."""

import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio
import httpx2
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.clock import STOCKHOLM
from api.edge.context import Topic, context_of
from api.edge.public_cache import PublicCache
from tests.conftest import HOST, County
from tests.examples import DECISION, DECISION_BODY

ROOM = 1_000_000
TEXT = b"ett gemensamt ord " * 100
BROWSER = "gzip, deflate, br, zstd"
REQUEST_ID, TRACE = "fraga-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MIDNIGHT = datetime(2026, 11, 25, tzinfo=STOCKHOLM)
PATHS = ("/terms", "/terms/digital-mognad", "/suggestions?q=bygg", "/guidelines", "/adoption-matrix", "/domains")

texts = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20)
codings = st.sampled_from(["", "gzip", "br", "zstd", BROWSER, "gzip;q=0", "*;q=0", "identity;q=0, br"]) | texts
accepts = st.sampled_from(["", "*/*", "text/csv", "text/csv, */*", "application/json"]) | texts


@dataclass
class Answer:
    """What came back; `headers` are the lines as they were sent."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    def __getitem__(self, name: str) -> str:
        (value,) = (value for found, value in self.headers if found == name.encode())
        return value.decode()

    def names(self) -> set[str]:
        return {name.decode() for name, _ in self.headers}


def ask(app: ASGIApp, path: str = "/", method: str = "GET", **headers: str) -> Answer:
    """Ask an ASGI app once; header names as Python arguments."""
    return anyio.run(exchange, app, path, method, [(name.replace("_", "-"), value) for name, value in headers.items()])


async def exchange(app: ASGIApp, path: str, method: str, lines: list[tuple[str, str]]) -> Answer:
    found = Answer()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            found.status, found.headers = message["status"], list(message["headers"])
        else:
            found.chunks.append(message["body"])

    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
    await app(scope, receive, send)
    return found


@dataclass
class Saying:
    """A small app that says the same to everyone, and counts how often it was asked."""

    body: bytes = TEXT
    topic: Topic | None = Topic.TERMS
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        context_of(scope).topic = self.topic
        self.meanwhile()
        await Response(self.body, self.status, self.headers, "text/plain")(scope, receive, send)


class Changing:
    """An app with a text a topic, which can change, and which tells what it was asked."""

    def __init__(self) -> None:
        self.versions = dict.fromkeys(Topic, 0)
        self.cache = PublicCache(self, 30_000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        topic = list(Topic)[len(scope["path"]) % len(Topic)]
        context_of(scope).topic = topic
        accept = [value for name, value in scope["headers"] if name == b"accept"]
        said = f"{scope['path']} {scope['query_string']} {accept} {self.versions[topic]} " * 40
        await Response(said)(scope, receive, send)

    def change(self, topic: Topic) -> None:
        self.versions[topic] += 1
        self.cache.drop([topic])


changes = st.sampled_from(Topic)
questions = st.tuples(
    st.sampled_from(["/", "/a", "/ab", "/ab?q", "/abc"]), st.sampled_from(["GET", "HEAD"]), codings, accepts
)


@given(st.lists(changes | questions, max_size=40))
def test_nobody_can_tell_the_cache_from_the_app_whatever_is_asked_and_changes(
    steps: list[Topic | tuple[str, str, str, str]],
) -> None:
    app = Changing()
    for step in steps:
        if isinstance(step, Topic):
            app.change(step)
            continue
        path, method, coding, accept = step
        headers = {"accept_encoding": coding, "accept": accept}
        assert ask(app.cache, path, method, **headers) == ask(PublicCache(app, 0), path, method, **headers)


@given(st.sampled_from(PATHS), codings, accepts)
def test_the_api_answers_with_the_same_bytes_with_the_cache_and_without(
    library: County, path: str, coding: str, accept: str
) -> None:
    cache: PublicCache = library.app.state.cache
    headers = {"accept_encoding": coding, "accept": accept}
    plain = ask(PublicCache(cache.app, 0), f"/api/v1{path}", **headers)
    assert plain.status == 200
    assert ask(cache, f"/api/v1{path}", **headers) == ask(cache, f"/api/v1{path}", **headers) == plain
