"""Who did it, known again without storing who it is."""

import hashlib
import hmac

from sqlmodel import Session

from api.identity.authenticate import Caller
from db.identity import find_instance_value

AUTHOR_KEY = "author"


def who(session: Session, caller: Caller) -> dict[str, str]:
    """Tell in an event who made a change."""
    return {"organisation": caller.organisation, "author": author_of(session, caller)}


def author_of(session: Session, caller: Caller) -> str:
    """Know an author again without storing who it is: a keyed hash of issuer and subject."""
    secret = find_instance_value(session, AUTHOR_KEY)
    if secret is None:
        msg = "the instance has no author secret: run `python -m api migrate`"
        raise RuntimeError(msg)
    identity = f"{caller.issuer}\0{caller.subject}".encode()
    return hmac.new(secret.encode(), identity, hashlib.sha256).hexdigest()
