"""Where webhooks may lead, when a delivery is tried again, when a receiver is left alone or given up: pure rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from api.errors import Conflict, LastSecret, NotFound, invalid
from api.outbound.targets import OutboundError, PrivateHosts, target_of
from db.vocabulary import DisabledFor

MOST_WEBHOOKS = 20
# Old and new, so that a secret is changed without a pause.
MOST_SECRETS = 2
NEVER_WAS = "No webhook has this id."
# How long after the last try each next one is: the ten of Standard Webhooks, three days in all.
SCHEDULE = tuple(
    timedelta(**pause)
    for pause in (
        {"seconds": 0},
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        *({"hours": hours} for hours in (2, 5, 10, 14, 20, 24)),
    )
)
# A receiver that has taken nothing for so long is given up; failures that lie further apart than that are not one.
PATIENCE = timedelta(days=5)
_APART = timedelta(days=2)
# How long a receiver that does not answer is left alone, twice as long each time.
_SHORTEST_HOLD, _LONGEST_HOLD = timedelta(seconds=5), timedelta(minutes=5)
# So many misses in a row are an outage, and not one event that the receiver cannot take.
_OUTAGE = 3
_LONGEST_WAIT = timedelta(days=1)
_SECONDS = re.compile(r"[0-9]{1,9}")
# As browsers do: a host whose last part is a number is an address, in whatever notation.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)|.*:.*")
_PORTS = {"https": 443, "http": 80}
_GONE, _TOO_MANY = 410, 429
TAKEN, _BROKEN = range(200, 300), range(500, 600)


@dataclass(frozen=True)
class Attempt:
    """One POST and what came of it; `reason` is None when it was taken, `wait` is what the receiver asks for."""

    at: datetime
    milliseconds: int
    status: int | None = None
    reason: str | None = None
    wait: timedelta = timedelta()

    @property
    def taken(self) -> bool:
        return self.status in TAKEN

    @property
    def missed(self) -> bool:
        """Whether it says nothing of the event: the receiver is away, broken or too busy."""
        return self.status is None or self.status in _BROKEN or self.status == _TOO_MANY


class Health(NamedTuple):
    """How a receiver does: since when it takes nothing, when it failed last, how often in a row it was missed."""

    failing_since: datetime | None = None
    failed_at: datetime | None = None
    misses: int = 0
    held_until: datetime | None = None


def check_url(url: str, base_url: str, private: PrivateHosts) -> None:
    """Refuse a place to which nothing would ever be sent: raises Unprocessable."""
    try:
        target = target_of(url, private)
    except OutboundError as error:
        raise invalid("/url", error.reason, error.detail) from None
    own = urlsplit(base_url)
    if (target.host, target.port) == (own.hostname, own.port or _PORTS[own.scheme]):
        raise invalid("/url", "own-address", "is this service itself: name the receiver's address")
    if _NUMERIC.fullmatch(target.host) and not target.private:
        raise invalid("/url", "numeric-host", "names a number: name the receiver's host, as its certificate does")


def check_room(webhooks: int) -> None:
    if webhooks >= MOST_WEBHOOKS:
        raise Conflict(f"The organisation has {MOST_WEBHOOKS} webhooks: delete one that is no longer used.")


def check_room_for_secret(secrets: int) -> None:
    if secrets >= MOST_SECRETS:
        raise Conflict(f"The webhook has {MOST_SECRETS} secrets: revoke the one that is no longer used.")


def check_secret_left(secrets: int) -> None:
    if secrets == 0:
        raise LastSecret("This is the last secret: add another first, or delete the webhook.")


def check_owner(organisation: str, owner: str) -> None:
    """Let another's webhook be as one that never was."""
    if organisation != owner:
        raise NotFound(NEVER_WAS)


def due_again(tries: int, attempt: Attempt, chance: float) -> datetime | None:
    """Tell when a delivery that failed is tried again after so many tries, None when it is given up.

    `chance`, from 0 to 1, spreads those that failed together by a tenth to either side.
    """
    if tries >= len(SCHEDULE):
        return None
    return attempt.at + max(_spread(SCHEDULE[tries], chance), attempt.wait)


def health_after(health: Health, attempt: Attempt, chance: float) -> Health:
    """Tell how a receiver does after an attempt."""
    if attempt.taken:
        return Health()
    streak = health.failed_at is not None and attempt.at - health.failed_at <= _APART
    since = health.failing_since if streak else attempt.at
    if not attempt.missed:
        return Health(since, attempt.at)
    known = health.held_until is not None and attempt.at < health.held_until
    # What was under way when the receiver was missed first is the same miss.
    misses = health.misses if known else health.misses + 1
    hold = min(_SHORTEST_HOLD * 2 ** min(misses - 1, 10), _LONGEST_HOLD)
    held_until = attempt.at + max(_spread(hold, chance), attempt.wait)
    return Health(since, attempt.at, misses, max(held_until, health.held_until or held_until))


def is_back(health: Health, attempt: Attempt) -> bool:
    """Tell whether a receiver is back after an outage: what failed meanwhile need not wait any longer."""
    return attempt.taken and health.misses >= _OUTAGE


def reason_to_disable(health: Health, attempt: Attempt) -> DisabledFor | None:
    """Tell why nothing more is to be sent to a receiver, if so."""
    if attempt.status == _GONE:
        return DisabledFor.GONE
    lasts = health.failing_since is not None and attempt.at - health.failing_since >= PATIENCE
    return DisabledFor.FAILING if lasts else None


def wait_of(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Read Retry-After, seconds or a date (RFC 9110 section 10.2.3), up to a day; what is neither asks for nothing."""
    told = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(told):
        wait = timedelta(seconds=int(told))
    else:
        try:
            moment = parsedate_to_datetime(told)
        except (ValueError, OverflowError):
            return timedelta()
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def _spread(pause: timedelta, chance: float) -> timedelta:
    return pause * (0.9 + chance / 5)
