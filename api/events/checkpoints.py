"""Signing checkpoints, so that whoever keeps one can prove which history they were shown."""

from collections.abc import Mapping
from datetime import date

import structlog

from api import clock
from api.identity.keys import Keys
from api.identity.parts import InvalidToken
from api.identity.public_keys import Jwk
from api.identity.tokens import read_signed, sign
from db.chain import streams
from db.checkpoints import Checkpoint, has_checkpoint_of, newest_checkpoint
from db.events import Head, instant_text, lock_stream
from db.session import Database, Transaction, reading, transaction

# Never the type of an access token: a statement opens nothing.
TYPE = "samsprak-checkpoint+jwt"
log = structlog.get_logger("samsprak.checkpoints")


class DailySigner:
    """Signs each stream once a Stockholm day, in whichever process comes first."""

    def __init__(self, database: Database, keys: Keys, issuer: str) -> None:
        self._database = database
        self._keys = keys
        self._issuer = issuer
        self._done: date | None = None

    def try_to_sign(self) -> None:
        """Sign what this day still lacks, or leave it to the next second."""
        today = clock.today()
        if today == self._done:
            return
        try:
            with reading(self._database) as session:
                lacking = [stream for stream in streams(session) if not has_checkpoint_of(session, stream, today)]
            for stream in lacking:
                with transaction(self._database) as tx:
                    sign_day(tx, self._keys, self._issuer, stream, today)
            self._done = today
        except Exception:  # a database away, a lock held: the next second is another try
            log.exception("cannot sign the day's checkpoints")


def sign_day(tx: Transaction, keys: Keys, issuer: str, stream: str, day: date) -> None:
    """Sign a stream for a day, unless another process has."""
    # Looked for once more behind the lock: the other may have come first.
    lock_stream(tx, stream)
    if not has_checkpoint_of(tx, stream, day):
        tx.add(_signed(tx, keys, issuer, stream, day))


def sign_now(tx: Transaction, keys: Keys, issuer: str, stream: str) -> Checkpoint:
    """Sign a stream as it stands; the day's statement of the same sequence is given again."""
    head = lock_stream(tx, stream)
    newest = newest_checkpoint(tx, stream)
    if newest and newest.sequence == head.last_sequence and clock.day_of(newest.signed_at) == clock.today():
        return newest
    made = _signed(tx, keys, issuer, stream, None)
    tx.add(made)
    return made


def _signed(tx: Transaction, keys: Keys, issuer: str, stream: str, day: date | None) -> Checkpoint:
    head, signed_at = lock_stream(tx, stream), clock.now()
    claims = {
        "iss": issuer,
        "stream": stream,
        "sequence": head.last_sequence,
        "hash": f"sha256:{head.last_hash}",
        "signedAt": instant_text(signed_at),
    }
    return Checkpoint(
        stream=stream,
        signed_at=signed_at,
        sequence=head.last_sequence,
        hash=head.last_hash,
        day=day,
        jws=sign(claims, keys.ring.signing_pem, keys.ring.signing_kid, TYPE),
    )


def read_checkpoint(jws: str, keys: Mapping[str, Jwk]) -> tuple[str, Head]:
    """Give the stream and the head that a statement tells of, once it is proven; raises InvalidToken."""
    claims = read_signed(jws, TYPE, keys)
    stream, sequence, digest = (claims.get(name) for name in ("stream", "sequence", "hash"))
    if not isinstance(stream, str) or type(sequence) is not int or not isinstance(digest, str):
        raise InvalidToken("claims")
    return stream, Head(sequence, digest.removeprefix("sha256:"))
