"""The attacks on a bearer token, as a table: what the sender tries, the reason in the log, the token.

The tokens are made by hand, so that no library stands between an attack and the verifier.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import cast

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import assume, example, given
from hypothesis import strategies as st
from jose import jwk as jose_jwk
from sqlalchemy.exc import OperationalError

from api.identity.parts import InvalidToken, only_invalid_token
from api.identity.public_keys import Jwk
from api.identity.tokens import Issuer, Principal, TokenVerifier, new_private_key, public_jwk, sign

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | bytes | None
Json = dict[str, object]

NOW = 1_800_000_000
YEAR = 365 * 24 * 3600
HOME, FALUN, BORLANGE = "https://samsprak.example", "https://login.falun.example", "https://id.borlange.example"
AUDIENCE = "https://samsprak.example/api"
GONE = object()

RSA = rsa.generate_private_key(65537, 2048)
WEAK = rsa.generate_private_key(65537, 1024)
P256, P384, STRANGER, BORLANGE_KEY = (
    ec.generate_private_key(curve) for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP256R1(), ec.SECP256R1())
)
ED25519 = ed25519.Ed25519PrivateKey.generate()
HOME_PEM = new_private_key()
HOME_KEY = public_jwk(HOME_PEM)
SECRET = b"a secret that stands in the key set"
PUBLIC_PEM, PUBLIC_DER = (
    RSA.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER)
)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def rsa_jwk(key: rsa.RSAPrivateKey, **members: object) -> Json:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": b64(numbers.n.to_bytes(key.key_size // 8)), "e": "AQAB", **members}


def ec_jwk(key: ec.EllipticCurvePrivateKey, **members: object) -> Json:
    numbers, width = key.public_key().public_numbers(), (key.curve.key_size + 7) // 8
    curve = f"P-{key.curve.key_size}"
    x, y = b64(numbers.x.to_bytes(width)), b64(numbers.y.to_bytes(width))
    return {"kty": "EC", "crv": curve, "x": x, "y": y, **members}


FALUN_KEYS: dict[str, Json] = {
    "rsa": rsa_jwk(RSA, kid="rsa", use="sig", key_ops=["verify"]),
    "ec": ec_jwk(P256, kid="ec", alg="ES256"),
    "ec384": ec_jwk(P384),
    "weak": rsa_jwk(WEAK),
    "vast": rsa_jwk(RSA, n=b64(b"\xff" * 1025)),
    "exponent-one": rsa_jwk(RSA, e="AQ"),
    "slow-exponent": rsa_jwk(RSA, e=b64(b"\x7f" * 255)),
    "no-modulus": {"kty": "RSA", "e": "AQAB"},
    "loose-modulus": rsa_jwk(RSA, n=f"{rsa_jwk(RSA)['n']}=="),
    "number-modulus": rsa_jwk(RSA, n=RSA.public_key().public_numbers().n),
    "for-rs512": rsa_jwk(RSA, alg="RS512"),
    "oct": {"kty": "oct", "k": b64(SECRET)},
    "empty-oct": {"kty": "oct", "k": ""},
    "okp": {"kty": "OKP", "crv": "Ed25519", "x": b64(ED25519.public_key().public_bytes_raw())},
    "enc": ec_jwk(P256, use="enc"),
    "null-use": ec_jwk(P256, use=None),
    "sign-only": ec_jwk(P256, key_ops=["sign"]),
    "text-ops": ec_jwk(P256, key_ops="verify"),
    "renamed": ec_jwk(P256, kid="ec"),
    "private": ec_jwk(P256, d=b64(P256.private_numbers().private_value.to_bytes(32))),
    "off-curve": ec_jwk(P256, x=b64(bytes(31) + b"\x05")),
    "no-y": ec_jwk(P256, y=None),
    "false-curve": ec_jwk(P256, crv="P-384"),
    "false-type": ec_jwk(P256, kty="RSA", n=rsa_jwk(RSA)["n"], e="AQAB"),
    "a-list": cast("Json", ["kty", "EC"]),
}
ALL = frozenset({"RS256", "RS384", "RS512", "ES256", "ES384"})
ISSUERS = {
    HOME: Issuer(HOME, AUDIENCE, frozenset({"ES256"}), None, lambda: {HOME_KEY["kid"]: HOME_KEY}),
    FALUN: Issuer(FALUN, AUDIENCE, ALL, "2080", lambda: FALUN_KEYS),
    BORLANGE: Issuer(BORLANGE, AUDIENCE, frozenset({"ES256"}), "2081", lambda: {"borlange": ec_jwk(BORLANGE_KEY)}),
}
VERIFIER = TokenVerifier(ISSUERS, lambda: NOW)

HEADER: Json = {"alg": "ES256", "typ": "at+jwt", "kid": "ec"}
CLAIMS: Json = {"iss": FALUN, "sub": "anna", "aud": AUDIENCE, "iat": NOW, "exp": NOW + 300, "jti": "1"}
RS = {"alg": "RS256", "kid": "rsa"}
ANNA = Principal(FALUN, "anna", "2080", frozenset(), frozenset(), None, NOW + 300)


def signature(signed: bytes, algorithm: object, key: Key) -> bytes:
    digest = {"384": hashes.SHA384(), "512": hashes.SHA512()}.get(str(algorithm)[-3:], hashes.SHA256())
    match key:
        case None:
            return b""
        case bytes():
            return hmac.digest(key, signed, f"sha{str(algorithm)[-3:]}")
        case rsa.RSAPrivateKey():
            return key.sign(signed, padding.PKCS1v15(), digest)
        case ec.EllipticCurvePrivateKey():
            width = (key.curve.key_size + 7) // 8
            return b"".join(n.to_bytes(width) for n in decode_dss_signature(key.sign(signed, ec.ECDSA(digest))))
        case _:
            return key.sign(signed)


def compact(header: str, claims: str, key: Key = P256, algorithm: object = "ES256") -> str:
    signed = f"{header}.{claims}"
    return f"{signed}.{b64(signature(signed.encode(), algorithm, key))}"


def text(members: Json, changes: Mapping[str, object] | None, more: str) -> bytes:
    changed = {name: value for name, value in {**members, **(changes or {})}.items() if value is not GONE}
    written = json.dumps(changed)
    return (f"{written[:-1]}, {more}}}" if more else written).encode()


def token(
    claims: Mapping[str, object] | None = None,
    header: Mapping[str, object] | None = None,
    key: Key = P256,
    more: str = "",
    header_more: str = "",
) -> str:
    """Make Anna's token with members changed (or GONE), and raw JSON members added behind the others."""
    algorithm = {**HEADER, **(header or {})}["alg"]
    return compact(b64(text(HEADER, header, header_more)), b64(text(CLAIMS, claims, more)), key, algorithm)


