"""What is sent of a finished answer: with a tag, coded, without a body, or not again."""

from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.edge.context import Topic, context_of
from api.edge.public_cache import PublicCache
from tests.conftest import County
from tests.edge.asking import BROWSER, ROOM, TEXT, Changing, Saying, ask, exchange

REQUEST_ID, TRACE = "fraga-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SCOPE: Scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
NOBODY: Any = None


def test_a_head_is_the_get_without_its_body() -> None:
    cache = PublicCache(Saying(), ROOM)
    miss, get, hit = (ask(cache, method=method) for method in ("HEAD", "GET", "HEAD"))
    assert (miss.body, get.body, hit.body) == (b"", TEXT, b"")
    assert miss.headers == get.headers == hit.headers
    assert get["content-length"] == str(len(TEXT))


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other",W/{} , "third"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_already_is_not_sent_again(form: str, method: str) -> None:
    cache = PublicCache(Saying(), ROOM)
    full = ask(cache)
    for app in (cache, PublicCache(Saying(), ROOM)):
        unchanged = ask(app, method=method, if_none_match=form.format(full["etag"]))
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.names() == full.names() - {"content-type", "content-length"}
        assert all(unchanged[name] == full[name] for name in unchanged.names())


@pytest.mark.parametrize("sent", ["", '""', '"other"', "W/", "{}x", "x{}", "()"])
def test_another_etag_gets_the_whole(sent: str) -> None:
    cache = PublicCache(Saying(), ROOM)
    etag = ask(cache)["etag"]
    assert ask(cache, if_none_match=sent.format(etag)).body == TEXT


def test_etags_tell_codings_and_contents_apart_and_are_the_same_in_every_process() -> None:
    tags = {coding: ask(PublicCache(Saying(), ROOM), accept_encoding=coding)["etag"] for coding in ("", "br", "gzip")}
    again = {coding: ask(PublicCache(Saying(), ROOM), accept_encoding=coding)["etag"] for coding in ("", "br", "gzip")}
    other = ask(PublicCache(Saying(TEXT + b"."), ROOM))["etag"]
    assert again == tags
    assert len({*tags.values(), other}) == 4


def test_odd_headers_neither_dilute_the_cache_nor_come_to_the_app() -> None:
    app = Saying()
    cache = PublicCache(app, ROOM)
    for number in range(100):
        ask(
            cache,
            accept=f"application/json;v={number}",
            accept_encoding=f"gzip, x-{number}",
            accept_language=str(number),
        )
    assert app.asked == 1


def test_of_two_accept_headers_the_app_sees_the_one_that_the_answer_is_kept_under() -> None:
    app = Changing()
    lines = [("accept", "text/csv"), ("accept", "application/json")]
    mixed = anyio.run(exchange, app.cache, "/abc", "GET", lines)
    assert mixed == ask(app.cache, "/abc", accept="application/json") == ask(PublicCache(app, 0), "/abc")
    assert mixed != ask(app.cache, "/abc", accept="text/csv")


def test_all_that_tells_answers_apart_stands_in_vary_once() -> None:
    for headers in ({}, {"Vary": "Origin"}, {"Vary": "Accept-Encoding, Origin"}):
        cache = PublicCache(Saying(headers=headers), ROOM)
        for method in ("GET", "HEAD", "GET"):
            assert ask(cache, method=method)["vary"] == "Accept-Encoding"
        personal = PublicCache(Saying(headers=headers, personal=True), ROOM)
        for token in ({}, {"authorization": "Bearer x"}, {}):
            assert ask(personal, **token)["vary"] == "Accept-Encoding, Authorization"
    for accept in ("text/csv", "*/*", "text/csv"):
        assert ask(Changing().cache, "/abc", accept=accept)["vary"] == "Accept-Encoding, Accept"


def test_where_the_accept_header_chooses_each_choice_is_kept() -> None:
    app = Changing()
    for accept in ("text/csv", "application/json", "*/*", "text/csv;header=present"):
        ask(app.cache, "/abc", accept=accept)
    assert (app.cache.hits, app.cache.misses) == (2, 2)


def test_what_two_layers_both_say_is_sent_once() -> None:
    said = [(b"access-control-allow-origin", b"*"), (b"content-length", b"3"), (b"access-control-allow-origin", b"*")]

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": said})
        await send({"type": "http.response.body", "body": b"ett"})

    assert ask(PublicCache(app, ROOM))["access-control-allow-origin"] == "*"


