"""Two servers measured in turn, so that a noisy machine disturbs both alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.load import Load, connected
from bench.machine import cores, pinned
from bench.servers import Server

_WARM_UP = 0.3
_SLICES = 6
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


class _Meter:
    """Adds up what a server spent on the requests of one round."""

    def __init__(self, target: Target, load: Load) -> None:
        self._target = target
        self._load = load
        self._spent = self._passed = 0.0
        self._answered = 0

    def run(self, seconds: float) -> None:
        server, began, before = self._target.server, perf_counter(), self._target.server.cpu_seconds()
        self._answered += self._load.run(self._target.requests, self._target.status, seconds)
        self._spent += server.cpu_seconds() - before
        self._passed += perf_counter() - began

    @property
    def microseconds(self) -> float:
        """CPU time a request."""
        return self._spent / self._answered * 1e6

    @property
    def busy(self) -> float:
        """The share of one core that the server used."""
        return self._spent / self._passed


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


def _round(base: Target, ours: Target, seconds: float) -> tuple[_Meter, _Meter]:
    with connected(base.server.port) as to_base, connected(ours.server.port) as to_ours:
        meters = _Meter(base, to_base), _Meter(ours, to_ours)
        # In short slices: what disturbs the machine for a second disturbs both.
        for _ in range(_SLICES):
            for meter in meters:
                meter.run(seconds / _SLICES)
        return meters
