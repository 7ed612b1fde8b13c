"""Machine clients as their managers see them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from api.clients import rules
from api.clients.schemas import ClientCreated, ClientLinks, ClientQuery, ClientRead, SecretCreated, SecretRead
from api.clients.service import NEVER_WAS
from api.errors import NotFound
from api.identity.authenticate import Caller
from api.schemas import Link
from db.clients import Client, ClientSecret, find_client, page_of_clients, secrets_of


def find_visible(session: Session, client_id: str, caller: Caller) -> Client:
    """Load a client; raises NotFound for another's, in the words for one that never was."""
    client = find_client(session, client_id)
    if client is None or not rules.is_visible(caller, client.organisation):
        raise NotFound(NEVER_WAS)
    return client


def visible_clients(session: Session, caller: Caller, query: ClientQuery) -> tuple[list[Client], int]:
    """Give one page of what the caller manages, newest first, and how many there are."""
    wanted = query.organisation if rules.manages_all(caller) else caller.organisation
    if query.organisation not in (None, wanted):
        return [], 0
    return page_of_clients(session, wanted, offset=query.offset, limit=query.limit)


def present_clients(session: Session, clients: Sequence[Client], api_url: str) -> list[ClientRead]:
    secrets = secrets_of(session, [client.id for client in clients])
    return [_present(client, [row for row in secrets if row.client_id == client.id], api_url) for client in clients]


def present_client(session: Session, client: Client, api_url: str) -> ClientRead:
    return present_clients(session, [client], api_url)[0]


def present_created(session: Session, client: Client, secret: str, api_url: str) -> ClientCreated:
    shown = dict(present_client(session, client, api_url))
    return ClientCreated(**shown, client_secret=secret or None, secret_shown=False)


def present_secret(row: ClientSecret, secret: str) -> SecretCreated:
    return SecretCreated(
        id=row.id, client_id=row.client_id, created_at=row.created_at, client_secret=secret, secret_shown=False
    )


def _present(client: Client, secrets: Sequence[ClientSecret], api_url: str) -> ClientRead:
    told: dict[str, Any] = client.model_dump(exclude={"id"})
    return ClientRead(
        client_id=client.id,
        secrets=[SecretRead(id=row.id, created_at=row.created_at) for row in secrets],
        disabled=client.disabled_at is not None,
        links=ClientLinks(self=Link(href=f"{api_url}/clients/{client.id}", rel="self")),
        **told,
    )