def test_a_site_that_asks_from_a_browser_gets_each_cors_header_once(library: County) -> None:
    cache: PublicCache = library.app.state.cache
    for origin in ({"origin": "https://intranet.example"}, {}):
        cache.drop(Topic)
        for _ in range(2):
            found = ask(cache, "/api/v1/terms", **origin)
            assert found["access-control-allow-origin"] == "*"
            assert "ETag" in found["access-control-expose-headers"]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"if_none_match": "*"}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_callers_id_and_trace_come_back_on_hits_and_misses_and_to_no_other(
    library: County, method: str, headers: dict[str, str]
) -> None:
    cache: PublicCache = library.app.state.cache
    cache.drop(Topic)
    for _ in range(2):
        found = ask(cache, "/api/v1/terms", method, x_request_id=REQUEST_ID, traceparent=TRACE, **headers)
        assert found.status == (401 if "authorization" in headers else 304 if headers else 200)
        assert (found["x-request-id"], found["traceparent"]) == (REQUEST_ID, TRACE)
        assert ask(cache, "/api/v1/terms", method).names().isdisjoint({"x-request-id", "traceparent"})
        odd = ask(cache, "/api/v1/terms", method, x_request_id="<b>", traceparent="00-1")
        assert odd.names().isdisjoint({"x-request-id", "traceparent"})


def test_what_a_route_says_of_caching_stands() -> None:
    cache = PublicCache(Saying(topic=None, headers={"Cache-Control": "no-store"}), ROOM)
    assert ask(cache)["cache-control"] == "no-store"


def test_what_is_coded_already_is_not_coded_again() -> None:
    cache = PublicCache(Saying(headers={"Content-Encoding": "br"}), ROOM)
    for _ in range(2):
        found = ask(cache, accept_encoding=BROWSER)
        assert (found["content-encoding"], found.body) == ("br", TEXT)


def test_a_large_answer_is_finished_while_others_are_answered() -> None:
    large = PublicCache(Saying(TEXT * 2_000), ROOM)
    small = PublicCache(Saying(), ROOM)
    finished: list[str] = []

    async def read(name: str, cache: PublicCache) -> None:
        await exchange(cache, "/", "GET", [("accept-encoding", "br")])
        finished.append(name)

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(read, "large", large)
            group.start_soon(read, "small", small)

    anyio.run(both)
    assert finished == ["small", "large"]


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    """Stream for ever, if the server does not say that the client has gone."""

    async def stream() -> AsyncIterator[bytes]:
        while True:
            yield b"ett"
            await anyio.sleep(0.001)

    context_of(scope).topic = Topic.EVENTS
    await StreamingResponse(stream(), headers={"x-stream": "1"})(scope, receive, send)


def test_a_stream_passes_as_it_comes_and_is_not_kept() -> None:
    cache = PublicCache(endless, ROOM)
    sent: list[Message] = []

    async def read() -> None:
        gone = anyio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if len(sent) > 3:
                gone.set()

        await cache(SCOPE, receive, send)

    for _ in range(2):
        sent.clear()
        anyio.run(read)
        assert sent[0]["status"] == 200
        assert [message["body"] for message in sent[1:4]] == [b"ett"] * 3
    assert (cache.hits, cache.misses) == (0, 2)


def test_a_stream_begins_before_its_first_part_is_there() -> None:
    sent: list[str] = []

    async def send(message: Message) -> None:
        sent.append(message["type"])

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        assert sent == ["http.response.start"]
        await send({"type": "http.response.body", "body": b""})

    anyio.run(PublicCache(app, ROOM), SCOPE, NOBODY, send)
    assert len(sent) == 2


def test_the_head_of_an_endless_stream_ends() -> None:
    found = ask(PublicCache(endless, ROOM), method="HEAD")
    assert (found.status, found["x-stream"], found.chunks) == (200, "1", [b""])


def test_what_comes_in_parts_passes_in_parts() -> None:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        context_of(scope).topic = Topic.TERMS
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
        await send({"type": "http.response.body", "body": b"ett", "more_body": True})
        await send({"type": "http.response.body", "body": b"tva"})

    for method, chunks in (("GET", [b"ett", b"tva"]), ("HEAD", [b""])):
        assert ask(PublicCache(app, ROOM), method=method).chunks == chunks


def test_other_methods_and_protocols_pass_untouched() -> None:
    app = Saying()
    cache = PublicCache(app, ROOM)
    for method in ("POST", "OPTIONS", "PUT"):
        assert ask(cache, method=method, accept_encoding=BROWSER) == ask(app, method=method)
    started: list[str] = []

    async def lifespan(scope: Scope, _receive: Receive, _send: Send) -> None:
        started.append(scope["type"])

    anyio.run(PublicCache(lifespan, ROOM), {"type": "lifespan"}, NOBODY, NOBODY)
    assert started == ["lifespan"]
