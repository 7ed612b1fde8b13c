"""Webhooks and their deliveries as their managers see them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from api.errors import NotFound
from api.events.rules import check_reading
from api.identity.authenticate import Caller
from api.schemas import Link
from api.webhooks.rules import NEVER_WAS, Attempt, check_owner
from api.webhooks.schemas import (
    AttemptRead,
    DeliveryRead,
    PingRead,
    SigningSecretCreated,
    SigningSecretRead,
    WebhookCreated,
    WebhookLinks,
    WebhookRead,
)
from api.webhooks.sending import Message
from db.events import Event
from db.webhooks import Delivery, Webhook, WebhookSecret, find_webhook, secrets_of


def find_own(session: Session, webhook_id: str, caller: Caller) -> Webhook:
    """Load a webhook; raises NotFound for another's, in the words for one that never was."""
    webhook = find_webhook(session, webhook_id)
    if webhook is None:
        raise NotFound(NEVER_WAS)
    check_owner(webhook.organisation, caller.organisation)
    return webhook


def find_readable(session: Session, webhook_id: str, caller: Caller) -> Webhook:
    """Load one whose events the caller may read; raises Forbidden for a stream that it may not."""
    webhook = find_own(session, webhook_id, caller)
    check_reading(caller, webhook.stream)
    return webhook


def present_webhooks(session: Session, webhooks: Sequence[Webhook], api_url: str) -> list[WebhookRead]:
    rows = secrets_of(session, [webhook.id for webhook in webhooks])
    return [_present(webhook, [row for row in rows if row.webhook_id == webhook.id], api_url) for webhook in webhooks]


def present_webhook(session: Session, webhook: Webhook, api_url: str) -> WebhookRead:
    return present_webhooks(session, [webhook], api_url)[0]


def present_created(session: Session, webhook: Webhook, secret: str, api_url: str) -> WebhookCreated:
    return WebhookCreated(**dict(present_webhook(session, webhook, api_url)), secret=secret, secret_shown=False)


def present_secret(row: WebhookSecret) -> SigningSecretCreated:
    return SigningSecretCreated(**row.model_dump(), secret_shown=False)


def present_delivery(delivery: Delivery, event: Event) -> DeliveryRead:
    told: dict[str, Any] = delivery.model_dump(include={"sequence", "status", "queued_at", "tries"})
    return DeliveryRead(
        event_id=str(event.id),
        kind=event.kind,
        subject=event.subject,
        next_attempt_at=delivery.due_at,
        attempts=[AttemptRead.model_validate(attempt) for attempt in delivery.attempts],
        **told,
    )


def present_ping(message: Message, attempt: Attempt) -> PingRead:
    return PingRead(
        message_id=message.id,
        taken=attempt.taken,
        started_at=attempt.at,
        milliseconds=attempt.milliseconds,
        status=attempt.status,
        reason=attempt.reason,
    )


def _present(webhook: Webhook, rows: Sequence[WebhookSecret], api_url: str) -> WebhookRead:
    address = f"{api_url}/webhooks/{webhook.id}"
    told: dict[str, Any] = webhook.model_dump(
        exclude={"cursor", "failed_at", "misses", "held_until", "lease", "leased_until"}
    )
    return WebhookRead(
        sequence=webhook.cursor,
        secrets=[SigningSecretRead(id=row.id, created_at=row.created_at) for row in rows],
        disabled=webhook.disabled_at is not None,
        links=WebhookLinks(
            self=Link(href=address, rel="self"), deliveries=Link(href=f"{address}/deliveries", rel="related")
        ),
        **told,
    )
