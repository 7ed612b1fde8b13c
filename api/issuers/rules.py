"""What may be said of an issuer: whom it may speak for, which roles it may give, where it may live."""

from collections.abc import Mapping

from api.errors import invalid
from api.identity.permissions import possible_roles
from api.outbound.targets import OutboundError, PrivateHosts, target_of


def check_roles(organisation: str, role_map: Mapping[str, str]) -> None:
    """Refuse a role that the organisation may not hold, whoever gives it."""
    possible = possible_roles(organisation)
    if not possible.issuperset(role_map.values()):
        raise invalid("/roleMap", "role-not-possible", f"{organisation} may hold {', '.join(sorted(possible))}")


def check_addresses(issuer: str, jwks_uri: str | None, base_url: str, private: PrivateHosts) -> None:
    """Refuse our own address, and a place of keys that would never be called.

    With a `jwks_uri` the issuer is only a name: AD FS calls itself http://… in its access tokens.
    """
    if issuer.rstrip("/").lower() == base_url.lower():
        raise invalid("/issuer", "own-address", "is this service itself, whose tokens are trusted already")
    try:
        target_of(jwks_uri or issuer, private)
    except OutboundError as error:
        raise invalid("/jwksUri" if jwks_uri else "/issuer", error.reason, error.detail) from None
