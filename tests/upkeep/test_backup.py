"""A backup is read before it is called one; a restore is all or nothing, and says that it was one."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from db.migrate import HEAD
from db.session import open_database
from tests.commands import api
from tests.conftest import PG_PROGRAMS, Store

PATH = f"{PG_PROGRAMS}:{os.environ['PATH']}"


def run(url: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return api(*arguments, **{"SAMSPRAK_DATABASE_URL": url, "PATH": PATH, **environment})


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    return line.removeprefix("samsprak: ")


def rows(url: str, query: str) -> list[Any]:
    database = open_database(url)
    with database.reader.connect() as connection:
        found = list(connection.execute(sa.text(query)))
    database.dispose()
    return found


def change(url: str, statement: str) -> None:
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(sa.text(statement))
    database.dispose()


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    made = store.copy()
    yield made
    store.drop(made)


@pytest.fixture
def empty(store: Store) -> Iterator[str]:
    made = store.empty()
    yield made
    store.drop(made)


@pytest.fixture
def backup(url: str, tmp_path: Path) -> Path:
    file = tmp_path / "backup"
    told(run(url, "backup", str(file)))
    return file


def test_a_backup_is_restored_row_for_row_and_remembers_that_it_was(url: str, empty: str, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    made = told(run(url, "backup", str(file)))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    assert (made["schema"], made["tables"]["event"], made["streams"]["public"]["sequence"]) == (HEAD, 118, 118)
    restored = told(run(empty, "restore", str(file)))
    added = {"instance_value": made["tables"]["instance_value"] + 2}
    assert restored == {**made, "tables": {**made["tables"], **added}}
    query = "SELECT sequence, hash, data, salt FROM event ORDER BY sequence"
    assert rows(empty, query) == rows(url, query)
    marks = dict(rows(empty, "SELECT name, value FROM instance_value WHERE name IN ('restored_at', 'instance_id')"))
    assert marks.keys() == {"restored_at", "instance_id"}
    assert run(empty, "verify").returncode == 0


def test_only_an_empty_database_is_restored_into_unless_told_to_replace(url: str, backup: Path) -> None:
    change(url, "DELETE FROM term_note")
    assert refused(run(url, "restore", str(backup))) == (
        "the database is not empty: name an empty one, or say --replace"
    )
    before = rows(url, "SELECT count(*) FROM term_note")
    restored = told(run(url, "restore", str(backup), "--replace"))
    assert before == [(0,)]
    assert rows(url, "SELECT count(*) FROM term_note") == [(restored["tables"]["term_note"],)]


def test_a_backup_is_never_written_over_another(url: str, backup: Path) -> None:
    assert "is there already" in refused(run(url, "backup", str(backup)))


def test_a_broken_chain_is_neither_backed_up_nor_restored(url: str, empty: str, backup: Path, tmp_path: Path) -> None:
    change(url, "DELETE FROM event WHERE sequence = 70")
    assert refused(run(url, "backup", str(tmp_path / "second"))) == "event 70: it is missing"
    assert not (tmp_path / "second").exists()
    if not url.startswith("sqlite"):
        return
    change(f"sqlite:///{backup}", "DELETE FROM event WHERE sequence = 70")
    assert refused(run(empty, "restore", str(backup))) == "event 70: it is missing"
    assert rows(empty, "SELECT count(*) FROM sqlite_master") == [(0,)]


def test_a_backup_of_a_newer_version_is_refused_and_leaves_nothing(url: str, empty: str, tmp_path: Path) -> None:
    change(url, "UPDATE alembic_version SET version_num = '2999_01_01_later'")
    file = tmp_path / "backup"
    told(run(url, "backup", str(file)))
    assert "made by a newer one" in refused(run(empty, "restore", str(file)))
    database = open_database(empty)
    with database.reader.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.dispose()


WRONG = {"nothing": b"", "a text": b"begrepp\n", "half a database": None}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_backup_is_told_and_leaves_nothing(content: bytes | None, empty: str, backup: Path) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert refused(run(empty, "restore", str(backup)))
    database = open_database(empty)
    with database.reader.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.dispose()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_without_the_client_programs_one_line_says_so(url: str, tmp_path: Path) -> None:
    assert refused(run(url, "backup", str(tmp_path / "backup"), PATH="/none")) == (
        "pg_dump is not on the PATH: install PostgreSQL's client programs"
    )


def test_a_place_that_cannot_be_written_is_named_as_it_was_given(url: str, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "samsprak.backup"
    assert refused(run(url, "backup", str(target))) == f"cannot write {target}: No such file or directory"
