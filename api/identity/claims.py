"""What a token claims: for when, for whom, of what kind, with which roles. Pure, asked once its signature is good."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from api.identity.parts import InvalidToken, text_of, texts_of, time_of

# What only other tokens hold: ID tokens (their header is that of an access token), logouts and other security events,
# and tokens bound to a key that a bearer does not show.
_REFUSED_CLAIMS = {"nonce", "at_hash", "c_hash", "s_hash", "events", "cnf"}
ORG_NUMBER = "https://id.oidc.se/claim/orgNumber"
_ORGANISATION = re.compile("[0-9]{2}(?:[0-9]{2})?")
LEEWAY = 30


def expiry_of(claims: Mapping[str, object], max_lifetime: int, now: float) -> int:
    """Give when a token ends, in Unix seconds; raises InvalidToken for one that is not for now or lives too long."""
    issued_at, expires_at = time_of(claims, "iat"), time_of(claims, "exp")
    if not 0 < expires_at - issued_at <= max_lifetime:
        raise InvalidToken("lifetime")
    if issued_at > now + LEEWAY:
        raise InvalidToken("iat")
    if "nbf" in claims and time_of(claims, "nbf") > now + LEEWAY:
        raise InvalidToken("nbf")
    if expires_at <= now - LEEWAY:
        raise InvalidToken("expired")
    return expires_at


def check_kind(claims: Mapping[str, object]) -> None:
    """Refuse what is no access token, though the same key signs it for the same audience."""
    if not _REFUSED_CLAIMS.isdisjoint(claims):
        raise InvalidToken("kind")
    # Keycloak tells here what its header does not: Bearer, ID, Refresh, Logout.
    if claims.get("typ", "Bearer") != "Bearer":
        raise InvalidToken("kind")


def scopes_of(claims: Mapping[str, object]) -> frozenset[str]:
    [scope] = texts_of([claims.get("scope", "")], "scope")
    return frozenset(scope.split(" ")) - {""}


def roles_at(claims: Mapping[str, object], place: str, role_map: Mapping[str, str] | None) -> frozenset[str]:
    """Give our roles of what stands at a place: as it is, or translated by an issuer's map."""
    value = value_at(claims, place)
    if role_map is None:
        return frozenset(texts_of([] if value is None else value, "roles"))
    # One value alone is written as a string by AD FS.
    return roles_of(texts_of([value] if isinstance(value, str) else [] if value is None else value, "roles"), role_map)


def audiences_of(claims: Mapping[str, object]) -> list[str]:
    audiences = claims.get("aud")
    return texts_of([audiences] if isinstance(audiences, str) else audiences, "aud")


def organisation_of(claims: Mapping[str, object]) -> str:
    organisation = text_of(claims, "organisation")
    if not _ORGANISATION.fullmatch(organisation):
        raise InvalidToken("organisation")
    return organisation


def value_at(claims: Mapping[str, object], place: str) -> object:
    """Give the claim at a place, None when there is none.

    A place that begins with `/` is a JSON Pointer into nested objects: `/realm_access/roles`. Any other is the whole
    name of one claim, whatever stands in it: `roles`, `http://schemas.xmlsoap.org/claims/Group`. Source: RFC 6901.
    """
    found: object = claims
    for step in _steps(place):
        if not isinstance(found, dict) or step not in found:
            return None
        found = found[step]
    return found


def roles_of(values: Iterable[str], role_map: Mapping[str, str]) -> frozenset[str]:
    """Translate an issuer's own words into our roles; those that are not in the map mean nothing."""
    # The map's words are NFC, as all that is sent to us.
    named = (unicodedata.normalize("NFC", value) for value in values)
    return frozenset(role_map[value] for value in named if value in role_map)


def _steps(place: str) -> list[str]:
    if not place.startswith("/"):
        return [place]
    return [step.replace("~1", "/").replace("~0", "~") for step in place[1:].split("/")]