def claiming(**claims: object) -> str:
    return token(claims)


def headed(key: Key = P256, **header: object) -> str:
    return token(header=header, key=key)


def payload(data: bytes) -> str:
    return compact(b64(json.dumps(HEADER).encode()), b64(data))


def loose(part: str) -> str:
    """Spell the same bytes otherwise: the last character of a part carries bits that no byte uses."""
    assert len(part) % 4 in (2, 3)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) ^ 1]


GOOD = token()
HEAD, BODY, SEAL = GOOD.split(".")
SEAL_IN_DER = P256.sign(f"{HEAD}.{BODY}".encode(), ec.ECDSA(hashes.SHA256()))
AT_BORLANGE: Json = {"iss": BORLANGE}
HOME_CLAIMS: Json = {"iss": HOME, "organisation": "2080"}
HOME_HEADER: Json = {"kid": HOME_KEY["kid"]}
HOME_SIGNER = cast("ec.EllipticCurvePrivateKey", serialization.load_pem_private_key(HOME_PEM.encode(), None))
SPARE_HEADER = b64(b'{"alg":"ES256","typ":"at+jwt","kid":"ec"}')
SLASHED_HEADER = b64(b'{"alg":"ES256","typ":"JWT","kid":"ec","x":"~~~???"}').replace("_", "/")
SPARE_CLAIMS = b64(text(CLAIMS, {"jti": "12"}, ""))


def at_home(**claims: object) -> str:
    return token({**HOME_CLAIMS, **claims}, HOME_HEADER, HOME_SIGNER)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


