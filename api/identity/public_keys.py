"""Which public keys may verify what, by their members alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.identity.parts import LONGEST_TOKEN, InvalidToken, bytes_of, text_of

Jwk = Mapping[str, object]

_FAMILIES: Mapping[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
}
ALGORITHMS = frozenset(_FAMILIES)
# An issuer that publishes a part of its private key, or its secret, has let everybody sign.
_PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_RSA_BITS = range(2048, 8192 + 1)  # a longer modulus would only let an issuer spend our processor


class UnfitKey(InvalidToken):
    """A key of a set that may verify nothing here; `reason` begins with `key-`."""


@dataclass(frozen=True)
class PublicKey:
    """What python-jose needs of a key, and no more, with the algorithms that it may verify; `size` is in bits."""

    members: dict[str, str]
    algorithms: tuple[str, ...]
    size: int


def public_key(jwk: Jwk) -> PublicKey:
    """Say what a key of a set may verify, by its members alone. Raises UnfitKey. Source: RFC 7517 and RFC 7518."""
    kty, curve = jwk.get("kty"), jwk.get("crv")
    algorithms = tuple(name for name, family in _FAMILIES.items() if family == (kty, curve))
    if not algorithms:
        raise UnfitKey("key-type")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise UnfitKey("key-private")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise UnfitKey("key-use")
    if "alg" in jwk:
        algorithms = tuple(name for name in algorithms if name == jwk["alg"])
        if not algorithms:
            raise UnfitKey("key-alg")
    try:
        return _elliptic_key(jwk, algorithms) if kty == "EC" else _rsa_key(jwk, algorithms)
    except UnfitKey:
        raise
    except InvalidToken:
        raise UnfitKey("key-members") from None


def _elliptic_key(jwk: Jwk, algorithms: tuple[str, ...]) -> PublicKey:
    curve = text_of(jwk, "crv")
    members = {"kty": "EC", "crv": curve, "x": text_of(jwk, "x"), "y": text_of(jwk, "y")}
    return PublicKey(members, algorithms, int(curve.removeprefix("P-")))


def _rsa_key(jwk: Jwk, algorithms: tuple[str, ...]) -> PublicKey:
    modulus = text_of(jwk, "n", LONGEST_TOKEN)
    size = int.from_bytes(bytes_of(modulus, "n")).bit_length()
    if size not in _RSA_BITS:
        raise UnfitKey("key-length")
    # Eight characters are six bytes: every exponent in use is far shorter, and a long one is slow on purpose.
    return PublicKey({"kty": "RSA", "n": modulus, "e": text_of(jwk, "e", 8)}, algorithms, size)
