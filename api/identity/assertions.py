"""Client assertions: a client proves itself by a signature instead of a secret (RFC 7523 section 2.2)."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from api.identity.claims import audiences_of, expiry_of
from api.identity.parts import InvalidToken, only_invalid_token, text_of
from api.identity.tokens import Issuer, proven_claims

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = 300
# The RFC asks for no `typ`; an access token's own is not among these, so that none can stand for a client.
_TYPES = frozenset({"", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"})


@dataclass(frozen=True)
class Assertion:
    """Which client has signed, by which single-use id, until when in Unix seconds."""

    client_id: str
    jti: str
    expires_at: int


def read_assertion(
    assertion: str, find: Callable[[str], Issuer | None], audiences: AbstractSet[str], now: float
) -> Assertion:
    """Check a client assertion, all but its single use. Raises InvalidToken and nothing else.

    `find` gives a client as the issuer of its own tokens. Every audience must be ours: what names another server too
    could be handed on by it.
    """
    with only_invalid_token():
        client, claims = proven_claims(assertion, find, _TYPES)
        if text_of(claims, "sub") != client.url:
            raise InvalidToken("sub")
        meant_for = audiences_of(claims)
        if not meant_for or not audiences >= set(meant_for):
            raise InvalidToken("aud")
        # The RFC leaves `iat` out; then it counts as signed now, and ends within five minutes of that.
        expires_at = expiry_of({"iat": int(now), **claims}, client.max_lifetime, now)
        return Assertion(client.url, text_of(claims, "jti"), expires_at)
