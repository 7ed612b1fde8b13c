"""Changes of webhooks; each is told in the organisation's own stream."""

import base64
import secrets
from typing import Any

import uuid_utils.compat as uuid

from api import clock
from api.dependencies import check_revision
from api.errors import NotFound, invalid
from api.events.rules import check_reading
from api.identity.authenticate import Caller
from api.identity.authors import who
from api.webhooks import rules
from api.webhooks.rules import Attempt, Health
from api.webhooks.schemas import ReplayCreate, ReplayRead, WebhookCreate, WebhookUpdate
from api.webhooks.telling import tell
from db.events import Event, find_event, find_event_by_id, is_of_kinds, last_sequence
from db.organisations import lock_organisation
from db.session import Transaction
from db.vocabulary import DisabledFor
from db.webhooks import (
    Webhook,
    WebhookSecret,
    count_webhooks,
    delete_webhook,
    hasten_deliveries,
    lock_webhook,
    queue,
    secrets_of,
)


def create_webhook(tx: Transaction, caller: Caller, body: WebhookCreate) -> tuple[Webhook, str]:
    """Subscribe to what happens from now on; gives the webhook and its secret."""
    check_reading(caller, body.stream)
    # Two at once would both find room.
    lock_organisation(tx, caller.organisation)
    rules.check_room(count_webhooks(tx, caller.organisation))
    now = clock.now()
    webhook = Webhook(
        id=str(uuid.uuid7()),
        organisation=caller.organisation,
        cursor=last_sequence(tx, body.stream),
        created_at=now,
        changed_at=now,
        **body.model_dump(),
    )
    tx.add(webhook)
    tx.flush()
    row = _new_secret(tx, webhook)
    tell(tx, webhook, "webhook.created", who(tx, caller))
    return webhook, row.secret


def change_webhook(
    tx: Transaction, caller: Caller, webhook_id: str, sent: frozenset[int] | None, body: WebhookUpdate
) -> Webhook:
    """Change, disable or enable a webhook; one that is enabled goes on where it was. What is as it was is no change."""
    webhook = _locked(tx, caller, webhook_id)
    check_revision(webhook.revision, sent)
    changes = body.model_dump(exclude_unset=True)
    was_disabled = webhook.disabled_at is not None
    disabled = changes.pop("disabled", was_disabled)
    if webhook.model_dump(include=set(changes)) == changes and disabled == was_disabled:
        return webhook
    webhook.sqlmodel_update(changes)
    webhook.changed_at = clock.now()
    kind = "webhook.changed"
    if disabled != was_disabled:
        kind = "webhook.disabled" if disabled else "webhook.enabled"
        webhook.disabled_at = webhook.changed_at if disabled else None
        webhook.disabled_for = DisabledFor.BY_HAND if disabled else None
    if "url" in changes or disabled != was_disabled:
        # A receiver that was mended or moved is not judged by what was before.
        _forgive(webhook)
    webhook.revision += 1
    tell(tx, webhook, kind, who(tx, caller))
    return webhook


def remove_webhook(tx: Transaction, caller: Caller, webhook_id: str, sent: frozenset[int] | None) -> Webhook:
    """Delete a webhook, its secrets and the log of its deliveries."""
    webhook = _locked(tx, caller, webhook_id, leads_somewhere=False)
    check_revision(webhook.revision, sent)
    tell(tx, webhook, "webhook.deleted", who(tx, caller))
    delete_webhook(tx, webhook)
    return webhook


def add_secret(tx: Transaction, caller: Caller, webhook_id: str) -> WebhookSecret:
    """Give a webhook one more secret: from now on both sign."""
    webhook = _locked(tx, caller, webhook_id)
    rules.check_room_for_secret(len(secrets_of(tx, [webhook.id])))
    row = _new_secret(tx, webhook)
    _tell_of_secret(tx, caller, webhook, "webhook.secret_added", row.id)
    return row


