"""Machine clients: who in a system, not a person, speaks for an organisation."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.clients.reading import (
    find_visible,
    present_client,
    present_clients,
    present_created,
    present_secret,
    visible_clients,
)
from api.clients.schemas import ClientCreate, ClientCreated, ClientQuery, ClientRead, ClientUpdate, SecretCreated
from api.clients.service import add_secret, change_client, make_client, revoke_secret
from api.dependencies import IfMatch, Reader, Tx, api_url, tell_revision
from api.edge.context import context_of
from api.edge.routing import StrictRoute
from api.identity.authenticate import ClientManager
from api.openapi import answers, body_example
from api.paging import page_of
from api.schemas import Page

router = APIRouter(tags=["identity"], route_class=StrictRoute)
_EXAMPLE = "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
ClientId = Annotated[
    uuid.UUID, Path(alias="clientId", description="The id of a client. Klientens id.", examples=[_EXAMPLE])
]
SecretId = Annotated[
    uuid.UUID,
    Path(alias="secretId", description="The id of a secret. Hemlighetens id.", examples=[_EXAMPLE]),
]


@router.get("/clients", operation_id="listClients", responses=answers("clients"))
def list_clients(
    request: Request, session: Reader, caller: ClientManager, query: Annotated[ClientQuery, Query()]
) -> Page[ClientRead]:
    """List the clients of one's own organisation, newest first; the county's administrator sees all.

    Den egna organisationens klienter, de nyaste först; länets administratör ser alla.
    """
    found, total = visible_clients(session, caller, query)
    return page_of(request, query, present_clients(session, found, api_url(request)), total)


@router.post(
    "/clients",
    operation_id="createClient",
    status_code=201,
    responses=answers("client-created", status=201),
    openapi_extra=body_example("client-create", "client-create-with-key"),
)
def post_client(
    request: Request, response: Response, caller: ClientManager, tx: Tx, body: ClientCreate
) -> ClientCreated:
    """Make a client; its secret is in this answer only. One with public keys has none.

    Skapar en klient; hemligheten visas bara i det här svaret. En klient med publika nycklar får ingen.
    """
    client, secret = make_client(tx, caller, body)
    _show_once(request, response)
    response.headers["ETag"] = f'"{client.revision}"'
    response.headers["Location"] = f"{api_url(request)}/clients/{client.id}"
    return present_created(tx, client, secret, api_url(request))


@router.get("/clients/{clientId}", operation_id="getClient", responses=answers("client", 404))
def get_client(request: Request, session: Reader, caller: ClientManager, client_id: ClientId) -> ClientRead:
    """Read a client: its scopes, keys, secrets by their ids, and when it was last used.

    En klient: behörigheter, nycklar, vilka hemligheter den har och när den senast användes.
    """
    client = find_visible(session, str(client_id), caller)
    tell_revision(request, client.revision)
    return present_client(session, client, api_url(request))


@router.patch(
    "/clients/{clientId}",
    operation_id="editClient",
    responses=answers("client", 404, 409, 412, 428),
    openapi_extra=body_example("client-update"),
)
def patch_client(
    request: Request,
    response: Response,
    caller: ClientManager,
    tx: Tx,
    client_id: ClientId,
    if_match: IfMatch,
    body: ClientUpdate,
) -> ClientRead:
    """Change a client; `disabled` shuts it out at once, and its last token ends within five minutes.

    Ändrar en klient; `disabled` stänger den ute direkt, och dess sista token slutar gälla inom fem minuter.
    """
    client = change_client(tx, caller, str(client_id), if_match, body)
    response.headers["ETag"] = f'"{client.revision}"'
    return present_client(tx, client, api_url(request))


@router.post(
    "/clients/{clientId}/secrets",
    operation_id="addClientSecret",
    status_code=201,
    responses=answers("client-secret", 404, 409, status=201),
)
def post_secret(
    request: Request, response: Response, caller: ClientManager, tx: Tx, client_id: ClientId
) -> SecretCreated:
    """Give a client a second secret, so that the first can be changed without a pause; it is in this answer only.

    Ger klienten en andra hemlighet, så att den första kan bytas utan avbrott; den visas bara i det här svaret.
    """
    row, secret = add_secret(tx, caller, str(client_id))
    _show_once(request, response)
    response.headers["Location"] = f"{api_url(request)}/clients/{client_id}"
    return present_secret(row, secret)


@router.delete(
    "/clients/{clientId}/secrets/{secretId}",
    operation_id="revokeClientSecret",
    responses=answers("client", 404, 409),
)
def delete_secret(
    request: Request, response: Response, caller: ClientManager, tx: Tx, client_id: ClientId, secret_id: SecretId
) -> ClientRead:
    """Revoke a secret at once, never the last one; to do it again changes nothing. Answers with what is left.

    Återkallar en hemlighet direkt, men aldrig den sista; en gång till ändrar ingenting. Svaret visar vad som är kvar.
    """
    client = revoke_secret(tx, caller, str(client_id), str(secret_id))
    response.headers["ETag"] = f'"{client.revision}"'
    return present_client(tx, client, api_url(request))


def _show_once(request: Request, response: Response) -> None:
    """Let the secret of this answer be kept nowhere: neither for a replay nor by a cache."""
    context_of(request.scope).shown_once = ("clientSecret",)
    response.headers["Cache-Control"] = "no-store"
