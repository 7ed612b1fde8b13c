"""Two hundred bodies that are too large at the same time: each is refused, and nobody else notices."""

import asyncio
import json
import time

from tests.faults.rig import Figures, Rig

_AT_ONCE = 200
_MEGABYTE = 1_000_000
_HEAD = (
    "POST /api/v1/proposals HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Authorization: Bearer {}\r\n{}\r\n\r\n"
)
_CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
# Of an endless body nobody sends more than this without an answer.
_MOST_CHUNKS = 64


async def announced(port: int, token: str) -> int:
    """Send one byte more than is taken, of an announced length."""
    return await answer_to(port, token, f"Content-Length: {_MEGABYTE + 1}", [b" " * (_MEGABYTE + 1)])


async def endless(port: int, token: str) -> int:
    """Send chunk after chunk, until there is an answer."""
    return await answer_to(port, token, "Transfer-Encoding: chunked", [_CHUNK] * _MOST_CHUNKS)


async def answer_to(port: int, token: str, header: str, parts: list[bytes]) -> int:
    """Send a body part by part and give the status of the answer, which must be problem+json."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        answering = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n"))
        writer.write(_HEAD.format(token, header).encode())
        for part in parts:
            if answering.done():
                break
            writer.write(part)
            try:
                await writer.drain()
            except ConnectionError:
                break
            # Give the answer a chance to be seen.
            await asyncio.sleep(0)
        head = (await answering).decode("latin-1").lower()
        assert "content-type: application/problem+json" in head
        status: int = json.loads((await reader.readuntil(b"}")).decode())["status"]
        return status
    finally:
        writer.close()


async def all_at_once(port: int, token: str) -> list[int]:
    async with asyncio.timeout(60):
        return await asyncio.gather(*((announced if place % 2 else endless)(port, token) for place in range(_AT_ONCE)))


def test_bodies_that_are_too_large_are_refused_and_others_served(rig: Rig, few: int, figures: Figures) -> None:
    figures |= {"rounds": few, "bodies": few * _AT_ONCE}
    for _round in range(few):
        began = time.monotonic()
        with rig.load.running():
            rig.load.wait_for_more(5)
            statuses = asyncio.run(all_at_once(rig.server.port, rig.token))
            rig.load.wait_for_more(5)
        assert statuses == [413] * _AT_ONCE
        assert not [begun for begun in rig.load.unanswered() if begun > began]
        rig.check()
