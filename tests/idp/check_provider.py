"""A certified OpenID provider (npm oidc-provider) beside the service: `make test-idp`.

Its tokens are accepted as registered, its keys are rotated, and it is stopped, while requests run.
"""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import County, Store, running
from tests.proposals.acts import amendment

AUDIENCE = "https://samsprak.test/api/v1"
# What Entra ID, Keycloak and AD FS put into access tokens, each as a client of its own.
CLAIMS: dict[str, dict[str, Any]] = {
    "app-roles": {"roles": ["Redaktor"]},
    "realm-roles": {"realm_access": {"roles": ["offline_access", "Redaktor"]}},
    "one-group": {"http://schemas.xmlsoap.org/claims/Group": "Redaktor"},
    "nothing": {},
    "county-roles": {"roles": ["Lansredaktor"], "organisation": "22", "scope": "proposals:decide"},
}


class Provider:
    """The provider's process; `token` asks it as a machine client does."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"

    def token(self, client: str = "app-roles", **form: str) -> str:
        answer = httpx2.post(
            f"{self.url}/token", data={"grant_type": "client_credentials", **form}, auth=(client, f"{client}-secret")
        )
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def rotate(self) -> None:
        """Let it sign with new keys, and publish those only."""
        assert self._process.stdin is not None
        self._process.stdin.write("rotate\n")
        self._process.stdin.flush()
        self.wait_for("rotated")

    def wait_for(self, word: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == word

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@contextmanager
def provider() -> Iterator[Provider]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with subprocess.Popen(
        ["node", str(Path(__file__).with_name("provider.mjs")), str(port), AUDIENCE, json.dumps(CLAIMS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        made = Provider(process, port)
        try:
            made.wait_for("ready")
            yield made
        finally:
            process.kill()


@pytest.fixture
def idp() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def trusting(store: Store, idp: Provider) -> Iterator[County]:
    url = store.copy()
    with running(url, outbound_private_hosts=(idp.host,)) as county:
        yield county
    store.drop(url)


def register(county: County, idp: Provider, **other: object) -> dict[str, Any]:
    """Trust the provider for Sundsvall, its keys found by discovery."""
    body = {
        "organisation": "2281",
        "issuer": idp.url,
        "audience": AUDIENCE,
        "algorithms": ["RS256"],
        "roleMap": {"Redaktor": "editor"},
        **other,
    }
    answer = county.send("POST", "/issuers", body, county.token("22", "county_admin"))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def read(county: County, token: str) -> int:
    return county.get("/proposals", token).status_code


@pytest.mark.parametrize(
    ("client", "role_claim"),
    [
        ("app-roles", "roles"),
        ("realm-roles", "/realm_access/roles"),
        ("one-group", "http://schemas.xmlsoap.org/claims/Group"),
    ],
)
def test_its_tokens_speak_for_the_municipality_in_the_roles_that_are_mapped(
    trusting: County, idp: Provider, client: str, role_claim: str
) -> None:
    register(trusting, idp, roleClaim=role_claim)
    answer = trusting.send("POST", "/proposals", amendment(trusting), idp.token(client))
    assert (answer.status_code, answer.json()["organisation"]) == (201, "2281")


@pytest.mark.parametrize(("client", "status"), [("nothing", 403), ("county-roles", 403)])
def test_a_token_without_a_mapped_role_may_read_and_no_more(
    trusting: County, idp: Provider, client: str, status: int
) -> None:
    register(trusting, idp)
    token = idp.token(client)
    assert read(trusting, token) == 200
    assert trusting.send("POST", "/proposals", amendment(trusting), token).status_code == status


def test_its_tokens_for_another_service_are_refused(trusting: County, idp: Provider) -> None:
    register(trusting, idp)
    assert read(trusting, idp.token(resource="https://other.example/api")) == 401


def test_before_it_is_registered_and_after_it_is_disabled_its_tokens_are_refused(
    trusting: County, idp: Provider
) -> None:
    token = idp.token()
    assert read(trusting, token) == 401
    made = register(trusting, idp)
    assert read(trusting, token) == 200
    address, admin = f"/issuers/{made['id']}", trusting.token("22", "county_admin")
    trusting.send("PATCH", address, {"disabled": True}, admin, if_match='"1"').raise_for_status()
    assert read(trusting, token) == 401


def test_its_keys_are_shown_when_it_is_tested(trusting: County, idp: Provider) -> None:
    made = register(trusting, idp)
    answer = trusting.send("POST", f"/issuers/{made['id']}/test", None, trusting.token("22", "county_admin"))
    assert answer.status_code == 200, answer.text
    [key] = answer.json()["usableKeys"]
    assert (key["kty"], key["size"], key["algorithms"]) == ("RSA", 2048, ["RS256"])


def test_its_keys_are_rotated_and_it_is_stopped_while_requests_run(trusting: County, idp: Provider) -> None:
    """Nobody who holds a good token of a key that is known is refused, whatever becomes of the provider meanwhile.

    A new key is fetched once the pause between two fetches is over, which the administrator's test cuts short.
    """
    made = register(trusting, idp)
    earlier = idp.token()
    assert read(trusting, earlier) == 200
    ends = time.monotonic() + 60
    stopped = False

    def run() -> list[int]:
        seen = []
        while not stopped and time.monotonic() < ends:
            seen.append(trusting.get("/terms?limit=1", trusting.token("2262")).status_code)
        return seen

    with ThreadPoolExecutor(1) as threads:
        others = threads.submit(run)
        try:
            idp.rotate()
            later = idp.token()
            assert read(trusting, earlier) == 200
            assert read(trusting, later) == 401
            admin = trusting.token("22", "county_admin")
            trusting.send("POST", f"/issuers/{made['id']}/test", None, admin).raise_for_status()
            assert read(trusting, later) == 200
            # The provider no longer shows the key: what it signed is believed no more.
            assert read(trusting, earlier) == 401
            idp.stop()
            for _ in range(20):
                assert read(trusting, later) == 200
            answer = trusting.send("POST", f"/issuers/{made['id']}/test", None, admin)
            assert (answer.status_code, answer.json()["reason"]) == (409, "unreachable")
            assert read(trusting, later) == 200
        finally:
            stopped = True
        assert set(others.result()) == {200}
