"""Changes of machine clients: make, change, disable, change secrets."""

from api import clock
from api.clients import rules
from api.clients.schemas import ClientCreate, ClientUpdate
from api.dependencies import check_revision
from api.errors import NotFound, invalid
from api.identity.authenticate import Caller
from api.identity.authors import who
from api.identity.clients import create_client, known_scopes, new_secret, tell
from db.clients import Client, ClientSecret, lock_client, secrets_of
from db.organisations import find_organisation
from db.session import Transaction

NEVER_WAS = "No client has this id."


def make_client(tx: Transaction, caller: Caller, body: ClientCreate) -> tuple[Client, str]:
    """Make a client; gives it and its secret, which is empty when it has keys instead."""
    organisation = rules.organisation_for(caller, body.organisation)
    if not rules.is_visible(caller, organisation) or find_organisation(tx, organisation) is None:
        raise invalid("/organisation", "unknown-organisation", "is not an organisation of this county")
    scopes = known_scopes(organisation, body.scopes)
    rules.check_grant(caller, organisation, scopes)
    keys = [key.model_dump() for key in body.public_keys]
    return create_client(tx, organisation, body.name, scopes, public_keys=keys, by=who(tx, caller))


def change_client(
    tx: Transaction, caller: Caller, client_id: str, sent: frozenset[int] | None, body: ClientUpdate
) -> Client:
    """Change, disable or enable a client; what is as it was is no change."""
    client = _locked(tx, caller, client_id)
    check_revision(client.revision, sent)
    changes = body.model_dump(exclude_unset=True)
    was_disabled = client.disabled_at is not None
    disabled = changes.pop("disabled", was_disabled)
    if "scopes" in changes:
        changes["scopes"] = known_scopes(client.organisation, changes["scopes"])
    before = client.model_dump(include=set(changes))
    if before == changes and disabled == was_disabled:
        return client
    client.sqlmodel_update(changes)
    if changes.keys() - {"name"} or (was_disabled and not disabled):
        rules.check_grant(caller, client.organisation, client.scopes)
    rules.check_way_in(len(secrets_of(tx, [client.id])), len(client.public_keys))
    kind = "client.changed"
    if disabled != was_disabled:
        kind = "client.disabled" if disabled else "client.enabled"
        client.disabled_at = clock.now() if disabled else None
    client.revision += 1
    tell(tx, client, kind, who(tx, caller))
    return client


def add_secret(tx: Transaction, caller: Caller, client_id: str) -> tuple[ClientSecret, str]:
    """Give a client one more secret, beside the one that is in use."""
    client = _locked(tx, caller, client_id)
    rules.check_grant(caller, client.organisation, client.scopes)
    rules.check_room(len(secrets_of(tx, [client.id])))
    row, secret = new_secret(tx, client)
    client.revision += 1
    tell(tx, client, "client.secret_added", who(tx, caller), secret=row.id)
    return row, secret


def revoke_secret(tx: Transaction, caller: Caller, client_id: str, secret_id: str) -> Client:
    """Revoke a secret at once; one that is gone, or never was, changes nothing."""
    client = _locked(tx, caller, client_id)
    rows = secrets_of(tx, [client.id])
    found = next((row for row in rows if row.id == secret_id), None)
    if found is None:
        return client
    rules.check_way_in(len(rows) - 1, len(client.public_keys))
    tx.delete(found)
    client.revision += 1
    tell(tx, client, "client.secret_revoked", who(tx, caller), secret=secret_id)
    # What is read next in this transaction no longer has it.
    tx.flush()
    return client


def _locked(tx: Transaction, caller: Caller, client_id: str) -> Client:
    client = lock_client(tx, client_id)
    if client is None or not rules.is_visible(caller, client.organisation):
        raise NotFound(NEVER_WAS)
    return client
