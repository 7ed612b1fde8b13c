"""What is logged: JSON, one line each whatever is sent, and nobody's secrets."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from api.edge.logs import PROCESSORS, library_handler
from tests.conftest import County

TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl"
HOSTILE = ["/a%0Ab", "/a%0D%0A{}", "/a%00b", "/a%1B[2Jb", "/a%C2%9Bb", "/a%E2%80%A8b", "/a%E2%80%AEb", "/å"]
SECRETS = {
    "a token": f"it was {TOKEN}",
    "a header": "Authorization: Bearer s3cr3ts3cr3t",
    "another header": "authorization: Basic czNjcjN0OnMzY3IzdA==",
    "a form": "grant_type=client_credentials&client_secret=s3cr3t&scope=a",
    "a query": "/terms?access_token=s3cr3t",
    "JSON": '{"client_secret": "s3cr3t", "password":"s3cr3t"}',
    "Python": "{'token': 's3cr3t'}",
    "an address": "postgresql://samsprak:s3cr3t@host/name",
    "a path": f"/api/v1/terms/{TOKEN}",
    "a secret that signs": "signed by whsec_s3cr3ts3cr3ts3cr3t/+=",
}


def rendered(line: dict[str, Any]) -> str:
    """Write a line as it is written when the service runs."""
    text: Any = dict(line)
    for processor in PROCESSORS:
        text = processor(None, "info", text)
    return str(text)


@pytest.mark.parametrize("path", HOSTILE)
def test_a_request_is_one_line_of_plain_characters(library: County, path: str) -> None:
    with structlog.testing.capture_logs() as lines:
        library.client.get(path, headers={"X-Request-Id": "a" * 65, "User-Agent": "\x1b[2J", "Authorization": TOKEN})
    [line] = [rendered(line) for line in lines if line["event"] == "request"]
    assert line.isascii()
    assert line.isprintable()
    found = json.loads(line)
    assert (found["status"], found["method"]) == (404, "GET")
    assert TOKEN not in line


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_written_wherever_it_stands(name: str) -> None:
    line = rendered({"event": "unforeseen", "path": SECRETS[name], "exc_info": ValueError(SECRETS[name])})
    found = json.loads(line)
    assert "***" in found["path"]
    for secret in ("s3cr3t", "czNjcjN0", TOKEN.split(".")[1]):
        assert secret not in line


def test_what_libraries_log_is_written_in_the_same_way() -> None:
    stream = io.StringIO()
    log, handler = logging.getLogger("uvicorn.error"), library_handler(stream)
    log.addHandler(handler)
    log.warning("Invalid request:\n%s", f"Bearer {TOKEN}")
    log.warning("Exception in ASGI application\n", exc_info=RuntimeError("password=s3cr3t"))
    log.removeHandler(handler)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["logger"]) == (
        "Invalid request:\nBearer ***",
        "warning",
        "uvicorn.error",
    )
    assert "RuntimeError: password=***" in second["exception"]


def test_answers_from_the_cache_have_no_line(library: County) -> None:
    library.get("/terms?limit=7")
    with structlog.testing.capture_logs() as lines:
        library.get("/terms?limit=7")
    assert [line for line in lines if line["event"] == "request"] == []
