"""The built-in issuer: access tokens as RFC 9068 has them."""

import time
from collections.abc import Iterable

import uuid_utils.compat as uuid

from api.identity.keys import Keys
from api.identity.tokens import Issuer, sign
from api.settings import Settings

LIFETIME = 300


def issue_token(  # noqa: PLR0913  (what a token says)
    keys: Keys,
    settings: Settings,
    *,
    subject: str,
    organisation: str,
    scopes: Iterable[str] = (),
    roles: Iterable[str] = (),
    client_id: str | None = None,
    lifetime: int = LIFETIME,
) -> str:
    """Sign a token for one organisation; `lifetime` in seconds."""
    issued_at = int(time.time())
    claims: dict[str, object] = {
        "iss": settings.base_url,
        "aud": settings.api_url,
        "sub": subject,
        "iat": issued_at,
        "exp": issued_at + lifetime,
        "jti": str(uuid.uuid7()),
        "organisation": organisation,
        "scope": " ".join(sorted(scopes)),
        "roles": sorted(roles),
    }
    if client_id is not None:
        claims["client_id"] = client_id
    return sign(claims, keys.ring.signing_pem, keys.ring.signing_kid)


def built_in_issuer(keys: Keys, settings: Settings) -> Issuer:
    """Describe this installation's own issuer, whose tokens name the organisation that they speak for."""
    return Issuer(
        url=settings.base_url,
        audience=settings.api_url,
        algorithms=frozenset({"ES256"}),
        organisation=None,
        keys=lambda: keys.ring.public,
    )
