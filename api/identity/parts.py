"""How the parts of a token are read: one spelling, one meaning, and of each member the type that it must have."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from api.edge.strict_json import JsonRefused, strict_json

LONGEST_TOKEN = 8192
_MAX_DEPTH = 8
_MAX_TEXT = 255
_MAX_TIME = 253_402_300_800  # the year 10000


class InvalidToken(Exception):
    """A token that proves nothing; `reason` is a short code for the log and holds no part of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def only_invalid_token() -> Iterator[None]:
    """Let a check end in nothing but InvalidToken."""
    try:
        yield
    except (InvalidToken, OperationalError):
        # A database that is away says nothing of a token.
        raise
    except Exception as error:  # noqa: BLE001 -- what makes a library stumble is a bad token, not a fault of ours
        raise InvalidToken(f"unexpected-{type(error).__name__}") from None


def object_of(part: str, name: str) -> dict[str, object]:
    try:
        value = strict_json(bytes_of(part, name), max_depth=_MAX_DEPTH)
    except JsonRefused as refusal:
        raise InvalidToken(f"{name}-{refusal.reason}") from None
    if not isinstance(value, dict):
        raise InvalidToken(f"{name}-not-an-object")
    return value


def bytes_of(text: str, name: str) -> bytes:
    """Decode the one spelling that RFC 7515 allows, so that a token cannot be told in two ways."""
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise InvalidToken(f"{name}-base64") from None
    if not text or base64url(value) != text:
        raise InvalidToken(f"{name}-base64")
    return value


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def text_of(members: Mapping[str, object], name: str, longest: int = _MAX_TEXT) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise InvalidToken(name)
    return value


def texts_of(value: object, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidToken(name)
    return value


def time_of(claims: Mapping[str, object], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_TIME:
        raise InvalidToken(name)
    return value
