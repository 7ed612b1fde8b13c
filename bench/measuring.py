"""Two servers measured in turn, so that a noisy machine disturbs both alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.load import connected
from bench.machine import cores, pinned
from bench.servers import Server

_WARM_UP = 0.3
_SATURATED = 0.9


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

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

    def measure(self, seconds: float) -> tuple[float, float]:
        """Give the CPU microseconds a request, and the share of its core that the server used."""
        # Connected anew: the server closes what has been idle while the other one was measured.
        with connected(self.server.port) as load:
            began, before = perf_counter(), self.server.cpu_seconds()
            answered = load.run(self.requests, self.status, seconds)
            spent = self.server.cpu_seconds() - before
            return spent / answered * 1e6, spent / (perf_counter() - began)


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
        """Tell when the load was too slow for the server: it then spends more a request."""
        return "" if self.busy >= _SATURATED else f"(server busy {self.busy:.0%})"


def compare(base: Target, ours: Target, effort: Effort) -> Comparison:
    with pinned(cores()[1]):
        base.warm_up()
        ours.warm_up()
        rounds = [(base.measure(effort.seconds), ours.measure(effort.seconds)) for _ in range(effort.rounds)]
    return Comparison(
        base=median(spent for (spent, _), _ in rounds),
        ours=median(spent for _, (spent, _) in rounds),
        ratios=[first / second for (first, _), (second, _) in rounds],
        busy=min(median(busy for (_, busy), _ in rounds), median(busy for _, (_, busy) in rounds)),
    )
