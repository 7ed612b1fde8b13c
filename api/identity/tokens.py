"""Tokens: whom a bearer token speaks for, and the signing of our own. The only file that imports python-jose.

python-jose checks one signature, of one algorithm, against one public key; every choice before that and every claim
after it is ours. By itself it takes a token without `aud` or `exp`, ignores `kid`, `use` and `crit`, tries each key of
a set, and lets a sender's header or claims end in a bare OverflowError or RecursionError.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk as jose_jwk
from jose import jws as jose_jws

from api.identity.claims import (
    ORG_NUMBER,
    audiences_of,
    check_kind,
    expiry_of,
    organisation_of,
    roles_at,
    scopes_of,
)
from api.identity.parts import (
    LONGEST_TOKEN,
    InvalidToken,
    base64url,
    bytes_of,
    object_of,
    only_invalid_token,
    text_of,
)
from api.identity.public_keys import ALGORITHMS, Jwk, PublicKey, UnfitKey, public_key

_TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt"})
# Each of these brings a key or changes what is signed. `x5t` is not here: Entra ID and AD FS send it in every token,
# and a thumbprint that nobody looks up does nothing.
_REFUSED_FIELDS = {"jku", "jwk", "x5u", "x5c", "crit", "zip", "b64"}


class UnknownKey(InvalidToken):
    """A key that is not at hand: asking the issuer may help. Its `issuer` is trusted; `kid` is the sender's word."""

    def __init__(self, issuer: str, kid: str) -> None:
        super().__init__("unknown-key")
        self.issuer = issuer
        self.kid = kid


@dataclass(frozen=True)
class Issuer:
    """One whose tokens are trusted, and for whom.

    `organisation` is the tenant that the issuer speaks for, whatever its tokens claim; None is the built-in issuer,
    whose signed `organisation` claim names the tenant. `keys` gives the public keys by `kid` and is called, then asked
    for one `kid`, in each check. `role_claim` is a place as `value_at` has it; what stands there are our own roles, or
    with `role_map` the issuer's words for them. `org_number`, when given, must be claimed. `max_lifetime` is in
    seconds. Raises ValueError for an algorithm that is not one of ours.
    """

    url: str
    audience: str
    algorithms: frozenset[str]
    organisation: str | None
    keys: Callable[[], Mapping[str, Jwk]]
    role_claim: str = "roles"
    role_map: Mapping[str, str] | None = None
    org_number: str | None = None
    max_lifetime: int = 3600

    def __post_init__(self) -> None:
        if not self.algorithms or not self.algorithms <= ALGORITHMS:
            raise ValueError(f"an issuer signs with some of {', '.join(sorted(ALGORITHMS))}")
        if not self.audience:
            raise ValueError("an issuer has an audience")


@dataclass(frozen=True)
class Principal:
    """Who asks: `issuer` and `subject` together are the person or machine, `organisation` is the tenant.

    `roles` are ours; `scopes` and `client_id` are of the built-in issuer, others cannot name any. `expires_at` is in
    Unix seconds.
    """

    issuer: str
    subject: str
    organisation: str
    roles: frozenset[str]
    scopes: frozenset[str]
    client_id: str | None
    expires_at: int


class TokenVerifier:
    """Reads bearer tokens of the given issuers, which stand by their url; `now` gives Unix seconds."""

    def __init__(self, issuers: Mapping[str, Issuer], now: Callable[[], float] = time.time) -> None:
        self._issuers = issuers
        self._now = now

    def verify(self, token: str) -> Principal:
        """Say whom a token speaks for. Raises InvalidToken, and nothing else, for whatever is not a good token.

        Tokens are told apart by `jti`, never by their text: of each ECDSA signature there is a second valid spelling.
        Source: RFC 7515, RFC 7519, RFC 8725 and RFC 9068.
        """
        with only_invalid_token():
            return self._verify(token)

    def _verify(self, token: str) -> Principal:
        issuer, claims = proven_claims(token, self._issuers.get, _TYPES)
        expires_at = expiry_of(claims, issuer.max_lifetime, self._now())
        if issuer.audience not in audiences_of(claims):
            raise InvalidToken("aud")
        check_kind(claims)
        if issuer.org_number is not None and claims.get(ORG_NUMBER) != issuer.org_number:
            raise InvalidToken("org-number")
        own = issuer.organisation is None
        return Principal(
            issuer=issuer.url,
            subject=text_of(claims, "sub"),
            organisation=organisation_of(claims) if issuer.organisation is None else issuer.organisation,
            roles=roles_at(claims, issuer.role_claim, issuer.role_map),
            scopes=scopes_of(claims) if own else frozenset(),
            client_id=text_of(claims, "client_id") if own and "client_id" in claims else None,
            expires_at=expires_at,
        )


