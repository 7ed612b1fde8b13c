"""The word that processes share: who writes renews it, and what is put in its place does no harm."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from db.stamp import Stamp, stamp_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stamp"


def watching(path: Path, like: Path | None = None) -> Stamp:
    stamp = Stamp(path, like)
    stamp.watch()
    return stamp


@given(st.lists(st.integers(0, 3), max_size=30))
def test_whoever_renews_it_all_who_watch_see_a_word_that_never_was(
    tmp_path_factory: pytest.TempPathFactory, turns: list[int]
) -> None:
    path = tmp_path_factory.mktemp("stamps") / "stamp"
    # The last one only writes, as commands do.
    stamps = [*(watching(path) for _ in range(3)), Stamp(path)]
    seen = {stamps[0].word[0]}
    for turn in turns:
        stamps[turn].renew()
        (word,) = {stamp.word[0] for stamp in stamps[:3]}
        assert word not in seen
        seen.add(word)


def test_one_who_only_writes_makes_no_file(path: Path) -> None:
    Stamp(path).renew()
    assert not path.exists()


def test_a_file_that_is_removed_is_made_again_and_found_again_by_all(path: Path) -> None:
    writer, reader = watching(path), watching(path)
    path.unlink()
    seen = writer.word[0]
    writer.renew()
    assert writer.word[0] != seen, "the writer's own process is told at once"
    reader.watch()
    seen = reader.word[0]
    writer.renew()
    assert reader.word[0] == writer.word[0] != seen


def put_link(path: Path) -> None:
    target = path.with_name("precious")
    target.write_bytes(b"precious")
    path.symlink_to(target)


def put_hard_link(path: Path) -> None:
    target = path.with_name("precious")
    target.write_bytes(b"precious")
    path.hardlink_to(target)


@pytest.mark.parametrize(
    "put",
    [
        put_link,
        put_hard_link,
        lambda path: path.symlink_to(path.with_name("nowhere")),
        lambda path: path.mkdir(),
        os.mkfifo,
        lambda path: path.write_bytes(b"another's file"),
        lambda path: path.parent.chmod(0o500),
    ],
    ids=["link", "hard link", "dangling link", "folder", "pipe", "other file", "closed folder"],
)
def test_what_stands_in_its_place_is_left_alone_and_the_word_is_the_process_s_own(
    path: Path, put: Callable[[Path], None]
) -> None:
    put(path)
    if os.access(path.parent, os.W_OK) and not os.path.lexists(path):
        pytest.skip("root may write everywhere")
    stamp = watching(path)
    assert str(path) in stamp.fault
    seen = stamp.word[0]
    stamp.renew()
    assert stamp.word[0] != seen
    path.parent.chmod(0o700)
    precious = path.with_name("precious")
    assert not precious.exists() or precious.read_bytes() == b"precious"


def test_a_place_that_becomes_usable_is_used(path: Path) -> None:
    path.mkdir()
    stamp = watching(path)
    path.rmdir()
    stamp.watch()
    assert (stamp.fault, path.stat().st_mode & 0o777) == ("", 0o600)


def test_whoever_may_write_the_database_may_write_the_word(path: Path, tmp_path: Path) -> None:
    database = tmp_path / "samsprak.db"
    database.touch()
    database.chmod(0o664)
    watching(path, like=database)
    assert path.stat().st_mode & 0o777 == 0o664


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("postgresql://a:b@h/d", "postgresql+psycopg://c@h/d", True),
        ("postgresql://h/d", "postgresql://h/e", False),
        ("postgresql://h/d", "postgresql://i/d", False),
        ("postgresql:///d?host=/run/a", "postgresql:///d?host=/run/b", False),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db", True),
        ("sqlite:////srv/a.db", "sqlite:////srv/b.db", False),
    ],
)
def test_each_database_has_its_own_whoever_signs_in(one: str, other: str, *, same: bool) -> None:
    assert (stamp_of(sa.make_url(one)).path == stamp_of(sa.make_url(other)).path) is same
