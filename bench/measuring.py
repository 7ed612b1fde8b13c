"""Two servers measured in turn, so that a noisy machine disturbs both alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.load import connected
from bench.machine import cores, pinned
from bench.servers import Server

_WARM_UP = 0.3
_SLICES = 5
_SATURATED = 0.9


@dataclass(frozen=True)
class Effort:
    """How long to measure: so many rounds, each of so many seconds for either server."""

    rounds: int
    seconds: float


@dataclass(frozen=True)
class Target:
    """A server, what is sent to it in turn, and the status that every answer must have."""

    server: Server
    requests: Sequence[bytes]
    status: int = 200

    def warm_up(self) -> None:
        """Send each request at least once, and until the pace is steady."""
        with connected(self.server.port) as load:
            load.run(self.requests, self.status, _WARM_UP, at_least=len(self.requests))

    def measure(self, seconds: float) -> "Slice":
        # Connected anew: a server closes what was idle while the other one was measured.
        with connected(self.server.port) as load:
            began, before = perf_counter(), self.server.cpu_seconds()
            answered = load.run(self.requests, self.status, seconds)
            spent = self.server.cpu_seconds() - before
            return Slice(spent / answered * 1e6, spent / (perf_counter() - began))


@dataclass(frozen=True)
class Slice:
    """CPU microseconds a request, and the share of a core that the server used meanwhile."""

    microseconds: float
    busy: float


@dataclass(frozen=True)
class Comparison:
    """CPU microseconds a request of both, and base / ours of each round."""

    base: float
    ours: float
    ratios: list[float]
    busy: float

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def remark(self) -> str:
        """Tell when the load was too slow for the server: an idle one spends more a request."""
        return "" if self.busy >= _SATURATED else f"(server busy {self.busy:.0%})"


def compare(base: Target, ours: Target, effort: Effort) -> Comparison:
    """Measure both in turn, round by round, on a core beside the servers'."""
    with pinned(cores()[1]):
        base.warm_up()
        ours.warm_up()
        rounds = [_round(base, ours, effort.seconds) for _ in range(effort.rounds)]
    return Comparison(
        base=median(one.microseconds for one, _ in rounds),
        ours=median(other.microseconds for _, other in rounds),
        ratios=[one.microseconds / other.microseconds for one, other in rounds],
        busy=median(min(one.busy, other.busy) for one, other in rounds),
    )


def _round(base: Target, ours: Target, seconds: float) -> tuple[Slice, Slice]:
    """Measure in short slices by turns and take the cheapest of each: the one least disturbed by others."""
    slices = [(base.measure(seconds / _SLICES), ours.measure(seconds / _SLICES)) for _ in range(_SLICES)]
    best_base, best_ours = (min(side, key=lambda found: found.microseconds) for side in zip(*slices, strict=True))
    return best_base, best_ours
