"""The built-in issuer's keys: the newest signs, all that are live verify."""

import os
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from api.clock import now
from api.identity.public_keys import Jwk
from api.identity.tokens import new_private_key, public_jwk
from db.identity import SigningKey, find_key, live_keys
from db.notices import announce
from db.session import Database, reading, transaction

log = structlog.get_logger("samsprak.keys")
_PEM_END = "-----END PRIVATE KEY-----"


class UnusableKeyError(Exception):
    """A signing key cannot be used; the text is one line for the operator."""


@dataclass(frozen=True)
class KeyRing:
    """The private key that signs, and the public keys by `kid`."""

    signing_pem: str
    signing_kid: str
    public: Mapping[str, Jwk]


class Keys:
    """The ring of this process; `refresh` takes in what was added or retired meanwhile."""

    def __init__(self, database: Database, key_file: Path | None = None) -> None:
        self._database = database
        self._key_file = key_file
        self._pems: list[str] = []
        self.on_change: Callable[[], None] = lambda: None
        self.refresh()

    def refresh(self) -> None:
        """Read the keys anew; raises UnusableKeyError and keeps those it has."""
        pems = _from_file(self._key_file) if self._key_file else _from_database(self._database)
        if pems != self._pems:
            self.ring = _ring_of(pems)
            self._pems = pems
            self.on_change()

    def age(self) -> float | None:
        """Tell for how many seconds the signing key has been signing, as far as that is known."""
        if self._key_file is not None:
            try:
                return time.time() - self._key_file.stat().st_mtime
            except OSError:
                return None
        with reading(self._database) as session:
            return (now() - live_keys(session)[0].created_at).total_seconds()

    def try_to_refresh(self) -> None:
        """Refresh, or go on with the keys that are here."""
        try:
            self.refresh()
        except Exception:  # a file half written, a database away: the next second is another try
            log.exception("cannot look for keys")


def _ring_of(pems: list[str]) -> KeyRing:
    try:
        jwks = [public_jwk(pem) for pem in pems]
    except (ValueError, TypeError) as error:
        msg = f"a signing key is not a P-256 private key in PEM: {error}"
        raise UnusableKeyError(msg) from error
    return KeyRing(pems[0], jwks[0]["kid"], {jwk["kid"]: jwk for jwk in jwks})


def _check_key_file(key_file: Path) -> None:
    """Refuse a key that others could read or have put there: raises UnusableKeyError."""
    try:
        found = key_file.stat()
    except OSError as error:
        raise UnusableKeyError(f"cannot read the signing key file {key_file}: {error.strerror}") from error
    if found.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise UnusableKeyError(f"others may read or change the signing key file {key_file}: chmod 600 it")
    if found.st_uid not in (0, os.geteuid()):
        raise UnusableKeyError(f"the signing key file {key_file} belongs to another user: chown it to the service's")


def add_key(database: Database) -> str:
    """Make a new key in the database, which signs from now on; gives its `kid`."""
    pem = new_private_key()
    kid = public_jwk(pem)["kid"]
    with transaction(database) as tx:
        tx.add(SigningKey(kid=kid, private_pem=pem, created_at=now()))
        announce(tx)
    return kid


def retire_key(database: Database, kid: str) -> None:
    """Take a key away for good: within a second its tokens are refused. Raises UnusableKeyError.

    The one that signs stays, so that there is always one.
    """
    with transaction(database) as tx:
        key = find_key(tx, kid)
        if key is None or key.retired_at is not None:
            raise UnusableKeyError("no key of the database that is not retired has this id")
        if live_keys(tx)[0].kid == kid:
            raise UnusableKeyError("this key signs: add another first (`key add`)")
        key.retired_at = now()
        tx.add(key)
        announce(tx)


def _from_file(key_file: Path) -> list[str]:
    _check_key_file(key_file)
    try:
        text = key_file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"cannot read the signing key file {key_file}: {error}"
        raise UnusableKeyError(msg) from error
    pems = [f"{part.strip()}\n{_PEM_END}\n" for part in text.split(_PEM_END) if part.strip()]
    if not pems:
        msg = f"the signing key file {key_file} holds no private key in PEM (PKCS #8)"
        raise UnusableKeyError(msg)
    return pems


def _from_database(database: Database) -> list[str]:
    with reading(database) as session:
        pems = [key.private_pem for key in live_keys(session)]
    if not pems:
        msg = "the database holds no signing key: run `python -m api migrate`"
        raise UnusableKeyError(msg)
    return pems
