"""The command line: one clear line and a non-zero exit for what an operator can mend."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from db.session import open_database
from tests.commands import ROOT, api
from tests.conftest import Store, running
from tests.proposals.acts import amendment, approved


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    made = store.copy()
    yield made
    store.drop(made)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


@contextmanager
def served(port: int, environment: dict[str, str]) -> Iterator[Callable[[], str]]:
    """Start the server as an operator does, wait until it is ready, and end it by SIGTERM."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAMSPRAK_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve"],
        cwd=ROOT,
        env=clean | environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        greeting = [process.stdout.readline() for _line in range(4)]
        for _try in range(200):
            try:
                httpx2.get(f"http://127.0.0.1:{port}/readyz").raise_for_status()
                break
            except httpx2.HTTPError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.05)
        yield lambda: "".join(greeting)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


MENDABLE = {
    "an unknown database": {"SAMSPRAK_DATABASE_URL": "mysql://host/name"},
    "an address that is none": {"SAMSPRAK_DATABASE_URL": "nonsense"},
    "a folder that cannot be made": {"SAMSPRAK_DATABASE_URL": "sqlite:////proc/none/samsprak.db"},
    # Not even root writes here.
    "a folder that cannot be written": {"SAMSPRAK_DATABASE_URL": "sqlite:////proc/samsprak.db"},
    "a database in memory": {"SAMSPRAK_DATABASE_URL": "sqlite://"},
    "a server that is not there": {"SAMSPRAK_DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x"},
    "a county that is none": {"SAMSPRAK_COUNTY": "Västernorrland"},
    "an address without a scheme": {"SAMSPRAK_BASE_URL": "samsprak.example"},
    "production with defaults": {"SAMSPRAK_ENVIRONMENT": "production"},
    "a password that everybody tries first": {
        "SAMSPRAK_ENVIRONMENT": "production",
        "SAMSPRAK_BASE_URL": "https://samsprak.example",
        "SAMSPRAK_SIGNING_KEY_FILE": "/none/key.pem",
        "SAMSPRAK_DATABASE_URL": "postgresql://samsprak:postgres@127.0.0.1:1/x",
    },
    "a variable that is misspelt": {"SAMSPRAK_SIGNINGKEY_FILE": "/none/key.pem"},
    "a wait that is no number": {"SAMSPRAK_DRAIN_SECONDS": "long"},
    "a wait that is too long": {"SAMSPRAK_DRAIN_SECONDS": "60"},
    "a password file that is not there": {
        "SAMSPRAK_DATABASE_URL": "postgresql://u@127.0.0.1:1/x",
        "SAMSPRAK_DATABASE_PASSWORD_FILE": "/none/password",
    },
    "a key file that holds no key": {"SAMSPRAK_SIGNING_KEY_FILE": str(ROOT / "pyproject.toml")},
}


@pytest.mark.parametrize("environment", MENDABLE.values(), ids=MENDABLE.keys())
def test_a_start_that_cannot_be_tells_why_in_one_line(environment: dict[str, str], port: int, tmp_path: Path) -> None:
    base = {"SAMSPRAK_DATABASE_URL": f"sqlite:///{tmp_path}/samsprak.db", "PORT": str(port)}
    done = api("serve", **(base | environment))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("samsprak: ")
    assert "secret" not in done.stderr


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        used = str(taken.getsockname()[1])
        done = api("serve", PORT=used, SAMSPRAK_DATABASE_URL=f"sqlite:///{tmp_path}/samsprak.db")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"samsprak: cannot listen on 127.0.0.1:{used}: Address already in use. Choose another by PORT=8001"
    ]


