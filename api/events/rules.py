"""Who may read a stream, and who may have it signed."""

from api.errors import Forbidden, Unauthorized
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