ATTACKS = [
    # what python-jose takes by itself
    ("M1: there is no audience", "aud", claiming(aud=GONE)),
    ("M1: there is no expiry", "exp", claiming(exp=GONE)),
    ("M1: the expiry is a string", "exp", claiming(exp=str(NOW + 300))),
    ("M1: it was issued a year ahead", "iat", claiming(iat=NOW + YEAR, exp=NOW + YEAR + 300)),
    ("M1: an extension that nobody knows is critical", "refused-field", headed(crit=["x"], x=1)),
    ("M1: the payload is said not to be base64", "refused-field", headed(b64=False, crit=["b64"])),
    ("M1: the type is that of a webhook", "typ", headed(typ="secevent+jwt")),
    ("M1: a claim stands twice", "claims-duplicate-key", token(more='"sub": "bo"')),
    ("M1: the RSA key has 1024 bits", "key-length", headed(WEAK, alg="RS256", kid="weak")),
    ("M1: the signature has a second spelling", "signature-base64", f"{HEAD}.{BODY}.{loose(SEAL)}"),
    ("M1: the header has a second spelling", "header-base64", compact(loose(SPARE_HEADER), BODY)),
    ("M1: the claims have a second spelling", "claims-base64", compact(HEAD, loose(SPARE_CLAIMS))),
    ("M1: the secret is empty", "alg", headed(b"", alg="HS256", kid="empty-oct")),
    ("M2: another key of the set than kid names has signed", "signature", headed(kid="rsa", alg="RS256")),
    ("M2: kid names nothing, but a key of the set has signed", "unknown-key", headed(kid="gone")),
    ("M2: the key is for encryption", "key-use", headed(kid="enc")),
    ("M2: the key is for another algorithm", "unfit-key", headed(RSA, alg="RS256", kid="for-rs512")),
    ("M2: a secret in the key set has signed", "alg", headed(SECRET, alg="HS256", kid="oct")),
    ("M3: the public key in DER is the secret", "alg", headed(PUBLIC_DER, alg="HS256", kid="rsa")),
    ("M3: the public key in PEM is the secret", "alg", headed(PUBLIC_PEM, alg="HS256", kid="rsa")),
    ("M3: the secret is the DER, by HS512", "alg", headed(PUBLIC_DER, alg="HS512", kid="rsa")),
    ("M4: the expiry is Infinity", "claims-not-a-number", token({"exp": GONE}, more='"exp": Infinity')),
    ("M4: the expiry is 1e400", "claims-not-a-number", token({"exp": GONE}, more='"exp": 1e400')),
    ("M4: the expiry is null", "exp", claiming(exp=None)),
    ("M4: the expiry is a list", "exp", claiming(exp=[NOW + 300])),
    ("M4: the header is 2,000 levels deep", "header-too-deep", token(header_more=f'"x": {nested(2000)}')),
    ("M4: the claims are 2,000 levels deep", "claims-too-deep", token(more=f'"x": {nested(2000)}')),
    ("M4: the header is 100,000 levels deep", "too-large", token(header_more=f'"x": {nested(100_000)}')),
    ("M4: the claims are nine levels deep", "claims-too-deep", token(more=f'"x": {nested(8)}')),
    ("M4: the header never ends its 5,000 levels", "header-too-deep", f"{b64(b'[' * 5000)}.{BODY}.{SEAL}"),
    # the shape
    ("it is empty", "header-base64", ""),
    ("it is one dot", "header-base64", "."),
    ("it is two dots", "header-base64", ".."),
    ("it is eight thousand dots", "header-base64", "." * 8000),
    ("it has one part", "header-base64", HEAD),
    ("it has two parts", "claims-base64", f"{HEAD}.{BODY}"),
    ("it has four parts", "claims-base64", f"{GOOD}.{SEAL}"),
    ("it has five parts, as an encrypted token", "claims-base64", f"{GOOD}.{SEAL}.{SEAL}"),
    ("the header is empty", "header-base64", f".{BODY}.{SEAL}"),
    ("the claims are empty", "claims-base64", f"{HEAD}..{SEAL}"),
    ("the signature is empty", "signature-base64", f"{HEAD}.{BODY}."),
    ("it is larger than 8 kB", "too-large", claiming(x="x" * 6200)),
    ("it has a space before", "header-base64", f" {GOOD}"),
    ("it has a line break behind", "signature-base64", f"{GOOD}\n"),
    ("it has a line break inside", "claims-base64", f"{HEAD}.{BODY[:9]}\n{BODY[9:]}.{SEAL}"),
    ("it has a zero byte", "signature-base64", f"{GOOD}\0"),
    ("it is padded", "signature-base64", f"{GOOD}=="),
    ("it is padded, and signed so", "claims-base64", compact(HEAD, SPARE_CLAIMS + "=" * (-len(SPARE_CLAIMS) % 4))),
    ("it is in the other base64 alphabet", "header-base64", compact(SLASHED_HEADER, BODY)),
    ("it has a letter from outside ASCII", "header-base64", GOOD.replace("e", "\u0435", 1)),
    ("it has half of a surrogate pair", "header-base64", f"\ud800{GOOD}"),
    ("it still has its scheme", "header-base64", f"Bearer {GOOD}"),
    # the JSON
    ("the header is not JSON", "header-syntax", f"{b64(b'{alg}')}.{BODY}.{SEAL}"),
    ("the header is a list", "header-not-an-object", f"{b64(b'[]')}.{BODY}.{SEAL}"),
    ("the header is UTF-16", "header-not-utf-8", f"{b64(json.dumps(HEADER).encode('utf-16'))}.{BODY}.{SEAL}"),
    ("the header names two algorithms", "header-duplicate-key", token(header_more='"alg": "none"')),
    ("the header hides its second algorithm", "header-duplicate-key", token(header_more='"\\u0061lg": "none"')),
    ("the claims are not JSON", "claims-syntax", payload(b"sub=anna")),
    ("the claims are a list", "claims-not-an-object", payload(b"[" + json.dumps(CLAIMS).encode() + b"]")),
    ("the claims are a string", "claims-not-an-object", payload(b'"anna"')),
    ("the claims are null", "claims-not-an-object", payload(b"null")),
    ("the claims are not UTF-8", "claims-not-utf-8", payload(b'{"sub": "\xff"}')),
    ("the claims begin with a byte order mark", "claims-syntax", payload(f"\ufeff{json.dumps(CLAIMS)}".encode())),
    ("the claims are followed by more", "claims-syntax", payload(json.dumps(CLAIMS).encode() + b"{}")),
    ("a claim is NaN", "claims-not-a-number", claiming(x=float("nan"))),
    ("a claim is minus Infinity", "claims-not-a-number", claiming(nbf=float("-inf"))),
    ("a claim has 5,000 digits", "claims-integer-range", token({"exp": GONE}, more=f'"exp": {"9" * 5000}')),
    ("the subject holds a zero", "claims-control-character", claiming(sub="anna\0")),
    ("the subject holds half of a surrogate pair", "claims-lone-surrogate", claiming(sub="anna\ud800")),
    # the header
    ("it brings its own key", "refused-field", headed(STRANGER, jwk=ec_jwk(STRANGER))),
    ("it says where its keys are", "refused-field", headed(STRANGER, jku="https://evil.example/jwks")),
    ("it says where its certificate is", "refused-field", headed(STRANGER, x5u="https://evil.example")),
    ("it brings its own certificate", "refused-field", headed(STRANGER, x5c=["MIIB"])),
    ("it is compressed", "refused-field", headed(zip="DEF")),
    ("an empty list is critical", "refused-field", headed(crit=[])),
    ("its payload is said to be base64", "refused-field", headed(b64=True)),
    ("it brings no key, in so many words", "refused-field", headed(jwk=None)),
    ("there is no type", "typ", headed(typ=GONE)),
    ("the type is a list", "typ", headed(typ=["at+jwt"])),
    ("the type is that of a logout", "typ", headed(typ="logout+jwt")),
    ("the algorithm is none", "alg", headed(None, alg="none") + "AA"),
    ("the algorithm is none, and so is the signature", "signature-base64", headed(None, alg="none")),
    ("the algorithm is None", "alg", headed(alg="None")),
    ("the algorithm is NONE", "alg", headed(alg="NONE")),
    ("the algorithm is nOnE", "alg", headed(alg="nOnE")),
    ("there is no algorithm", "alg", headed(alg=GONE)),
    ("the algorithm is empty", "alg", headed(alg="")),
    ("the algorithm is null", "alg", headed(alg=None)),
    ("the algorithm is a list", "alg", headed(alg=["ES256"])),
    ("the algorithm is in small letters", "alg", headed(alg="es256")),
    ("the algorithm is PS256", "alg", headed(RSA, alg="PS256", kid="rsa")),
    ("the algorithm is EdDSA", "alg", headed(ED25519, alg="EdDSA", kid="okp")),
    ("the algorithm is one for encryption", "alg", headed(RSA, alg="RSA-OAEP", kid="rsa")),
    ("the issuer does not use the algorithm", "alg", token(AT_BORLANGE, RS, RSA)),
    ("there is no kid", "kid", headed(kid=GONE)),
    ("kid is a number", "kid", headed(kid=1)),
    ("kid is a list", "kid", headed(kid=["ec"])),
    ("kid is empty", "kid", headed(kid="")),
    ("kid is a path", "unknown-key", headed(b"", kid="../../../dev/null")),
    ("kid is in other letters", "unknown-key", headed(kid="EC")),
    # the key
    ("an Ed25519 key is named for ES256", "key-type", headed(ED25519, kid="okp")),
    ("a secret is named for RS256", "key-type", headed(SECRET, alg="RS256", kid="oct")),
    ("an RSA key is named for ES256", "unfit-key", headed(kid="rsa")),
    ("an elliptic key is named for RS256", "unfit-key", headed(alg="RS256")),
    ("a P-384 key is named for ES256", "unfit-key", headed(P384, kid="ec384")),
    ("a P-256 key is named for ES384", "unfit-key", headed(alg="ES384")),
    ("a P-256 key is called P-384", "unexpected-ValueError", headed(alg="ES384", kid="false-curve")),
    ("a key claims two families", "key-type", headed(RSA, alg="RS256", kid="false-type")),
    ("the use of the key is null", "key-use", headed(kid="null-use")),
    ("the key may only sign", "key-use", headed(kid="sign-only")),
    ("what the key may do is a string", "key-use", headed(kid="text-ops")),
    ("the key has another kid than its place", "unfit-key", headed(kid="renamed")),
    ("the private key is public", "key-private", headed(kid="private")),
    ("the key is a point off the curve", "unexpected-ValueError", headed(kid="off-curve")),
    ("the key is half a point", "key-members", headed(kid="no-y")),
    ("the exponent is one", "unexpected-ValueError", headed(RSA, alg="RS256", kid="exponent-one")),
    ("the exponent is slow", "key-members", headed(RSA, alg="RS256", kid="slow-exponent")),
    ("the modulus is vast", "key-length", headed(RSA, alg="RS256", kid="vast")),
    ("the modulus is not there", "key-members", headed(RSA, alg="RS256", kid="no-modulus")),
    ("the modulus is padded", "key-members", headed(RSA, alg="RS256", kid="loose-modulus")),
    ("the modulus is a number", "key-members", headed(RSA, alg="RS256", kid="number-modulus")),
    ("the key is a list", "unexpected-AttributeError", headed(kid="a-list")),
    # the signature
    ("a stranger has signed", "signature", token(key=STRANGER)),
    ("RS256 is said and RS512 is done", "signature", compact(b64(text(HEADER, RS, "")), BODY, RSA, "RS512")),
    ("the claims are exchanged", "signature", f"{HEAD}.{b64(text(CLAIMS, {'sub': 'bo'}, ''))}.{SEAL}"),
    ("the header is exchanged", "signature", f"{b64(text(HEADER, {'typ': 'JWT'}, ''))}.{BODY}.{SEAL}"),
    ("the signature is all zeros", "signature", f"{HEAD}.{BODY}.{b64(bytes(64))}"),
    ("the signature is cut", "signature", f"{HEAD}.{BODY}.{SEAL[:-6]}"),
    ("the signature is in DER", "signature", f"{HEAD}.{BODY}.{b64(SEAL_IN_DER)}"),
    ("the signature is one byte", "signature", f"{HEAD}.{BODY}.AA"),
    # the issuer and its tenant
    ("there is no issuer", "iss", claiming(iss=GONE)),
    ("the issuer is unknown", "iss", token({"iss": "https://evil.example"}, key=STRANGER)),
    ("the issuer is a list", "iss", claiming(iss=[FALUN])),
    ("the issuer is null", "iss", claiming(iss=None)),
    ("the issuer has a slash too much", "iss", claiming(iss=f"{FALUN}/")),
    ("the issuer is in capitals", "iss", claiming(iss=FALUN.upper())),
    ("the issuer only begins well", "iss", claiming(iss=f"{FALUN}.evil.example")),
    ("the issuer has a space behind", "iss", claiming(iss=f"{FALUN} ")),
    ("kid is of another issuer", "unknown-key", token(AT_BORLANGE)),
    ("kid is of this issuer, and another has signed", "signature", headed(BORLANGE_KEY)),
    ("an issuer signs for another", "unknown-key", headed(BORLANGE_KEY, kid="borlange")),
    ("a municipality signs for the built-in issuer", "unknown-key", token({**HOME_CLAIMS, "organisation": "20"})),
    ("it names the built-in key, and another has signed", "signature", token(HOME_CLAIMS, HOME_HEADER)),
    ("our own token has no organisation", "organisation", at_home(organisation=GONE)),
    ("our own token has two organisations", "organisation", at_home(organisation=["2080", "2081"])),
    ("our own token has a number for organisation", "organisation", at_home(organisation=2080)),
    ("our own token has an organisation of three digits", "organisation", at_home(organisation="208")),
    ("our own token has a line break in its organisation", "organisation", at_home(organisation="2080\n")),
    ("our own token has digits of another script", "organisation", at_home(organisation="٢٠٨٠")),
    # the audience
    ("the audience is another service", "aud", claiming(aud="https://other.example")),
    ("the audience only begins well", "aud", claiming(aud=f"{AUDIENCE}/v1")),
    ("the audience is only a beginning", "aud", claiming(aud=AUDIENCE[:-1])),
    ("the audience is in capitals", "aud", claiming(aud=AUDIENCE.upper())),
    ("the audience is empty", "aud", claiming(aud="")),
    ("the audience is an empty list", "aud", claiming(aud=[])),
    ("the audience is a list of others", "aud", claiming(aud=["https://other.example"])),
    ("the audience is a list in a list", "aud", claiming(aud=[[AUDIENCE]])),
    ("the audience is a list with a number", "aud", claiming(aud=[AUDIENCE, 1])),
    ("the audience is an object", "aud", claiming(aud={AUDIENCE: True})),
    ("the audience is null", "aud", claiming(aud=None)),
    # time
    ("the expiry is true", "exp", claiming(exp=True)),
    ("the expiry is negative", "exp", claiming(exp=-1)),
    ("the expiry is a fraction", "exp", claiming(exp=NOW + 300.5)),
    ("the expiry is written as a power", "exp", token({"exp": GONE}, more='"exp": 1.8e9')),
    ("the expiry is in milliseconds", "exp", claiming(exp=(NOW + 300) * 1000)),
    ("the expiry is 64 bits", "exp", claiming(exp=2**63 - 1)),
    ("the expiry is more than 64 bits", "claims-integer-range", claiming(exp=2**63)),
    ("the expiry is past", "expired", claiming(iat=NOW - 600, exp=NOW - 300)),
    ("the expiry is past by the leeway", "expired", claiming(iat=NOW - 600, exp=NOW - 30)),
    ("the expiry is before the issue", "lifetime", claiming(iat=NOW, exp=NOW - 1)),
    ("it lives no time", "lifetime", claiming(exp=NOW)),
    ("it lives for a year", "lifetime", claiming(exp=NOW + YEAR)),
    ("it lives for an hour and a second", "lifetime", claiming(exp=NOW + 3601)),
    ("there is no time of issue", "iat", claiming(iat=GONE)),
    ("the time of issue is a string", "iat", claiming(iat=str(NOW))),
    ("the time of issue is false", "iat", claiming(iat=False)),
    ("the time of issue is null", "iat", claiming(iat=None)),
    ("it is issued beyond the leeway", "iat", claiming(iat=NOW + 31)),
    ("it is not for now", "nbf", claiming(nbf=NOW + 31)),
    ("it is for next year", "nbf", claiming(nbf=NOW + YEAR)),
    ("not-before is a string", "nbf", claiming(nbf=str(NOW))),
    ("not-before is null", "nbf", claiming(nbf=None)),
    # what it is for
    *(
        (f"it is another kind of token, with {claim}", "kind", claiming(**{claim: value}))
        for claim, value in {
            "nonce": "n-0S6",
            "at_hash": "77Qm",
            "c_hash": "LDkt",
            "s_hash": "x4M9",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            "cnf": {"jkt": "0ZcO"},
        }.items()
    ),
    ("Keycloak says that it is an ID token", "kind", claiming(typ="ID")),
    ("Keycloak says that it refreshes", "kind", claiming(typ="Refresh")),
    ("the kind is a list", "kind", claiming(typ=["Bearer"])),
    # whom it speaks for
    ("there is no subject", "sub", claiming(sub=GONE)),
    ("the subject is empty", "sub", claiming(sub="")),
    ("the subject is a number", "sub", claiming(sub=1)),
    ("the subject is null", "sub", claiming(sub=None)),
    ("the subject is a list", "sub", claiming(sub=["anna"])),
    ("the subject is too long", "sub", claiming(sub="a" * 256)),
    ("the scope is a list", "scope", at_home(scope=["decisions:write"])),
    ("the scope is null", "scope", at_home(scope=None)),
    ("the roles are a string", "roles", claiming(roles="county_admin")),
    ("the roles are an object", "roles", claiming(roles={"county_admin": True})),
    ("a role is a number", "roles", claiming(roles=["editor", 1])),
    ("a role is a list", "roles", claiming(roles=[["county_admin"]])),
    ("the client is a number", "client_id", at_home(client_id=7)),
    ("the client is empty", "client_id", at_home(client_id="")),
]


