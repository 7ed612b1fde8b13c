"""`python -m tests.faults.hurried COMMAND`: a command of the program, for which time passes faster.

HURRIED_SINCE is the POSIX time from which on each second counts as HURRIED_TIMES ones, for all such processes alike.
"""

import os
import time
from datetime import UTC, datetime

from api import clock
from api.__main__ import cli

_SINCE, _TIMES = float(os.environ["HURRIED_SINCE"]), float(os.environ["HURRIED_TIMES"])


def _now() -> datetime:
    return datetime.fromtimestamp(_SINCE + (time.time() - _SINCE) * _TIMES, UTC)


if __name__ == "__main__":
    clock.now = _now
    cli()
