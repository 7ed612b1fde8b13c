"""Waiting that always ends."""

import time
from collections.abc import Callable

_PATIENCE = 60.0


def wait_until(comes_true: Callable[[], bool], what: str, seconds: float = _PATIENCE) -> None:
    """Look fifty times a second; raises TimeoutError that tells what did not come."""
    ends = time.monotonic() + seconds
    while not comes_true():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {seconds:g} seconds: {what}")
        time.sleep(0.02)
