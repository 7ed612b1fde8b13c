"""How issuers and their keys are shown."""

from collections.abc import Collection

from api.identity.jwks import KeySet
from api.issuers.schemas import IssuerLinks, IssuerRead, IssuerTest, LeftOutKey, SeenKey
from api.schemas import Link
from db.issuers import TrustedIssuer


def present_issuer(issuer: TrustedIssuer, api_url: str) -> IssuerRead:
    return IssuerRead(
        disabled=issuer.disabled_at is not None,
        links=IssuerLinks(self=Link(href=f"{api_url}/issuers/{issuer.id}", rel="self")),
        **issuer.model_dump(exclude={"disabled_at"}),
    )


def present_keys(issuer: TrustedIssuer, seen: KeySet) -> IssuerTest:
    return IssuerTest(
        issuer=issuer.issuer,
        usable_keys=[
            SeenKey(kid=key.kid, kty=key.kty, size=key.size, algorithms=_common(key.algorithms, issuer.algorithms))
            for key in seen.usable
        ],
        refused_keys=[LeftOutKey(kid=key.kid, reason=key.reason) for key in seen.refused],
    )


def _common(possible: Collection[str], registered: Collection[str]) -> list[str]:
    return sorted(set(possible) & set(registered))
