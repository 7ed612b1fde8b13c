"""A disk that is full under SQLite: 503 and nothing half done, until there is room again."""

import errno
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.conftest import SqliteStore
from tests.faults.rig import Figures, Rig, rigged

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


class Room(Protocol):
    """The space around a database file."""

    file: Path

    def fill(self, pid: int) -> None: ...

    def free(self, pid: int) -> None: ...


class SmallDisk:
    """A file system of a few megabytes, filled up by another file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "samsprak.db"
        self._ballast = folder / "ballast"

    def fill(self, _pid: int) -> None:
        with self._ballast.open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017  (the loop ends by it)

    def free(self, _pid: int) -> None:
        self._ballast.unlink()


class Quota:
    """A limit of how large the server's files may grow, as a quota sets it; needs no privilege."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "samsprak.db"

    def fill(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (self.file.stat().st_size, resource.RLIM_INFINITY))

    def free(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.fixture(params=["disk", "quota"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    folder = tmp_path / "room"
    folder.mkdir()
    if request.param == "quota":
        yield Quota(folder)
        return
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m", "samsprak", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounting.returncode:
        pytest.skip(f"this machine lets nobody mount a small disk: {mounting.stderr.strip()}")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small(store: SqliteStore, room: Room, figures: Figures) -> Iterator[Rig]:
    shutil.copy(store.template, room.file)
    # The server's log is there too: what cannot be written down is answered all the same.
    with rigged(f"sqlite:///{room.file}", room.file.parent, figures) as made:
        yield made


def test_a_full_disk_refuses_writes_and_takes_them_when_there_is_room(
    small: Rig, room: Room, few: int, figures: Figures
) -> None:
    figures["rounds"] = few
    for _round in range(few):
        with small.load.running():
            small.load.wait_for_more(5)
            room.fill(small.server.pid)
            try:
                small.load.wait_for_refusals(100)
            finally:
                room.free(small.server.pid)
            small.load.wait_for_more(5)
        small.check()
    assert set(small.load.refused()) <= {503, 507}
    assert not small.load.unanswered()
