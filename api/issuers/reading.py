"""How issuers and their keys are shown."""

from collections.abc import Collection

from api.identity.jwks import KeySet
from api.issuers.schemas import IssuerLinks, IssuerRead, IssuerTest, LeftOutKey, SeenKey
from api.schemas import Link
from db.issuers import TrustedIssuer


def present_issuer(issuer: TrustedIssuer, api_url: str) -> IssuerRead:
    address = f"{api_url}/issuers/{issuer.id}"
    return IssuerRead(
        disabled=issuer.disabled_at is not None,
        links=IssuerLinks(
            self=Link(href=address, rel="self"),
            test=Link(href=f"{address}/test", rel="related", method="POST"),
        ),
        **issuer.model_dump(exclude={"disabled_at"}),
    )


def present_keys(issuer: TrustedIssuer, seen: KeySet) -> IssuerTest:
    return IssuerTest(
        issuer=issuer.issuer,
        usable=[
            SeenKey(kid=key.kid, kty=key.kty, size=key.size, used_for=_common(key.algorithms, issuer.algorithms))
            for key in seen.usable
        ],
        refused=[LeftOutKey(kid=key.kid, reason=key.reason) for key in seen.refused],
    )


def _common(possible: Collection[str], registered: Collection[str]) -> list[str]:
    return sorted(set(possible) & set(registered))
