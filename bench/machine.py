"""What is asked of the machine: cores, the CPU time of processes, their memory."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cores() -> tuple[set[int], set[int]]:
    """Give a core for the server and one for the load; the same when there is only one."""
    listed = sorted(os.sched_getaffinity(0))
    return {listed[0]}, {listed[-1] if len(listed) == 1 else listed[1]}


@contextmanager
def pinned(to: set[int]) -> Iterator[None]:
    """Hold this process, and those that it starts meanwhile, to some cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, to)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """Give the user and system time of a process with all its threads; 0 when it has ended."""
    try:
        # clock_getcpuclockid(3), which Python lacks: nanoseconds, where /proc counts hundredths.
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def descendants(pid: int) -> list[int]:
    """List the processes that a process has started, and theirs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(errors="replace")
        except OSError:
            continue
        # The name, in parentheses, may hold anything.
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def resident_megabytes(pid: int) -> float:
    """Give the memory that a process holds (VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
