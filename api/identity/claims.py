"""Where a token's roles stand, and what they mean to us: pure, asked of claims whose signature is good."""

import unicodedata
from collections.abc import Iterable, Mapping


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
