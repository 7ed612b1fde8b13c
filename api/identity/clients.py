"""Machine clients: how they are made, and known again by a secret that is shown once or by a key of their own."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import uuid_utils.compat as uuid
from sqlmodel import Session

from api.clock import now
from api.errors import NotFound, invalid
from api.events.record import record
from api.identity.assertions import LONGEST_LIFE, Assertion, read_assertion
from api.identity.permissions import possible_scopes
from api.identity.public_keys import ALGORITHMS
from api.identity.tokens import Issuer
from db.clients import (
    Client,
    ClientSecret,
    find_client,
    forget_used_assertions,
    secrets_of,
    use_assertion,
)
from db.organisations import find_organisation
from db.session import Transaction

# Old and new, so that a secret is changed without a pause.
MOST_SECRETS = 2
# Stands in for each secret that a client has not, so that all answers take the same work.
_NO_SECRET = hashlib.sha256(b"").hexdigest()
# An assertion is taken until its end and the leeway of clocks after it; its use is remembered longer than that.
_REMEMBERED_LONGER = timedelta(minutes=2)
_OPERATOR = {"organisation": None, "author": "operator"}


def create_client(
    tx: Transaction,
    organisation: str,
    name: str,
    scopes: Iterable[str],
    *,
    public_keys: Sequence[dict[str, Any]] = (),
    by: dict[str, Any] = _OPERATOR,
) -> tuple[Client, str]:
    """Make a client; gives it and its secret, which is kept nowhere and is empty when the client has keys."""
    if find_organisation(tx, organisation) is None:
        raise NotFound("No organisation has this code.")
    client = Client(
        id=str(uuid.uuid7()),
        organisation=organisation,
        name=name,
        scopes=known_scopes(organisation, scopes),
        public_keys=list(public_keys),
        created_at=now(),
    )
    tx.add(client)
    tx.flush()
    # A secret beside a key would be the weaker door, open for nobody.
    secret = "" if public_keys else new_secret(tx, client)[1]
    tell(tx, client, "client.created", by)
    return client, secret


def known_scopes(organisation: str, scopes: Iterable[str]) -> list[str]:
    """Sort the scopes of a client; raises Unprocessable for one that its organisation cannot have."""
    wanted, possible = sorted(set(scopes)), possible_scopes(organisation)
    if not wanted or not set(wanted) <= possible:
        raise invalid("/scopes", "unknown-value", f"are some of {', '.join(sorted(possible))}")
    return wanted


def new_secret(tx: Transaction, client: Client) -> tuple[ClientSecret, str]:
    """Add a secret to a client; gives its row, and the secret itself, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    row = ClientSecret(client_id=client.id, digest=_digest(secret), created_at=now())
    tx.add(row)
    tx.flush()
    return row, secret


def tell(tx: Transaction, client: Client, kind: str, by: dict[str, Any], **more: Any) -> None:
    """Tell the client's organisation of a change, in its own stream; no secret is ever told."""
    data = {
        "id": client.id,
        "name": client.name,
        "scopes": client.scopes,
        "keys": [key["kid"] for key in client.public_keys],
        "disabled": client.disabled_at is not None,
        "by": by,
        **more,
    }
    record(tx, kind, f"clients/{client.id}", client.organisation, data, stream=client.organisation)


def client_by_secret(session: Session, client_id: str, secret: str) -> Client | None:
    """Give the client whose secret this is; equal work whether it exists or not."""
    client_id = client_id if client_id.isprintable() else ""  # PostgreSQL stumbles over U+0000
    client = find_client(session, client_id)
    digests = [row.digest for row in secrets_of(session, [client_id])]
    digests += [_NO_SECRET] * (MOST_SECRETS - len(digests))
    sent = _digest(secret)
    fits = [hmac.compare_digest(sent, digest) for digest in digests]
    if client is None or client.disabled_at is not None or not secret or not any(fits):
        return None
    return client


def client_by_assertion(session: Session, assertion: str, audiences: frozenset[str]) -> tuple[Client, Assertion]:
    """Give the client that has signed; the assertion is not used up yet. Raises InvalidToken."""
    found: dict[str, Client] = {}

    def find(client_id: str) -> Issuer | None:
        client = find_client(session, client_id)
        if client is None or client.disabled_at is not None:
            return None
        found[client_id] = client
        return Issuer(
            url=client.id,
            audience=client.id,
            algorithms=ALGORITHMS,
            organisation=client.organisation,
            keys=lambda: {key["kid"]: key for key in client.public_keys},
            max_lifetime=LONGEST_LIFE,
        )

    read = read_assertion(assertion, find, audiences, time.time())
    return found[read.client_id], read


def use_up(tx: Transaction, assertion: Assertion) -> bool:
    """Use an assertion, once; false when it has been used."""
    forget_used_assertions(tx, now())
    assertion_id = hashlib.sha256(f"{assertion.client_id}\0{assertion.jti}".encode()).hexdigest()
    ends = datetime.fromtimestamp(assertion.expires_at, UTC) + _REMEMBERED_LONGER
    return use_assertion(tx, assertion_id, ends)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
