"""Webhooks: what an organisation has sent to it, and where."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.dependencies import IfMatch, Reader, Tx, tell_revision
from api.edge.context import context_of
from api.edge.routing import StrictRoute
from api.errors import invalid
from api.identity.authenticate import WebhookManager
from api.openapi import answers, body_example
from api.outbound.targets import OutboundError, private_hosts
from api.paging import page_of
from api.schemas import Page, Paging
from api.settings import Settings
from api.webhooks.reading import find_own, present_created, present_secret, present_webhook, present_webhooks
from api.webhooks.rules import check_url
from api.webhooks.schemas import SigningSecretCreated, WebhookCreate, WebhookCreated, WebhookRead, WebhookUpdate
from api.webhooks.service import add_secret, change_webhook, create_webhook, remove_webhook, revoke_secret
from db.webhooks import page_of_webhooks

router = APIRouter(tags=["webhooks"], route_class=StrictRoute)
_EXAMPLE = "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
WebhookId = Annotated[
    uuid.UUID, Path(alias="webhookId", description="The id of a webhook. Webhookens id.", examples=[_EXAMPLE])
]
SecretId = Annotated[
    uuid.UUID, Path(alias="secretId", description="The id of a secret. Hemlighetens id.", examples=[_EXAMPLE])
]


async def checked_creation(request: Request, _caller: WebhookManager, body: WebhookCreate) -> WebhookCreate:
    await _check_url(request, body.url)
    return body


async def checked_update(request: Request, _caller: WebhookManager, body: WebhookUpdate) -> WebhookUpdate:
    if "url" in body.model_fields_set:
        await _check_url(request, body.url)
    return body


async def _check_url(request: Request, url: str) -> None:
    """Look the host up before a transaction is open: no lock waits for a foreign name server."""
    settings: Settings = request.app.state.settings
    check_url(url, settings.base_url, private_hosts(settings.outbound_private_hosts))
    try:
        await request.app.state.outbound.check(url)
    except OutboundError as error:
        raise invalid("/url", error.reason, error.detail) from None


@router.get("/webhooks", operation_id="listWebhooks", responses=answers("webhooks"))
def list_webhooks(
    request: Request, session: Reader, caller: WebhookManager, query: Annotated[Paging, Query()]
) -> Page[WebhookRead]:
    """List the webhooks of one's own organisation, newest first.

    Den egna organisationens webhookar, de nyaste först.
    """
    found, total = page_of_webhooks(session, caller.organisation, offset=query.offset, limit=query.limit)
    return page_of(request, query, present_webhooks(session, found, _api_url(request)), total)


@router.post(
    "/webhooks",
    operation_id="createWebhook",
    status_code=201,
    responses=answers("webhook-created", 409, status=201),
    openapi_extra=body_example("webhook-create"),
)
def post_webhook(
    request: Request,
    response: Response,
    caller: WebhookManager,
    body: Annotated[WebhookCreate, Depends(checked_creation)],
    tx: Tx,
) -> WebhookCreated:
    """Have events sent to an address from now on, signed; the secret is in this answer only.

    Skickar händelser till en adress från och med nu, signerade; hemligheten visas bara i det här svaret.
    """
    webhook, secret = create_webhook(tx, caller, body)
    _show_once(request, response)
    response.headers["ETag"] = f'"{webhook.revision}"'
    response.headers["Location"] = f"{_api_url(request)}/webhooks/{webhook.id}"
    return present_created(tx, webhook, secret, _api_url(request))


@router.get("/webhooks/{webhookId}", operation_id="getWebhook", responses=answers("webhook", 404))
def get_webhook(request: Request, session: Reader, caller: WebhookManager, webhook_id: WebhookId) -> WebhookRead:
    """Read a webhook: what it asks for, how far it has come, and how its receiver does.

    En webhook: vad den ber om, hur långt den har kommit och hur det går för mottagaren.
    """
    webhook = find_own(session, str(webhook_id), caller)
    tell_revision(request, webhook.revision)
    return present_webhook(session, webhook, _api_url(request))


@router.patch(
    "/webhooks/{webhookId}",
    operation_id="editWebhook",
    responses=answers("webhook", 404, 412, 428),
    openapi_extra=body_example("webhook-update"),
)
def patch_webhook(  # one argument a part of the request
    request: Request,
    response: Response,
    caller: WebhookManager,
    body: Annotated[WebhookUpdate, Depends(checked_update)],
    tx: Tx,
    webhook_id: WebhookId,
    if_match: IfMatch,
) -> WebhookRead:
    """Change a webhook, or stop it by `disabled`; one that is enabled goes on where it stopped.

    Ändrar en webhook, eller stänger av den med `disabled`; när den slås på igen fortsätter den där den slutade.
    """
    webhook = change_webhook(tx, caller, str(webhook_id), if_match, body)
    response.headers["ETag"] = f'"{webhook.revision}"'
    return present_webhook(tx, webhook, _api_url(request))


@router.delete("/webhooks/{webhookId}", operation_id="deleteWebhook", responses=answers("webhook", 404, 412, 428))
def delete_webhook(
    request: Request, caller: WebhookManager, tx: Tx, webhook_id: WebhookId, if_match: IfMatch
) -> WebhookRead:
    """Delete a webhook with its secrets and the log of its deliveries. Answers with what it was.

    Tar bort en webhook med dess hemligheter och leveranslogg. Svaret visar hur den såg ut.
    """
    was = present_webhook(tx, find_own(tx, str(webhook_id), caller), _api_url(request))
    remove_webhook(tx, caller, str(webhook_id), if_match)
    return was


@router.post(
    "/webhooks/{webhookId}/secrets",
    operation_id="addWebhookSecret",
    status_code=201,
    responses=answers("webhook-secret", 404, 409, status=201),
)
def post_secret(
    request: Request, response: Response, caller: WebhookManager, tx: Tx, webhook_id: WebhookId
) -> SigningSecretCreated:
    """Give a webhook a second secret, so that the first can be changed without a pause: both sign until one is revoked.

    Ger webhooken en andra hemlighet, så att den första kan bytas utan avbrott: båda signerar tills en återkallas.
    """
    row = add_secret(tx, caller, str(webhook_id))
    _show_once(request, response)
    response.headers["Location"] = f"{_api_url(request)}/webhooks/{webhook_id}"
    return present_secret(row)


@router.delete(
    "/webhooks/{webhookId}/secrets/{secretId}",
    operation_id="revokeWebhookSecret",
    responses=answers("webhook", 404, 409),
)
def delete_secret(  # one argument a part of the request
    request: Request, response: Response, caller: WebhookManager, tx: Tx, webhook_id: WebhookId, secret_id: SecretId
) -> WebhookRead:
    """Revoke a secret, never the last one; to do it again changes nothing. Answers with what is left.

    Återkallar en hemlighet, men aldrig den sista; en gång till ändrar ingenting. Svaret visar vad som är kvar.
    """
    webhook = revoke_secret(tx, caller, str(webhook_id), str(secret_id))
    response.headers["ETag"] = f'"{webhook.revision}"'
    return present_webhook(tx, webhook, _api_url(request))


def _show_once(request: Request, response: Response) -> None:
    """Let the secret of this answer be kept nowhere: neither for a replay nor by a cache."""
    context_of(request.scope).shown_once = ("secret",)
    response.headers["Cache-Control"] = "no-store"


def _api_url(request: Request) -> str:
    url: str = request.app.state.settings.api_url
    return url