@pytest.mark.parametrize(("reason", "hostile"), [pytest.param(*rest, id=sentence) for sentence, *rest in ATTACKS])
def test_a_hostile_token_is_refused_for_its_reason(reason: str, hostile: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        VERIFIER.verify(hostile)
    assert (refusal.value.reason, str(refusal.value)) == (reason, reason)


def test_every_attack_has_a_sentence_of_its_own() -> None:
    assert len({sentence for sentence, *_ in ATTACKS}) == len(ATTACKS)


def principal(**changes: object) -> Principal:
    return Principal(**cast("dict[str, str]", {**vars(ANNA), **changes}))  # type: ignore[arg-type]


def own(**changes: object) -> Principal:
    return principal(**{"issuer": HOME, **changes})


BO = principal(issuer=BORLANGE, organisation="2081")
VALID = [
    ("ES256", token(), ANNA),
    ("ES384", headed(P384, alg="ES384", kid="ec384"), ANNA),
    ("RS256", token({}, RS, RSA), ANNA),
    ("RS384", headed(RSA, alg="RS384", kid="rsa"), ANNA),
    ("RS512", headed(RSA, alg="RS512", kid="rsa"), ANNA),
    ("the key is bound to the algorithm", headed(RSA, alg="RS512", kid="for-rs512"), ANNA),
    ("the type is JWT", headed(typ="JWT"), ANNA),
    ("the type is a media type", headed(typ="application/AT+JWT"), ANNA),
    ("a thumbprint stands in the header", headed(x5t="dGh1bWI"), ANNA),
    ("there are several audiences", claiming(aud=["https://other.example", AUDIENCE]), ANNA),
    ("it lives for an hour", claiming(exp=NOW + 3600), principal(expires_at=NOW + 3600)),
    ("it expired within the leeway", claiming(iat=NOW - 300, exp=NOW - 29), principal(expires_at=NOW - 29)),
    ("it is issued within the leeway", claiming(iat=NOW + 30), ANNA),
    ("it is for within the leeway", claiming(nbf=NOW + 30), ANNA),
    ("the scopes are words", at_home(scope="a:read  b:write"), own(scopes=frozenset({"a:read", "b:write"}))),
    ("only a space parts two scopes", at_home(scope="a\tb\u00a0c d"), own(scopes=frozenset({"a\tb\u00a0c", "d"}))),
    ("the scope is empty", at_home(scope=""), own()),
    ("another's scopes open nothing", claiming(scope="decisions:write"), ANNA),
    ("another's scopes are not even read", claiming(scope=["decisions:write"]), ANNA),
    ("the roles are null", claiming(roles=None), ANNA),
    ("there are roles", claiming(roles=["editor", "editor"]), principal(roles=frozenset({"editor"}))),
    ("there is a client", at_home(client_id="platina"), own(client_id="platina")),
    ("another's client is none of ours", claiming(client_id="platina"), ANNA),
    ("Keycloak says that it is an access token", claiming(typ="Bearer"), ANNA),
    ("the subject is as long as may be", claiming(sub="å" * 255), principal(subject="å" * 255)),
    ("a claim names another tenant, and chooses nothing", claiming(organisation="2081"), ANNA),
    ("another issuer", token(AT_BORLANGE, {"kid": "borlange"}, BORLANGE_KEY), BO),
    ("our own token for a municipality", at_home(), principal(issuer=HOME)),
    ("our own token for the county", at_home(organisation="20"), principal(issuer=HOME, organisation="20")),
    (
        "our own token, as we sign it",
        sign({**CLAIMS, **HOME_CLAIMS}, HOME_PEM, HOME_KEY["kid"]),
        principal(issuer=HOME),
    ),
]


@pytest.mark.parametrize(("good", "expected"), [pytest.param(*rest, id=sentence) for sentence, *rest in VALID])
def test_a_good_token_says_who_asks(good: str, expected: Principal) -> None:
    assert VERIFIER.verify(good) == expected


def test_an_issuer_may_name_its_own_claim_for_roles_and_its_own_lifetime() -> None:
    falun = Issuer(FALUN, AUDIENCE, ALL, "2080", lambda: FALUN_KEYS, role_claim="groups", max_lifetime=5400)
    long = token({"groups": ["editor"], "roles": ["county_admin"], "exp": NOW + 5400})
    assert TokenVerifier({FALUN: falun}, lambda: NOW).verify(long) == principal(
        roles=frozenset({"editor"}), expires_at=NOW + 5400
    )


def test_an_issuer_that_stands_under_another_url_is_not_trusted() -> None:
    with pytest.raises(InvalidToken, match=r"^iss$"):
        TokenVerifier({FALUN: ISSUERS[BORLANGE]}, lambda: NOW).verify(GOOD)


def test_keys_that_cannot_be_had_refuse_the_token() -> None:
    def unreachable() -> Mapping[str, Jwk]:
        raise TimeoutError(FALUN)

    issuer = Issuer(FALUN, AUDIENCE, ALL, "2080", unreachable)
    with pytest.raises(InvalidToken, match=r"^unexpected-TimeoutError$"):
        TokenVerifier({FALUN: issuer}, lambda: NOW).verify(GOOD)


def test_time_is_the_clock_of_the_machine_unless_another_is_given() -> None:
    now = int(time.time())
    assert TokenVerifier(ISSUERS).verify(claiming(iat=now, exp=now + 300)) == principal(expires_at=now + 300)


@pytest.mark.parametrize("algorithm", ["HS256", "HS512", "none", "", "PS256", "ES512", "EdDSA", "rs256", "RSA-OAEP"])
def test_an_issuer_cannot_be_given_an_algorithm_that_is_not_listed(algorithm: str) -> None:
    with pytest.raises(ValueError, match="signs with some of"):
        Issuer(FALUN, AUDIENCE, frozenset({"ES256", algorithm}), "2080", dict)


def test_an_issuer_has_an_algorithm_and_an_audience() -> None:
    with pytest.raises(ValueError, match="signs with some of"):
        Issuer(FALUN, AUDIENCE, frozenset(), "2080", dict)
    with pytest.raises(ValueError, match="audience"):
        Issuer(FALUN, "", ALL, "2080", dict)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_more_than_refused(anything: str) -> None:
    with pytest.raises(InvalidToken):
        VERIFIER.verify(anything)


@given(st.sampled_from([None, True, 7, 0.5, GOOD.encode(), [GOOD], {"token": GOOD}]))
def test_what_is_no_text_is_refused(anything: object) -> None:
    with pytest.raises(InvalidToken):
        VERIFIER.verify(cast("str", anything))


@given(st.binary(), st.binary(), st.binary())
def test_no_three_parts_are_more_than_refused(header: bytes, claims: bytes, seal: bytes) -> None:
    with pytest.raises(InvalidToken):
        VERIFIER.verify(f"{b64(header)}.{b64(claims)}.{b64(seal)}")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([FALUN, HOME, AUDIENCE, NOW]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from([*CLAIMS, "nbf", "scope", "roles", "client_id", "organisation"]), VALUES),
    st.dictionaries(st.sampled_from([*HEADER, "crit", "x5t", "b64"]), VALUES),
)
@example({}, {})
def test_signed_nonsense_is_a_principal_or_refused(claims: Json, header: Json) -> None:
    with suppress(InvalidToken):
        assert VERIFIER.verify(token(claims, header)).organisation == "2080"


