"""The receiver of docs/webhooks.md, run as it stands there: what it prints it has proven."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.servers import free_port
from tests.faults.waiting import wait_until

_PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
_PROGRAM = re.compile(r"^cat > var/receiver\.py <<'PYTHON'\n(.*?)^PYTHON$", re.MULTILINE | re.DOTALL)

# Kind, sequence and subject of an event.
Line = tuple[str, int, str]


class DocumentedReceiver:
    """Started and stopped as its owner likes; it forgets nothing that it has printed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.secret = folder / "secret"
        found = _PROGRAM.search(_PAGE.read_text(encoding="utf-8"))
        assert found is not None, "the page shows a receiver"
        program = found[1].replace("9000", str(self.port)).replace("var/", f"{folder}/")
        self._program = folder / "receiver.py"
        self._program.write_text(program, encoding="utf-8")
        self._printed = folder / "received"
        self._printed.touch()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    def start(self) -> None:
        with self._printed.open("ab") as out:
            self._process = subprocess.Popen([sys.executable, self._program], stdout=out, stderr=subprocess.STDOUT)
        # It prints nothing before it has something to tell.
        time.sleep(0.5)
        assert self._process.poll() is None, self._printed.read_text()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def told(self) -> list[Line]:
        """List the events that came and were proven, in the order in which they came; pings are none."""
        lines = [line.split() for line in self._printed.read_text(encoding="utf-8").splitlines()]
        return [(kind, int(sequence), subject) for kind, subject, sequence in lines if kind != "webhook.ping"]

    def wait_for(self, sequence: int) -> None:
        wait_until(lambda: any(each[1] == sequence for each in self.told()), f"event {sequence}")


@contextmanager
def documented_receiver(folder: Path) -> Iterator[DocumentedReceiver]:
    made = DocumentedReceiver(folder)
    try:
        yield made
    finally:
        made.stop()
