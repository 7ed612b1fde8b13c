"""The receivers in JavaScript and C# that docs/webhooks.md shows: what is ours they take, and nothing else."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from api.webhooks.sending import Message, signed_headers
from tests.faults.servers import free_port
from tests.faults.waiting import wait_until

_PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
SECRET, OLD, OTHER = "whsec_" + "QUJD" * 11, "whsec_" + "REVG" * 11, "whsec_" + "WFla" * 11
MESSAGE = Message("0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50", '{"type":"a.b","data":{"sequence":7,"å":1}}'.encode())
NOW = timedelta()


def headers(*secrets: str, age: timedelta = NOW, **changed: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    return signed_headers(MESSAGE, secrets, datetime.now(UTC) - age) | named


def shown(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", _PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    port, file = free_port(), tmp_path_factory.mktemp("node") / "receiver.js"
    file.write_text(shown("js").replace("9000", str(port)), encoding="utf-8")
    address = f"http://127.0.0.1:{port}/in"
    with subprocess.Popen([node, file], env={"WEBHOOK_SECRET": SECRET}, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(address), "the receiver listens")
            yield address
        finally:
            process.kill()


def _answers(address: str) -> bool:
    try:
        return httpx2.get(address).status_code == 401
    except httpx2.TransportError:
        return False


def status(address: str, sent: dict[str, str], body: bytes = MESSAGE.body) -> int:
    return httpx2.post(address, headers=sent, content=body).status_code


def test_the_receiver_in_javascript_takes_what_is_ours(receiver: str) -> None:
    assert status(receiver, headers(SECRET)) == 204
    assert status(receiver, headers(OLD, SECRET)) == 204
    assert status(receiver, headers(SECRET, OLD)) == 204


def test_the_receiver_in_javascript_takes_nothing_else(receiver: str) -> None:
    assert status(receiver, {}) == 401
    assert status(receiver, headers(SECRET), MESSAGE.body + b" ") == 401
    assert status(receiver, headers(OTHER)) == 401
    for minutes in (6, -6):
        assert status(receiver, headers(SECRET, age=timedelta(minutes=minutes))) == 401
    for changed in (
        {"webhook_id": "another"},
        {"webhook_timestamp": "soon"},
        {"webhook_signature": "v1"},
        {"webhook_signature": "v1,"},
        {"webhook_signature": headers(SECRET)["webhook-signature"].replace("v1,", "v2,")},
    ):
        assert status(receiver, headers(SECRET, **changed)) == 401, changed


# What both must say alike, each in its own language: in JavaScript, in C#.
CONSTANTS = {
    "the headers": (r'"(webhook-\w+)"', r'"(webhook-\w+)"'),
    "the text that is signed": (r"`(\S+\.)`", r'\$"(\S+\.)"'),
    "the seconds that a message is good for": (r"< (\d+)\)", r"> (\d+)\)"),
    "what names the secret": (r'secret\.replace\("(\w+)", ""\)', r'secret\.Replace\("(\w+)", ""\)'),
    "the code": (r'createHmac\("(\w+)", key\)', r"HMAC(\w+)\.HashData\(key"),
    "the version": (r'version === "(\w+)"', r'part\.StartsWith\("(\w+),"\) &&'),
}
STEPS = (
    ('.split(" ")', ".Split(' ').Any("),
    ("timingSafeEqual(sent, expected)", "FixedTimeEquals(sent, expected)"),
    ("writeHead(401)", "if (!genuine) return Results.Unauthorized()"),
    ("writeHead(204)", "return Results.NoContent()"),
)


def test_the_receiver_in_c_sharp_takes_the_steps_of_the_one_that_is_run() -> None:
    """Compare the two: no C# compiler is where the tests run."""
    ours, theirs = shown("js"), shown("csharp")
    for name, (in_ours, in_theirs) in CONSTANTS.items():
        said = set(re.findall(in_ours, ours.replace("${", "{")))
        assert said, name
        assert {each.lower() for each in re.findall(in_theirs, theirs)} == said, name
    assert [step for step in STEPS if step[0] not in ours or step[1] not in theirs] == []
