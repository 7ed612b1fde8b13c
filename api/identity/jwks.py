"""One published key set, read strictly: which keys may verify, which may not and why. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from api.edge.strict_json import JsonRefused, strict_json
from api.identity.public_keys import Jwk, UnfitKey
from api.identity.tokens import proven_key

_MOST_KEYS = 100
_MAX_DEPTH = 8
_LONGEST_KID = 255


class KeySetError(Exception):
    """A document that gives no keys; `reason` is a short code that repeats nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class UsableKey:
    """A key that may verify tokens by any of `algorithms`; `alg` and `use` are as the set has them, `size` in bits."""

    kid: str
    kty: str
    algorithms: tuple[str, ...]
    alg: str | None
    use: str | None
    size: int


@dataclass(frozen=True)
class RefusedKey:
    """A key that is left out, with its `kid` if it has a proper one, and the reason as a short code."""

    kid: str | None
    reason: str


@dataclass(frozen=True)
class KeySet:
    """What a set shows; `keys` are the usable ones by `kid`."""

    keys: Mapping[str, Jwk]
    usable: tuple[UsableKey, ...]
    refused: tuple[RefusedKey, ...]


def read_object(document: bytes) -> dict[str, object]:
    """Read a JSON object. Raises KeySetError: `json-…` or `not-an-object`."""
    try:
        value = strict_json(document, max_depth=_MAX_DEPTH)
    except JsonRefused as refusal:
        raise KeySetError(f"json-{refusal.reason}") from None
    if not isinstance(value, dict):
        raise KeySetError("not-an-object")
    return value


def read_key_set(document: bytes) -> KeySet:
    """Read a key set of RFC 7517. Raises KeySetError if it is none, has too many keys, or none that may verify."""
    entries = read_object(document).get("keys")
    if not isinstance(entries, list):
        raise KeySetError("not-a-key-set")
    if len(entries) > _MOST_KEYS:
        raise KeySetError("too-many-keys")
    usable: list[tuple[UsableKey, Jwk]] = []
    refused: list[RefusedKey] = []
    for entry in entries:
        try:
            usable.append(_usable(entry))
        except UnfitKey as refusal:
            refused.append(RefusedKey(_kid(entry), refusal.reason))
    # Of two keys with one name neither is taken: the order of a list must not decide who may sign.
    times = Counter(key.kid for key, _ in usable)
    refused += [RefusedKey(key.kid, "key-kid-twice") for key, _ in usable if times[key.kid] > 1]
    single = [(key, jwk) for key, jwk in usable if times[key.kid] == 1]
    if not single:
        raise KeySetError("no-usable-keys")
    return KeySet({key.kid: jwk for key, jwk in single}, tuple(key for key, _ in single), tuple(refused))


def _usable(entry: object) -> tuple[UsableKey, Jwk]:
    if not isinstance(entry, dict):
        raise UnfitKey("key-not-an-object")
    kid = _kid(entry)
    if kid is None:
        raise UnfitKey("key-kid")
    public = proven_key(entry)
    alg, use = entry.get("alg"), entry.get("use")
    key = UsableKey(kid, public.members["kty"], public.algorithms, alg, use, public.size)
    # Of what is published only this is kept: certificates and the like are large, and nobody looks at them.
    kept = {name: entry[name] for name in ("alg", "use", "key_ops") if name in entry}
    return key, {**public.members, **kept, "kid": kid}


def _kid(entry: object) -> str | None:
    kid = entry.get("kid") if isinstance(entry, dict) else None
    return kid if isinstance(kid, str) and 0 < len(kid) <= _LONGEST_KID else None
