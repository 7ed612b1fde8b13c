"""What was sent to a webhook: a test, the log, and what is to be sent again."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request

from api.dependencies import Reader, Tx
from api.edge.load import listening
from api.edge.routing import StrictRoute
from api.errors import TooManyRequests
from api.identity.authenticate import Caller, WebhookManager
from api.openapi import answers, body_example
from api.paging import page_of
from api.schemas import Page
from api.webhooks.reading import find_readable, present_delivery, present_ping
from api.webhooks.routes import WebhookId
from api.webhooks.rules import Attempt
from api.webhooks.schemas import DeliveryQuery, DeliveryRead, PingRead, ReplayCreate, ReplayRead
from api.webhooks.sending import Message, ping_to, send
from api.webhooks.service import note_test, replay
from db.session import Database, reading
from db.webhooks import Webhook, page_of_deliveries, secrets_of

router = APIRouter(tags=["webhooks"], route_class=StrictRoute)


async def send_ping(
    request: Request, caller: WebhookManager, webhook_id: WebhookId
) -> tuple[Webhook, Message, Attempt]:
    """Send a test, before a transaction is open: no lock waits for a foreign server, and nobody else either."""
    webhook, secrets = await to_thread.run_sync(_find, request.app.state.database, str(webhook_id), caller)
    message = ping_to(webhook.id, webhook.stream)
    under_way: set[str] = request.app.state.tests_under_way
    if caller.organisation in under_way:
        raise TooManyRequests("A test of this organisation is under way: wait for its outcome.", {"Retry-After": "15"})
    under_way.add(caller.organisation)
    try:
        with listening(request.scope):
            return webhook, message, await send(request.app.state.outbound, webhook.url, secrets, message)
    finally:
        under_way.discard(caller.organisation)


def _find(database: Database, webhook_id: str, caller: Caller) -> tuple[Webhook, list[str]]:
    with reading(database) as session:
        webhook = find_readable(session, webhook_id, caller)
        return webhook, [row.secret for row in secrets_of(session, [webhook.id])]


@router.post("/webhooks/{webhookId}/test", operation_id="testWebhook", responses=answers("webhook-test", 404))
def post_test(
    sent: Annotated[tuple[Webhook, Message, Attempt], Depends(send_ping)], caller: WebhookManager, tx: Tx
) -> PingRead:
    """Send a signed `webhook.ping` now, to a disabled webhook too, and tell what came of it.

    One that is taken ends the waiting for a receiver that was away. An organisation has one test under way at a time,
    and an `Idempotency-Key` keeps none from being sent again. Skickar en signerad `webhook.ping` nu, även till en
    avstängd webhook, och visar hur det gick.
    """
    webhook, message, attempt = sent
    note_test(tx, caller, webhook.id, attempt)
    return present_ping(message, attempt)


@router.get("/webhooks/{webhookId}/deliveries", operation_id="listDeliveries", responses=answers("deliveries", 404))
def list_deliveries(
    request: Request,
    session: Reader,
    caller: WebhookManager,
    webhook_id: WebhookId,
    query: Annotated[DeliveryQuery, Query()],
) -> Page[DeliveryRead]:
    """List what was sent or is to be sent, the newest event first: statuses and times, never what a receiver answered.

    Vad som har skickats eller ska skickas, den nyaste händelsen först: status och tider, aldrig mottagarens svar.
    """
    webhook = find_readable(session, str(webhook_id), caller)
    found, total = page_of_deliveries(session, webhook, query.status, offset=query.offset, limit=query.limit)
    return page_of(request, query, [present_delivery(delivery, event) for delivery, event in found], total)


@router.post(
    "/webhooks/{webhookId}/replays",
    operation_id="replayDeliveries",
    responses=answers("webhook-replay", 404),
    openapi_extra=body_example("webhook-replay-one", "webhook-replay-after"),
)
def post_replay(caller: WebhookManager, tx: Tx, webhook_id: WebhookId, body: ReplayCreate) -> ReplayRead:
    """Have one event sent again, or all after a sequence, with the ids that they had; a disabled webhook waits.

    Skickar en händelse igen, eller alla efter ett löpnummer, med samma id som förut; en avstängd webhook väntar.
    """
    return replay(tx, caller, str(webhook_id), body)
