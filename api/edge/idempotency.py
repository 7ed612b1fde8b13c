"""Idempotency-Key: a retried POST gets the first answer again, and its effect once."""

import hashlib
import json
import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from fastapi import Request
from starlette.responses import Response

from api.clock import now
from api.edge.context import context_of
from api.errors import KeyInUse, KeyReused, MalformedRequest
from db import idempotency
from db.conflicts import waited_too_long

if TYPE_CHECKING:
    from api.identity.authenticate import Caller
    from db.session import Transaction

KEPT_FOR = timedelta(hours=48)
# How zlib begins.
_PACKED = b"x"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
# What a later reader may need of the first answer; the rest is made anew.
_KEPT_HEADERS = ("content-type", "location", "etag", "content-language")


class Replay(Exception):
    """The stored answer of an earlier request with the same key."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class Claim:
    """A key that this request holds, in its own transaction."""

    tx: "Transaction"
    key_id: str

    def store(self, response: Response, shown_once: Collection[str]) -> None:
        """Keep a 2xx answer beside the effect, to be committed with it; without the members that are shown once."""
        if not 200 <= response.status_code < 300:  # noqa: PLR2004
            return
        row = idempotency.find(self.tx, self.key_id)
        if row is None:
            msg = "the claimed key is gone"
            raise RuntimeError(msg)
        row.status = response.status_code
        row.headers = [[k, v] for k, v in response.headers.items() if k in _KEPT_HEADERS]
        shown = _without(shown_once, bytes(response.body)) if shown_once else bytes(response.body)
        # A thousand refusals of a batch are much alike, and a day's keys are kept.
        row.body = zlib.compress(shown)


def _without(shown_once: Collection[str], body: bytes) -> bytes:
    """Give an answer as a replay may show it: the secrets in it have been shown."""
    hidden = json.loads(body) | dict.fromkeys(shown_once) | {"secretShown": True}
    return json.dumps(hidden, ensure_ascii=False, separators=(",", ":")).encode()


def claim_key(request: Request, tx: "Transaction", caller: "Caller | None") -> None:
    """Take the key of a POST, or raise Replay with what the first request answered.

    Waits for a request under way with the same key; raises KeyInUse when that takes too long,
    KeyReused when the body is another.
    """
    key = request.headers.get("idempotency-key")
    # What is only tried has no effect to happen twice, and its answer is not that of the same body when it is meant.
    tried = request.query_params.get("dryRun") == "true"
    if request.method != "POST" or key is None or caller is None:
        return
    if not _KEY.fullmatch(key):
        raise MalformedRequest("Idempotency-Key is 1 to 255 visible ASCII characters.")
    if tried:
        return
    parts = (caller.issuer, caller.subject, request.method, request.scope["path"], key)
    key_id = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    body_hash = hashlib.sha256(context_of(request.scope).body).hexdigest()
    idempotency.forget_expired(tx, now())
    try:
        claimed = idempotency.claim(tx, key_id, body_hash, now() + KEPT_FOR)
    except sa.exc.OperationalError as error:
        # A full disk or a lost connection says nothing of the key.
        if not waited_too_long(error):
            raise
        raise KeyInUse("The first request has not ended yet.", {"Retry-After": "2"}) from error
    if claimed:
        context_of(request.scope).claim = Claim(tx, key_id)
        return
    stored = idempotency.find(tx, key_id)
    if stored is None or stored.body_hash != body_hash:
        raise KeyReused("The key was used for another body.")
    headers = dict(stored.headers) | {"Idempotency-Replayed": "true"}
    raise Replay(Response(_unpacked(stored.body or b""), stored.status or 200, headers))


def _unpacked(body: bytes) -> bytes:
    """Give an answer as it was sent, be it kept packed or, by an earlier version, as it is: no JSON begins so."""
    return zlib.decompress(body) if body.startswith(_PACKED) else body
