"""Machine clients: made by an operator, known by a secret that is shown once."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

import uuid_utils.compat as uuid
from sqlmodel import Session

from api.clock import now
from api.errors import NotFound, invalid
from api.events.record import record
from api.identity.permissions import COUNTY_SCOPES, SCOPES
from db.identity import Client, ClientSecret, find_client, secret_digests
from db.organisations import find_organisation
from db.session import Transaction

# Compared with when the client is unknown, so that both answers take the same time.
_NO_SECRET = hashlib.sha256(b"").hexdigest()


def create_client(tx: Transaction, organisation: str, name: str, scopes: Iterable[str]) -> tuple[Client, str]:
    """Make a client; gives it and its secret, which is kept nowhere."""
    if find_organisation(tx, organisation) is None:
        raise NotFound("No organisation has this code.")
    wanted = sorted(set(scopes))
    is_county = len(organisation) == 2  # noqa: PLR2004  (the form of a county code)
    possible = SCOPES if is_county else SCOPES - COUNTY_SCOPES
    if not wanted or not set(wanted) <= possible:
        raise invalid("/scopes", "unknown-value", f"are some of {', '.join(sorted(possible))}")
    client = Client(id=str(uuid.uuid7()), organisation=organisation, name=name, scopes=wanted, created_at=now())
    tx.add(client)
    tx.flush()
    secret = secrets.token_urlsafe(32)
    tx.add(ClientSecret(client_id=client.id, digest=_digest(secret), created_at=now()))
    data = {"id": client.id, "name": name, "scopes": wanted}
    record(tx, "client.created", f"clients/{client.id}", organisation, data, stream=organisation)
    return client, secret


def known_client(session: Session, client_id: str, secret: str) -> Client | None:
    """Give the client whose secret this is; equal work whether it exists or not."""
    client_id = client_id if client_id.isprintable() else ""  # PostgreSQL stumbles over U+0000
    client = find_client(session, client_id)
    digests = secret_digests(session, client_id) or [_NO_SECRET]
    sent = _digest(secret)
    fits = [hmac.compare_digest(sent, digest) for digest in digests]
    if client is None or client.disabled_at is not None or not secret or not any(fits):
        return None
    return client


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
