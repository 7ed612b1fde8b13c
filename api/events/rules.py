"""Who may read a stream, from where, and who may have it signed."""

from api.errors import Forbidden, MalformedRequest, Unauthorized
from api.identity.authenticate import Caller
from db.types import PUBLIC_STREAM


def check_reading(caller: Caller | None, stream: str) -> None:
    """Open an organisation's stream to itself only."""
    if stream == PUBLIC_STREAM:
        return
    if caller is None:
        raise Unauthorized("An organisation's own stream needs its token.", {"WWW-Authenticate": "Bearer"})
    if caller.organisation != stream:
        raise Forbidden(f"This token speaks for {caller.organisation}, not for {stream}.")
    if "events:read" not in caller.scopes:
        raise Forbidden("The token lacks the scope events:read.")


def check_signing(caller: Caller, stream: str, county: str) -> None:
    """Let each sign its own stream, and the county the public one."""
    owner = county if stream == PUBLIC_STREAM else stream
    if caller.organisation != owner:
        raise Forbidden(f"This token speaks for {caller.organisation}; {stream} is signed for {owner}.")


def first_place(last_event_id: int | None, after: int | None, last: int) -> int:
    """Give the sequence after which a listener is told: what it got last, what it asks for, or all that is there.

    Raises MalformedRequest for one that is not there yet.
    """
    place = last_event_id if last_event_id is not None else after if after is not None else last
    if place > last:
        raise MalformedRequest(f"The last sequence is {last}: listen after that one, or without `after`.")
    return place