@given(st.sampled_from([GOOD, token({}, RS, RSA)]), st.data())
def test_a_good_token_with_one_character_changed_is_refused(good: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(good) - 1))
    character = data.draw(st.characters() | st.sampled_from(good))
    assume(character != good[place])
    with pytest.raises(InvalidToken):
        VERIFIER.verify(good[:place] + character + good[place + 1 :])


@pytest.mark.parametrize("good", [GOOD, token({}, RS, RSA)], ids=["ES256", "RS256"])
def test_a_good_token_with_a_character_less_or_one_twice_is_refused(good: str) -> None:
    for place in range(len(good)):
        for changed in (good[:place] + good[place + 1 :], good[: place + 1] + good[place:]):
            with pytest.raises(InvalidToken):
                VERIFIER.verify(changed)


def test_our_public_key_is_a_jwk_named_by_its_thumbprint() -> None:
    jwk = public_jwk(HOME_PEM)
    required = f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'
    assert jwk == ec_jwk(HOME_SIGNER, use="sig", alg="ES256", kid=b64(hashlib.sha256(required.encode()).digest()))


def test_each_new_private_key_is_another() -> None:
    assert new_private_key() != new_private_key()


@pytest.mark.parametrize("key", [P384, RSA], ids=["P-384", "RSA"])
def test_a_signing_key_of_another_kind_is_refused(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with pytest.raises(ValueError, match="not a P-256 key"):
        public_jwk(pem)


def test_we_sign_an_access_token_with_the_header_that_we_demand() -> None:
    header = sign(CLAIMS, HOME_PEM, "k1").partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "ES256", "kid": "k1", "typ": "at+jwt"}


def test_we_sign_no_claim_that_is_not_json() -> None:
    with pytest.raises(ValueError, match="JSON"):
        sign({**CLAIMS, "x": float("nan")}, HOME_PEM, "k1")


def test_signatures_are_made_and_checked_by_cryptography() -> None:
    """Without it the library would fall back on arithmetic in Python, whose time tells of the key (CVE-2024-23342)."""
    for key in (jose_jwk.construct(HOME_PEM, "ES256"), jose_jwk.construct(PUBLIC_PEM, "RS256")):
        assert type(key).__module__ == "jose.backends.cryptography_backend"


def test_a_database_that_is_away_says_nothing_of_a_token() -> None:
    away = OperationalError("SELECT 1", {}, Exception("database is locked"))
    with pytest.raises(OperationalError), only_invalid_token():
        raise away
