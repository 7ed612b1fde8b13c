"""One key set, read strictly: which keys may verify, and why the others may not."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from api.identity.jwks import KeySetError, read_key_set
from tests.identity.test_tokens import FALUN_KEYS, P256, RSA, Json, b64, ec_jwk, rsa_jwk

RSA_3072 = rsa.generate_private_key(65537, 3072)
P384 = ec.generate_private_key(ec.SECP384R1())
GOOD = ec_jwk(P256, kid="good")
NUMBERS = RSA.private_numbers()


def published(*keys: object, **more: object) -> bytes:
    return json.dumps({"keys": keys, **more}).encode()


# What is published, and what it may verify.
USABLE: dict[str, tuple[Json, tuple[str, ...], int]] = {
    "Entra ID": (
        rsa_jwk(RSA, use="sig", x5t="AbC", x5c=["MIIC"], issuer="https://login.example/v2.0"),
        ("RS256", "RS384", "RS512"),
        2048,
    ),
    "AD FS": (rsa_jwk(RSA, use="sig", alg="RS256", x5t="AbC", x5c=["MIIC"]), ("RS256",), 2048),
    "Keycloak": (rsa_jwk(RSA_3072, use="sig", alg="RS512", **{"x5t#S256": "AbC"}), ("RS512",), 3072),
    "an elliptic key": (ec_jwk(P256), ("ES256",), 256),
    "a larger one": (ec_jwk(P384, alg="ES384", key_ops=["verify"]), ("ES384",), 384),
}


@pytest.mark.parametrize("name", USABLE)
def test_a_key_of_a_provider_is_shown_and_kept_without_its_certificates(name: str) -> None:
    jwk, algorithms, size = USABLE[name]
    found = read_key_set(published({**jwk, "kid": "k"}))
    [key] = found.usable
    assert (key.kid, key.kty, key.algorithms, key.size) == ("k", jwk["kty"], algorithms, size)
    assert (key.alg, key.use) == (jwk.get("alg"), jwk.get("use"))
    assert found.keys.keys() == {"k"}
    assert found.keys["k"].keys() <= {"kid", "kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops"}
    assert not found.refused


REFUSED: dict[str, tuple[str, object]] = {
    "no kid": ("key-kid", ec_jwk(P256)),
    "an empty kid": ("key-kid", ec_jwk(P256, kid="")),
    "a kid that is a number": ("key-kid", ec_jwk(P256, kid=1)),
    "a long kid": ("key-kid", ec_jwk(P256, kid="k" * 256)),
    "no object": ("key-not-an-object", ["kty", "EC"]),
    "null": ("key-not-an-object", None),
    "no type": ("key-type", {"kid": "k"}),
    "a type that is a list": ("key-type", {"kid": "k", "kty": ["EC"], "crv": ["P-256"]}),
    "a secret": ("key-type", {"kid": "k", "kty": "oct", "k": "AAAA"}),
    "Ed25519": ("key-type", {"kid": "k", "kty": "OKP", "crv": "Ed25519", "x": b64(bytes(32))}),
    "P-521": ("key-type", ec_jwk(P256, kid="k", crv="P-521")),
    "secp256k1": ("key-type", ec_jwk(P256, kid="k", crv="secp256k1")),
    "RSA with a curve": ("key-type", rsa_jwk(RSA, kid="k", crv="P-256")),
    "a private exponent": ("key-private", rsa_jwk(RSA, kid="k", d="AQAB")),
    "a prime": ("key-private", rsa_jwk(RSA, kid="k", p=b64(NUMBERS.p.to_bytes(128)))),
    "a private exponent that is null": ("key-private", ec_jwk(P256, kid="k", d=None)),
    "a secret in a public key": ("key-private", ec_jwk(P256, kid="k", k="AAAA")),
    "for encryption": ("key-use", rsa_jwk(RSA, kid="k", use="enc")),
    "a use that is null": ("key-use", rsa_jwk(RSA, kid="k", use=None)),
    "a use that is a list": ("key-use", rsa_jwk(RSA, kid="k", use=["sig"])),
    "only to sign": ("key-use", rsa_jwk(RSA, kid="k", key_ops=["sign"])),
    "operations in one string": ("key-use", rsa_jwk(RSA, kid="k", key_ops="verify")),
    "for another kind of key": ("key-alg", ec_jwk(P256, kid="k", alg="RS256")),
    "for PS256": ("key-alg", rsa_jwk(RSA, kid="k", alg="PS256")),
    "for RSA-OAEP": ("key-alg", rsa_jwk(RSA, kid="k", alg="RSA-OAEP")),
    "for HS256": ("key-alg", rsa_jwk(RSA, kid="k", alg="HS256")),
    "for none": ("key-alg", rsa_jwk(RSA, kid="k", alg="none")),
    "an algorithm that is null": ("key-alg", rsa_jwk(RSA, kid="k", alg=None)),
    "an algorithm that is a list": ("key-alg", rsa_jwk(RSA, kid="k", alg=["RS256"])),
    "1024 bits": ("key-length", {**FALUN_KEYS["weak"], "kid": "k"}),
    "8200 bits": ("key-length", {**FALUN_KEYS["vast"], "kid": "k"}),
    "no modulus": ("key-members", {**FALUN_KEYS["no-modulus"], "kid": "k"}),
    "a padded modulus": ("key-members", {**FALUN_KEYS["loose-modulus"], "kid": "k"}),
    "a modulus that is a number": ("key-members", {"kid": "k", "kty": "RSA", "n": 2**62, "e": "AQAB"}),
    "the exponent one": ("key-members", {**FALUN_KEYS["exponent-one"], "kid": "k"}),
    "a slow exponent": ("key-members", {**FALUN_KEYS["slow-exponent"], "kid": "k"}),
    "an exponent that is a number": ("key-members", rsa_jwk(RSA, kid="k", e=65537)),
    "a point off the curve": ("key-members", {**FALUN_KEYS["off-curve"], "kid": "k"}),
    "a point of another curve": ("key-members", ec_jwk(P256, kid="k", crv="P-384")),
    "half a point": ("key-members", {**FALUN_KEYS["no-y"], "kid": "k"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_key_that_may_verify_nothing_is_left_out_with_a_reason(name: str) -> None:
    reason, key = REFUSED[name]
    found = read_key_set(published(key, GOOD))
    assert found.keys.keys() == {"good"}
    [refused] = found.refused
    assert refused.reason == reason
    assert refused.kid == (None if reason in {"key-kid", "key-not-an-object"} else "k")


def test_of_two_keys_with_one_name_neither_is_taken() -> None:
    found = read_key_set(published(ec_jwk(P384, kid="k"), GOOD, ec_jwk(P256, kid="k")))
    assert found.keys.keys() == {"good"}
    assert [(refused.kid, refused.reason) for refused in found.refused] == [("k", "key-kid-twice")] * 2


def test_a_key_for_encryption_does_not_take_the_name_of_one_for_signatures() -> None:
    found = read_key_set(published(rsa_jwk(RSA, kid="k", use="enc"), ec_jwk(P256, kid="k", use="sig")))
    assert found.keys["k"]["kty"] == "EC"


DOCUMENTS = {
    "nothing": ("json-syntax", b""),
    "HTML": ("json-syntax", b"<!doctype html><title>Logga in</title>"),
    "no UTF-8": ("json-not-utf-8", b'{"keys": "\xff"}'),
    "UTF-16": ("json-not-utf-8", published(GOOD).decode().encode("utf-16")),
    "keys twice": ("json-duplicate-key", b'{"keys": [], "keys": []}'),
    "a member of a key twice": ("json-duplicate-key", b'{"keys": [{"kty": "RSA", "kty": "oct"}]}'),
    "deep": ("json-too-deep", b'{"keys": ' + b"[" * 9 + b"]" * 9 + b"}"),
    "very deep": ("json-too-deep", b'{"keys": ' + b"[" * 100_000),
    "NaN": ("json-not-a-number", b'{"keys": NaN}'),
    "a list": ("not-an-object", b"[]"),
    "a text": ("not-an-object", b'"keys"'),
    "no keys": ("not-a-key-set", b"{}"),
    "one key": ("not-a-key-set", json.dumps(GOOD).encode()),
    "keys by name": ("not-a-key-set", b'{"keys": {"good": {}}}'),
    "101 keys": ("too-many-keys", published(*[GOOD] * 101)),
    "an empty set": ("no-usable-keys", published()),
    "unusable keys": ("no-usable-keys", published({"kty": "oct"}, [], None)),
    "one name for all": ("no-usable-keys", published(GOOD, GOOD)),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_gives_no_keys_is_refused_with_a_reason(name: str) -> None:
    reason, document = DOCUMENTS[name]
    with pytest.raises(KeySetError) as refusal:
        read_key_set(document)
    assert refusal.value.reason == reason


def test_a_hundred_keys_are_read() -> None:
    assert len(read_key_set(published(*(ec_jwk(P256, kid=str(number)) for number in range(100)))).keys) == 100


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["RSA", "EC", "P-256", "sig", "AQAB"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kty", "crv", "kid", "n", "e", "x", "y", "use", "alg", "key_ops"]), inner, max_size=6
        )
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(_JSON, max_size=4), st.dictionaries(st.sampled_from(sorted(GOOD)), _JSON, max_size=3))
def test_whatever_is_published_is_read_or_refused(entries: list[object], spoilt: Json) -> None:
    try:
        found = read_key_set(published(*entries, {**GOOD, **spoilt}))
    except KeySetError:
        return
    assert len(found.usable) + len(found.refused) == len(entries) + 1


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: base64.b64encode(text.encode())))
def test_no_bytes_are_an_error_of_ours(document: bytes) -> None:
    with pytest.raises(KeySetError):
        read_key_set(document)
