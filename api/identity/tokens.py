"""Tokens: whom a bearer token speaks for, and the signing of our own. The only file that imports python-jose.

python-jose checks one signature, of one algorithm, against one public key; every choice before that and every claim
after it is ours. By itself it takes a token without `aud` or `exp`, ignores `kid`, `use` and `crit`, tries each key of
a set, and lets a sender's header or claims end in a bare OverflowError or RecursionError.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk as jose_jwk
from jose import jws as jose_jws

from api.edge.strict_json import JsonRefused, strict_json

Jwk = Mapping[str, object]

_FAMILIES: Mapping[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
}
_TYPES = {"at+jwt", "application/at+jwt", "jwt"}
# Each of these brings a key or changes what is signed. `x5t` is not here: Entra ID and AD FS send it in every token,
# and a thumbprint that nobody looks up does nothing.
_REFUSED_FIELDS = {"jku", "jwk", "x5u", "x5c", "crit", "zip", "b64"}
_ORGANISATION = re.compile("[0-9]{2}(?:[0-9]{2})?")
_MAX_TOKEN = 8192
_MAX_DEPTH = 8
_MAX_TEXT = 255
_MAX_TIME = 253_402_300_800  # the year 10000
_LEEWAY = 30
_RSA_BITS = range(2048, 8192 + 1)  # a longer modulus would only let an issuer spend our processor


class InvalidToken(Exception):
    """A token that proves nothing; `reason` is a short code for the log and holds no part of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Issuer:
    """One whose tokens are trusted, and for whom.

    `organisation` is the tenant that the issuer speaks for, whatever its tokens claim; None is the built-in issuer,
    whose signed `organisation` claim names the tenant. `keys` gives the public keys by `kid` and is called, then asked
    for one `kid`, in each check. `max_lifetime` is in seconds. Raises ValueError for an algorithm not listed above.
    """

    url: str
    audience: str
    algorithms: frozenset[str]
    organisation: str | None
    keys: Callable[[], Mapping[str, Jwk]]
    role_claim: str = "roles"
    max_lifetime: int = 3600

    def __post_init__(self) -> None:
        if not self.algorithms or not self.algorithms <= _FAMILIES.keys():
            raise ValueError(f"an issuer signs with some of {', '.join(_FAMILIES)}")
        if not self.audience:
            raise ValueError("an issuer has an audience")


@dataclass(frozen=True)
class Principal:
    """Who asks: `issuer` and `subject` together are the person or machine, `organisation` is the tenant.

    `roles` and `scopes` are as the issuer wrote them; `expires_at` is in Unix seconds.
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
        try:
            return self._verify(token)
        except InvalidToken:
            raise
        except Exception as error:  # noqa: BLE001 -- what makes a library stumble is a bad token, not a fault of ours
            raise InvalidToken(f"unexpected-{type(error).__name__}") from None

    def _verify(self, token: str) -> Principal:
        if len(token) > _MAX_TOKEN:
            raise InvalidToken("too-large")
        signed, _, signature = token.rpartition(".")
        header_part, _, claims_part = signed.partition(".")
        header, claims = _object(header_part, "header"), _object(claims_part, "claims")
        signature_bytes = _base64url(signature, "signature")

        # Nothing in the token is believed yet, but its issuer decides which algorithms and keys may prove it.
        issuer = self._issuers.get(_text(claims, "iss"))
        if issuer is None or issuer.url != claims["iss"]:
            raise InvalidToken("iss")
        algorithm, kid = _algorithm_and_kid(header, issuer)
        jwk = issuer.keys().get(kid)
        if jwk is None:
            raise InvalidToken("unknown-key")
        key = jose_jwk.construct(_public_part(jwk, kid, algorithm), algorithm)
        if not key.verify(signed.encode("ascii"), signature_bytes):
            raise InvalidToken("signature")

        expires_at = _expiry(claims, issuer.max_lifetime, self._now())
        audiences = claims.get("aud")
        if issuer.audience not in _texts([audiences] if isinstance(audiences, str) else audiences, "aud"):
            raise InvalidToken("aud")
        [scope] = _texts([claims.get("scope", "")], "scope")
        return Principal(
            issuer=issuer.url,
            subject=_text(claims, "sub"),
            organisation=_organisation(claims) if issuer.organisation is None else issuer.organisation,
            roles=frozenset(_texts(claims.get(issuer.role_claim, []), "roles")),
            scopes=frozenset(scope.split(" ")) - {""},
            client_id=_text(claims, "client_id") if "client_id" in claims else None,
            expires_at=expires_at,
        )


def sign(claims: Mapping[str, object], private_key_pem: str, kid: str, typ: str = "at+jwt") -> str:
    """Sign claims with ES256, by a private key as from `new_private_key`; `typ` tells what they are good for."""
    payload = json.dumps(dict(claims), allow_nan=False, separators=(",", ":")).encode()
    return jose_jws.sign(payload, private_key_pem, {"typ": typ, "kid": kid}, "ES256")


def read_signed(text: str, typ: str, keys: Mapping[str, Jwk]) -> dict[str, object]:
    """Give the claims that `sign` has signed for the same use, by one of the keys. Raises InvalidToken."""
    try:
        return _read_signed(text, typ, keys)
    except InvalidToken:
        raise
    except Exception as error:  # noqa: BLE001 -- as in TokenVerifier
        raise InvalidToken(f"unexpected-{type(error).__name__}") from None


def _read_signed(text: str, typ: str, keys: Mapping[str, Jwk]) -> dict[str, object]:
    signed, _, signature = text.rpartition(".")
    header_part, _, claims_part = signed.partition(".")
    header, claims = _object(header_part, "header"), _object(claims_part, "claims")
    kid = _text(header, "kid")
    if header != {"typ": typ, "kid": kid, "alg": "ES256"}:
        raise InvalidToken("header")
    if kid not in keys:
        raise InvalidToken("unknown-key")
    key = jose_jwk.construct(_public_part(keys[kid], kid, "ES256"), "ES256")
    if not key.verify(signed.encode("ascii"), _base64url(signature, "signature")):
        raise InvalidToken("signature")
    return claims


def public_jwk(private_key_pem: str) -> dict[str, str]:
    """Give the public half of a signing key as a JWK, its `kid` the thumbprint of RFC 7638.

    Raises ValueError for a key of another kind than P-256.
    """
    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("the signing key is not a P-256 key")  # noqa: TRY004 -- the setting is wrong, not its type
    point = key.public_key().public_numbers()
    members = {"crv": "P-256", "kty": "EC", "x": _unpadded(point.x.to_bytes(32)), "y": _unpadded(point.y.to_bytes(32))}
    thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    return members | {"use": "sig", "alg": "ES256", "kid": _unpadded(thumbprint)}


def new_private_key() -> str:
    """Make a P-256 signing key, as unencrypted PKCS #8 in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


