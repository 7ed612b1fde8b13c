"""Small apps, and a way to ask one that shows the very bytes and lines that it sends."""

from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.context import Topic, context_of
from api.edge.public_cache import PublicCache

ROOM = 1_000_000
TEXT = b"ett gemensamt ord " * 100
BROWSER = "gzip, deflate, br, zstd"


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
    personal: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        context_of(scope).topic = self.topic
        context_of(scope).personal = self.personal
        self.meanwhile()
        await Response(self.body, self.status, self.headers, "text/plain")(scope, receive, send)


class Changing:
    """An app with a text a topic, which can change; of one topic the Accept header has its say."""

    def __init__(self) -> None:
        self.versions = dict.fromkeys(Topic, 0)
        self.cache = PublicCache(self, 30_000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        topic = list(Topic)[len(scope["path"]) % len(Topic)]
        context_of(scope).topic = topic
        accept = []
        if topic is Topic.ADOPTIONS:
            context_of(scope).negotiated = True
            accept = [value for name, value in scope["headers"] if name == b"accept"]
        said = f"{scope['path']} {scope['query_string']} {accept} {self.versions[topic]} " * 40
        await Response(said)(scope, receive, send)

    def change(self, topic: Topic) -> None:
        self.versions[topic] += 1
        self.cache.drop([topic])
