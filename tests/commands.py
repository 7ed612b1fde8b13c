"""`python -m api` as tests run it: in a process of its own, forked from one that has loaded the program already."""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from api.__main__ import cli
from api.webhooks.worker import Worker

__all__ = ["FORKS", "ROOT", "Worker", "api"]

ROOT = Path(__file__).parent.parent
_SECONDS = 60
FORKS = multiprocessing.get_context("forkserver")
# To load the program takes two seconds, and hundreds of commands are run; with what `deliver` loads, some more.
FORKS.set_forkserver_preload(["tests.commands"])


def api(*arguments: str, stdin: str = "", **environment: str) -> CompletedProcess[str]:
    """Run a command to its end, with nothing of our own environment that it reads."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAMSPRAK_")}
    with tempfile.TemporaryDirectory() as place:
        streams = [Path(place, name) for name in ("stdin", "stdout", "stderr")]
        streams[0].write_text(stdin, encoding="utf-8")
        process = FORKS.Process(target=_run, args=(arguments, clean | environment, streams))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(arguments, _SECONDS)
        code, printed = process.exitcode, [stream.read_text(encoding="utf-8") for stream in streams[1:]]
        process.close()
    return CompletedProcess(arguments, code, *printed)


def _run(arguments: tuple[str, ...], environment: dict[str, str], streams: list[Path]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(os.open(stream, os.O_RDWR | os.O_CREAT), number)
    # What a forked process is given to read is nothing.
    sys.stdin = os.fdopen(0, encoding="utf-8")
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["api", *arguments]
    cli()