def revoke_secret(tx: Transaction, caller: Caller, webhook_id: str, secret_id: str) -> Webhook:
    """Revoke a secret: what is sent from now on is not signed by it. One that never was changes nothing."""
    webhook = _locked(tx, caller, webhook_id)
    rows = secrets_of(tx, [webhook.id])
    found = next((row for row in rows if row.id == secret_id), None)
    if found is None:
        return webhook
    rules.check_secret_left(len(rows) - 1)
    tx.delete(found)
    _tell_of_secret(tx, caller, webhook, "webhook.secret_revoked", secret_id)
    # What is read next in this transaction no longer has it.
    tx.flush()
    return webhook


def replay(tx: Transaction, caller: Caller, webhook_id: str, body: ReplayCreate) -> ReplayRead:
    """Have events sent again: one at once, or all after a sequence by taking the cursor back there."""
    webhook = _locked(tx, caller, webhook_id)
    last = last_sequence(tx, webhook.stream)
    if body.after is None:
        event = _event_to_send(tx, webhook, body)
        queue(tx, webhook.id, [event.sequence], clock.now())
        first = last = event.sequence
    else:
        if body.after > last:
            raise invalid("/after", "too-late", f"is past the last sequence of the stream, which is {last}")
        webhook.cursor = min(webhook.cursor, body.after)
        first = body.after + 1
    tell(tx, webhook, "webhook.replayed", who(tx, caller), first=first, last=last)
    return ReplayRead(webhook_id=webhook.id, stream=webhook.stream, first=first, last=last)


def note_test(tx: Transaction, caller: Caller, webhook_id: str, attempt: Attempt) -> None:
    """Tell that somebody has sent a test, and what came of it; after one that was taken what waits is sent at once."""
    webhook = _locked(tx, caller, webhook_id)
    if attempt.taken:
        _forgive(webhook)
        hasten_deliveries(tx, webhook.id, clock.now())
    outcome = {"taken": attempt.taken, "status": attempt.status, "reason": attempt.reason}
    tell(tx, webhook, "webhook.tested", who(tx, caller), **outcome)


def _forgive(webhook: Webhook) -> None:
    webhook.failing_since, webhook.failed_at, webhook.misses, webhook.held_until = Health()


def _event_to_send(tx: Transaction, webhook: Webhook, body: ReplayCreate) -> Event:
    pointer, event = "/sequence", None
    if body.sequence is not None:
        event = find_event(tx, webhook.stream, body.sequence)
    elif body.event is not None:
        pointer, event = "/event", find_event_by_id(tx, webhook.stream, body.event)
    if event is None:
        raise invalid(pointer, "unknown-event", f"is no event of the stream {webhook.stream}")
    if not _wants(webhook, event):
        raise invalid(pointer, "not-subscribed", "is an event that this webhook does not ask for: see its kinds")
    return event


def _wants(webhook: Webhook, event: Event) -> bool:
    of_kind = webhook.kinds is None or is_of_kinds(event.kind, webhook.kinds)
    return of_kind and (webhook.organisations is None or event.organisation in webhook.organisations)


def _new_secret(tx: Transaction, webhook: Webhook) -> WebhookSecret:
    """Make a secret as Standard Webhooks writes it."""
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    row = WebhookSecret(id=str(uuid.uuid7()), webhook_id=webhook.id, secret=secret, created_at=clock.now())
    tx.add(row)
    tx.flush()
    return row


def _tell_of_secret(tx: Transaction, caller: Caller, webhook: Webhook, kind: str, secret_id: str) -> None:
    webhook.revision += 1
    webhook.changed_at = clock.now()
    told: dict[str, Any] = {"secret": secret_id}
    tell(tx, webhook, kind, who(tx, caller), **told)


def _locked(tx: Transaction, caller: Caller, webhook_id: str, *, leads_somewhere: bool = True) -> Webhook:
    """Lock a webhook; who says where a private stream is sent, or how it is signed, must be one who may read it."""
    webhook = lock_webhook(tx, webhook_id)
    if webhook is None:
        raise NotFound(rules.NEVER_WAS)
    rules.check_owner(webhook.organisation, caller.organisation)
    if leads_somewhere:
        check_reading(caller, webhook.stream)
    return webhook