def _algorithm_and_kid(header: Mapping[str, object], issuer: Issuer) -> tuple[str, str]:
    if not _REFUSED_FIELDS.isdisjoint(header):
        raise InvalidToken("refused-field")
    if _text(header, "typ").lower() not in _TYPES:
        raise InvalidToken("typ")
    algorithm = _text(header, "alg")
    if algorithm not in issuer.algorithms:
        raise InvalidToken("alg")
    return algorithm, _text(header, "kid")


def _public_part(jwk: Jwk, kid: str, algorithm: str) -> dict[str, str]:
    """Give what python-jose needs of a key, and no more, once the key is fit for the algorithm."""
    kty, curve = _FAMILIES[algorithm]
    fit = (
        jwk.get("kty") == kty
        and jwk.get("crv") == curve
        and jwk.get("kid", kid) == kid
        and jwk.get("alg", algorithm) == algorithm
        and jwk.get("use", "sig") == "sig"
        and "verify" in _texts(jwk.get("key_ops", ["verify"]), "unfit-key")
        and "d" not in jwk  # an issuer that publishes its private key has let everybody sign
    )
    if not fit:
        raise InvalidToken("unfit-key")
    if curve is not None:
        return {"kty": kty, "crv": curve, "x": _text(jwk, "x"), "y": _text(jwk, "y")}
    modulus = _text(jwk, "n", _MAX_TOKEN)
    if int.from_bytes(_base64url(modulus, "unfit-key")).bit_length() not in _RSA_BITS:
        raise InvalidToken("key-length")
    # Eight characters are six bytes: every exponent in use is far shorter, and a long one is slow on purpose.
    return {"kty": kty, "n": modulus, "e": _text(jwk, "e", 8)}


def _expiry(claims: Mapping[str, object], max_lifetime: int, now: float) -> int:
    issued_at, expires_at = _time(claims, "iat"), _time(claims, "exp")
    if not 0 < expires_at - issued_at <= max_lifetime:
        raise InvalidToken("lifetime")
    if issued_at > now + _LEEWAY:
        raise InvalidToken("iat")
    if "nbf" in claims and _time(claims, "nbf") > now + _LEEWAY:
        raise InvalidToken("nbf")
    if expires_at <= now - _LEEWAY:
        raise InvalidToken("expired")
    return expires_at


def _organisation(claims: Mapping[str, object]) -> str:
    organisation = _text(claims, "organisation")
    if not _ORGANISATION.fullmatch(organisation):
        raise InvalidToken("organisation")
    return organisation


def _object(part: str, name: str) -> dict[str, object]:
    try:
        value = strict_json(_base64url(part, name), max_depth=_MAX_DEPTH)
    except JsonRefused as refusal:
        raise InvalidToken(f"{name}-{refusal.reason}") from None
    if not isinstance(value, dict):
        raise InvalidToken(f"{name}-not-an-object")
    return value


def _base64url(text: str, name: str) -> bytes:
    """Decode the one spelling that RFC 7515 allows, so that a token cannot be told in two ways."""
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise InvalidToken(f"{name}-base64") from None
    if not text or _unpadded(value) != text:
        raise InvalidToken(f"{name}-base64")
    return value


def _unpadded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _text(members: Mapping[str, object], name: str, longest: int = _MAX_TEXT) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise InvalidToken(name)
    return value


def _texts(value: object, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidToken(name)
    return value


def _time(claims: Mapping[str, object], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_TIME:
        raise InvalidToken(name)
    return value