def proven_claims(
    token: str, find: Callable[[str], Issuer | None], types: AbstractSet[str]
) -> tuple[Issuer, Mapping[str, object]]:
    """Read a JWT that one key of its issuer has signed; what the claims say is the caller's to check.

    `find` gives the issuer of an `iss`, `types` are the `typ` that are taken, lower case; "" is none at all.
    Raises InvalidToken, or what a library stumbles over: see `only_invalid_token`.
    """
    if len(token) > LONGEST_TOKEN:
        raise InvalidToken("too-large")
    signed, _, signature = token.rpartition(".")
    header_part, _, claims_part = signed.partition(".")
    header, claims = object_of(header_part, "header"), object_of(claims_part, "claims")
    signature_bytes = bytes_of(signature, "signature")

    # Nothing in the token is believed yet, but its issuer decides which algorithms and keys may prove it.
    issuer = find(text_of(claims, "iss"))
    if issuer is None or issuer.url != claims["iss"]:
        raise InvalidToken("iss")
    algorithm, kid = _algorithm_and_kid(header, issuer, types)
    jwk = issuer.keys().get(kid)
    if jwk is None:
        raise UnknownKey(issuer.url, kid)
    _check_signature(jwk, kid, algorithm, signed, signature_bytes)
    return issuer, claims


def _check_signature(jwk: Jwk | None, kid: str, algorithm: str, signed: str, signature: bytes) -> None:
    if jwk is None:
        raise InvalidToken("unknown-key")
    public = public_key(jwk)
    if algorithm not in public.algorithms or jwk.get("kid", kid) != kid:
        raise InvalidToken("unfit-key")
    if not jose_jwk.construct(public.members, algorithm).verify(signed.encode("ascii"), signature):
        raise InvalidToken("signature")


def proven_key(jwk: Jwk) -> PublicKey:
    """Say what a key may verify, once the library too has read it; this costs about a check. Raises UnfitKey."""
    public = public_key(jwk)
    try:
        jose_jwk.construct(public.members, public.algorithms[0])
    except Exception:  # noqa: BLE001 -- as with tokens: a point off its curve ends in any of several errors
        raise UnfitKey("key-members") from None
    return public


def check_public_key(jwk: Jwk, algorithm: str) -> None:
    """See that a key can be used with an algorithm. Raises InvalidToken for every other."""
    if algorithm not in proven_key(jwk).algorithms:
        raise InvalidToken("unfit-key")


def sign(claims: Mapping[str, object], private_key_pem: str, kid: str, typ: str = "at+jwt") -> str:
    """Sign claims with ES256, by a private key as from `new_private_key`; `typ` tells what they are good for."""
    payload = json.dumps(dict(claims), allow_nan=False, separators=(",", ":")).encode()
    return jose_jws.sign(payload, private_key_pem, {"typ": typ, "kid": kid}, "ES256")


def read_signed(text: str, typ: str, keys: Mapping[str, Jwk]) -> Mapping[str, object]:
    """Give the claims that `sign` has signed for the same use, by one of the keys. Raises InvalidToken."""
    with only_invalid_token():
        signed, _, signature = text.rpartition(".")
        header_part, _, claims_part = signed.partition(".")
        header, claims = object_of(header_part, "header"), object_of(claims_part, "claims")
        kid = text_of(header, "kid")
        if header != {"typ": typ, "kid": kid, "alg": "ES256"}:
            raise InvalidToken("header")
        _check_signature(keys.get(kid), kid, "ES256", signed, bytes_of(signature, "signature"))
        return claims


def public_jwk(private_key_pem: str) -> dict[str, str]:
    """Give the public half of a signing key as a JWK, its `kid` the thumbprint of RFC 7638.

    Raises ValueError for a key of another kind than P-256.
    """
    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("the signing key is not a P-256 key")  # noqa: TRY004 -- the setting is wrong, not its type
    point = key.public_key().public_numbers()
    members = {"crv": "P-256", "kty": "EC", "x": base64url(point.x.to_bytes(32)), "y": base64url(point.y.to_bytes(32))}
    thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    return members | {"use": "sig", "alg": "ES256", "kid": base64url(thumbprint)}


def new_private_key() -> str:
    """Make a P-256 signing key, as unencrypted PKCS #8 in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


def _algorithm_and_kid(header: Mapping[str, object], issuer: Issuer, types: AbstractSet[str]) -> tuple[str, str]:
    if not _REFUSED_FIELDS.isdisjoint(header):
        raise InvalidToken("refused-field")
    kind = header.get("typ", "")
    if not isinstance(kind, str) or kind.lower() not in types:
        raise InvalidToken("typ")
    algorithm = text_of(header, "alg")
    if algorithm not in issuer.algorithms:
        raise InvalidToken("alg")
    return algorithm, text_of(header, "kid")