def test_a_database_of_a_newer_version_is_told_in_one_line(url: str, port: int) -> None:
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '2999_01_01_later'"))
    database.dispose()
    done = api("serve", PORT=str(port), SAMSPRAK_DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("samsprak: the database is at schema 2999_01_01_later")
    assert len(done.stderr.splitlines()) == 1


SPOILT_KEYS = {
    "others may read it": (0o604, 0),
    "its group may write it": (0o620, 0),
    "it is another user's": (0o600, 12345),
}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("spoilt", SPOILT_KEYS.values(), ids=SPOILT_KEYS.keys())
def test_a_key_that_others_could_read_or_put_there_is_refused(
    spoilt: tuple[int, int], port: int, tmp_path: Path
) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_text(api("key", "new").stdout)
    key_file.chmod(spoilt[0])
    os.chown(key_file, spoilt[1], 0)
    url = f"sqlite:///{tmp_path}/samsprak.db"
    done = api("serve", PORT=str(port), SAMSPRAK_DATABASE_URL=url, SAMSPRAK_SIGNING_KEY_FILE=str(key_file))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert str(key_file) in done.stderr


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_postgresql_that_may_lose_commits_is_refused(url: str, port: int) -> None:
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {database.url.database} SET synchronous_commit = off"))
    database.dispose()
    done = api("serve", PORT=str(port), SAMSPRAK_DATABASE_URL=url)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert "synchronous_commit is off" in done.stderr


WRONG = {
    "an unknown role": ("token", "--organisation", "2281", "--role", "king"),
    "a role of the county in a municipality": ("token", "--organisation", "2281", "--role", "county_editor"),
    "a token for no organisation": ("token", "--organisation", "9999", "--role", "editor"),
    "a client of no organisation": ("client", "--organisation", "9999", "--name", "x", "--scope", "events:read"),
    "an unknown scope": ("client", "--organisation", "2281", "--name", "x", "--scope", "all"),
    "a scope of the county": ("client", "--organisation", "2281", "--name", "x", "--scope", "proposals:decide"),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_a_command_that_makes_no_sense_tells_why_in_one_line(arguments: tuple[str, ...], url: str) -> None:
    done = api(*arguments, SAMSPRAK_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_production_hands_out_no_tokens_by_hand(url: str, tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_text(api("key", "new").stdout)
    done = api(
        "token",
        "--organisation=2281",
        "--role=editor",
        SAMSPRAK_ENVIRONMENT="production",
        SAMSPRAK_BASE_URL="https://samsprak.example",
        SAMSPRAK_DATABASE_URL=url,
        SAMSPRAK_SIGNING_KEY_FILE=str(key_file),
    )
    assert done.returncode == 1
    assert "development only" in done.stderr


def test_a_sandbox_is_made_as_new(url: str) -> None:
    with running(url) as county:
        first = county.get("/glossary").json()
        approved(county, amendment(county))
        assert county.get("/events").json()["_meta"]["lastSequence"] > first["sequence"]
    for _time in range(2):
        assert api("seed", "--reset", SAMSPRAK_DATABASE_URL=url).returncode == 0
    with running(url) as county:
        again = county.get("/glossary").json()
        assert (again["sequence"], again["contentHash"]) == (first["sequence"], first["contentHash"])
        assert county.get("/proposals").json()["items"] == []


def test_production_is_not_emptied(url: str, tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_text(api("key", "new").stdout)
    done = api(
        "seed",
        "--reset",
        SAMSPRAK_ENVIRONMENT="production",
        SAMSPRAK_BASE_URL="https://samsprak.example",
        SAMSPRAK_DATABASE_URL=url,
        SAMSPRAK_SIGNING_KEY_FILE=str(key_file),
    )
    assert (done.returncode, done.stderr) == (1, "samsprak: a database is emptied in development only\n")


def test_serving_from_an_empty_folder_seeds_once_and_takes_a_token_for_its_own_port(port: int, tmp_path: Path) -> None:
    environment = {"PORT": str(port), "SAMSPRAK_DATABASE_URL": f"sqlite:///{tmp_path}/var/samsprak.db"}
    for _start in range(2):
        with served(port, environment) as greeting:
            answer = httpx2.get(f"http://127.0.0.1:{port}/api/v1/events?limit=1")
            assert answer.json()["_meta"]["lastSequence"] == 118
            assert f"http://127.0.0.1:{port}/docs" in greeting()
            # Another terminal does not know the port; the server has written down where it is.
            url = environment["SAMSPRAK_DATABASE_URL"]
            token = api("token", "--organisation=2281", "--role=editor", SAMSPRAK_DATABASE_URL=url).stdout.strip()
            own = httpx2.get(f"http://127.0.0.1:{port}/api/v1/proposals", headers={"Authorization": f"Bearer {token}"})
            assert own.status_code == 200
            assert api("healthcheck", PORT=str(port)).returncode == 0
    assert api("healthcheck", PORT=str(port)).returncode == 1


def test_production_is_not_served_under_an_address_that_nobody_gave(port: int, tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_text(api("key", "new").stdout)
    key_file.chmod(0o600)
    environment = {
        "SAMSPRAK_ENVIRONMENT": "production",
        "SAMSPRAK_DATABASE_URL": f"sqlite:///{tmp_path}/samsprak.db",
        "SAMSPRAK_SIGNING_KEY_FILE": str(key_file),
    }
    done = api("serve", PORT=str(port), **environment)
    assert (done.returncode, "production needs SAMSPRAK_BASE_URL" in done.stderr) == (1, True)


def test_a_key_is_not_added_where_no_server_would_look_for_it(url: str, tmp_path: Path) -> None:
    done = api("key", "add", SAMSPRAK_DATABASE_URL=url, SAMSPRAK_SIGNING_KEY_FILE=str(tmp_path / "key.pem"))
    assert (done.returncode, "SAMSPRAK_SIGNING_KEY_FILE" in done.stderr) == (1, True)


def test_an_older_key_is_retired_and_the_one_that_signs_is_not(url: str) -> None:
    with running(url) as county:
        older, token = county.app.state.keys.ring.signing_kid, county.token("2281")
        refused = api("key", "retire", older, SAMSPRAK_DATABASE_URL=url)
        assert (refused.returncode, "this key signs" in refused.stderr) == (1, True)
        newer = api("key", "add", SAMSPRAK_DATABASE_URL=url).stdout.strip()
        done = api("key", "retire", older, SAMSPRAK_DATABASE_URL=url)
        assert (done.returncode, done.stdout) == (0, f"{older} is retired\n")
        again = api("key", "retire", older, SAMSPRAK_DATABASE_URL=url)
        assert (again.returncode, len(again.stderr.splitlines())) == (1, 1)
        county.app.state.keys.refresh()
        assert [key["kid"] for key in county.get("/.well-known/jwks.json").json()["keys"]] == [newer]
        assert [county.get("/terms", by).status_code for by in (token, county.token("2281"))] == [401, 200]
