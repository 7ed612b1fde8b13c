"""Time: instants are UTC, days are those of Stockholm."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return datetime.now(STOCKHOLM).date()


def next_midnight() -> float:
    """Give the POSIX time at which the Stockholm day ends."""
    return begin_of(today() + timedelta(days=1)).timestamp()


def day_of(instant: datetime) -> date:
    return instant.astimezone(STOCKHOLM).date()


def begin_of(day: date) -> datetime:
    """Give the instant at which a Stockholm day begins."""
    return datetime.combine(day, datetime.min.time(), STOCKHOLM).astimezone(UTC)
