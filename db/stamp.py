"""A word that the processes of one machine share: whoever has written writes it anew, whoever remembers compares it.

It is drawn, not counted. So two writers at once need no lock between them, and no value ever comes back: one that
differs from what was seen means that there is news, one that does not means that there is none.
"""

import hashlib
import mmap
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy.engine import URL

_BYTES = 8


class Stamp:
    """The word in a file; `like` is the file whose owner and mode it takes, and whose folder is trusted as that is.

    Without `like` the folder is everybody's, so the file counts only if it is this user's own. Who never calls `watch`
    makes no file: where there is none, nobody looks.
    """

    def __init__(self, path: Path, like: Path | None = None) -> None:
        self.path = path
        self._like = like
        self._lock = Lock()
        self._mapped: tuple[int, int] | None = None
        self._watching = False
        # Of this process alone, for when the file cannot be had.
        self._own = memoryview(bytearray(_BYTES)).cast("Q")
        self.word = self._own
        # Why the word is not shared, in one line; empty when it is.
        self.fault = ""

    def watch(self) -> None:
        """Show the file's word in `word[0]`; called again, take in that the file was removed or has become usable."""
        with self._lock:
            self._watching = True
            try:
                found = self.path.lstat()
                if self._mapped == (found.st_dev, found.st_ino):
                    return
            except OSError:
                pass
            try:
                self.word, self.fault = self._map(), ""
            except (OSError, ValueError) as error:
                self.word, self._mapped = self._own, None
                self.fault = f"{self.path}: {error}"

    def renew(self) -> None:
        """Tell all who look that there is news; any thread, some microseconds."""
        if self._watching:
            # Or the writer's own process would look at a file that the others have lost.
            self.watch()
        self._own[0] = secrets.randbits(64)
        try:
            with self._opened(os.O_WRONLY) as file:
                _draw(file)
        except OSError:
            # This process at least is told; by others one who may not write here is heard of as other machines are.
            with self._lock:
                self.word, self._mapped = self._own, None

    def _map(self) -> "memoryview[int]":
        with self._opened(os.O_RDWR | os.O_CREAT) as file:
            if self._like is not None:
                _make_like(file, self._like.stat())
            # Written before it is mapped: a page that is looked at must have its place on the disk.
            _draw(file)
            found = os.fstat(file)
            word = memoryview(mmap.mmap(file, _BYTES, prot=mmap.PROT_READ)).cast("Q")
        self._mapped = (found.st_dev, found.st_ino)
        return word

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        """Open the file, if it is one that nobody has put there to have us harm ourselves; raises OSError."""
        mode = stat.S_IMODE(self._like.stat().st_mode) if self._like else 0o600
        # Not blocking: a pipe of that name would hold whoever opens it.
        file = os.open(self.path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode)
        try:
            found = os.fstat(file)
            ours = self._like is not None or found.st_uid == os.geteuid() or os.geteuid() == 0
            if not ours or not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_size not in (0, _BYTES):
                raise OSError("it is another's, or no such file: remove it")
            yield file
        finally:
            os.close(file)


def stamp_of(url: URL) -> Stamp:
    """Choose the place of a database's word: beside SQLite's file, in the folder of passing files for PostgreSQL.

    There the name is made of the address, so processes are told at once only of those that have the same address.
    """
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        return Stamp(file.with_name(f"{file.name}-stamp"), like=file)
    address = f"{url.host}:{url.port} {url.database} {sorted(url.query.items())}"
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    return Stamp(Path(tempfile.gettempdir()) / f"samsprak-{digest}-stamp")


def _make_like(file: int, other: os.stat_result) -> None:
    """Let whoever may write the other file write this one too, as SQLite does with its own."""
    if os.geteuid() == 0:
        os.fchown(file, other.st_uid, other.st_gid)
    if os.geteuid() in (0, os.fstat(file).st_uid):
        os.fchmod(file, stat.S_IMODE(other.st_mode))


def _draw(file: int) -> None:
    os.pwrite(file, secrets.token_bytes(_BYTES), 0)
