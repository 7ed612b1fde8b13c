"""What a worker takes and gives back: each a short transaction, so that it may be killed at any instant.

The lease is on the webhook, not on its deliveries: one worker at a time sends to a receiver, in order, and a slow
receiver is in nobody's way. A lease that a killed worker held ends by itself, and what it had not given back is sent
again, under the same id.
"""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.webhooks.rules import Attempt, Health, due_again, health_after, is_back, reason_to_disable
from api.webhooks.sending import Message, message_of
from api.webhooks.telling import OF_ITSELF, tell
from db.events import instant_text
from db.session import Transaction
from db.vocabulary import DeliveryStatus, DisabledFor
from db.webhooks import (
    Delivery,
    Webhook,
    deliveries_of,
    due_deliveries,
    events_of,
    fan_out,
    hasten_deliveries,
    lease_webhook,
    lock_webhook,
    secrets_of,
)

# Longer than a batch takes: for BATCH_SECONDS deliveries are begun, and the last may take fifteen more.
LEASE = timedelta(seconds=60)
BATCH_SECONDS = 20.0
_BATCH = 50
_ATTEMPTS_KEPT = 20


@dataclass(frozen=True)
class Item:
    """A delivery that is due; `due_at` tells whether it was queued anew meanwhile."""

    sequence: int
    due_at: datetime | None
    subject: str
    message: Message


@dataclass(frozen=True)
class Work:
    """What one worker is to send to one receiver, in the order of the events."""

    webhook_id: str
    url: str
    lease: str
    secrets: tuple[str, ...]
    items: tuple[Item, ...]


def take(tx: Transaction, webhook_id: str, now: datetime) -> Work | None:
    """Take a webhook and what is due to it; None when another worker has it, or when nothing is due after all."""
    webhook = lease_webhook(tx, webhook_id, str(uuid.uuid4()), now, now + LEASE)
    return _next_work(tx, webhook, now) if webhook is not None else None


def give_back(
    tx: Transaction, work: Work, attempts: Mapping[int, Attempt], now: datetime, *, more: bool
) -> Work | None:
    """Write down what came of each attempt, in the order in which they ended; gives the next work for `more`."""
    webhook = lock_webhook(tx, work.webhook_id)
    if webhook is None:
        return None
    _write_down(tx, webhook, work, attempts, now)
    if webhook.lease != work.lease:
        return None
    free = webhook.held_until is None or webhook.held_until <= now
    if more and free and webhook.disabled_at is None:
        webhook.leased_until = now + LEASE
        return _next_work(tx, webhook, now)
    _release(webhook)
    return None


def _next_work(tx: Transaction, webhook: Webhook, now: datetime) -> Work | None:
    due = due_deliveries(tx, webhook, now, _BATCH)
    if len(due) < _BATCH:
        fan_out(tx, webhook, now, _BATCH - len(due))
        due = due_deliveries(tx, webhook, now, _BATCH)
    if not due:
        _release(webhook)
        return None
    events = events_of(tx, webhook.stream, [delivery.sequence for delivery in due])
    return Work(
        webhook_id=webhook.id,
        url=webhook.url,
        lease=webhook.lease or "",
        secrets=tuple(row.secret for row in secrets_of(tx, [webhook.id])),
        items=tuple(
            Item(row.sequence, row.due_at, events[row.sequence].subject, message_of(events[row.sequence]))
            for row in due
        ),
    )


def _write_down(tx: Transaction, webhook: Webhook, work: Work, attempts: Mapping[int, Attempt], now: datetime) -> None:
    health = Health(webhook.failing_since, webhook.failed_at, webhook.misses, webhook.held_until)
    reason: DisabledFor | None = None
    rows = deliveries_of(tx, webhook.id, list(attempts))
    due = {item.sequence: item.due_at for item in work.items}
    back = False
    for sequence, attempt in attempts.items():
        back = back or is_back(health, attempt)
        health = health_after(health, attempt, _chance())
        reason = reason or reason_to_disable(health, attempt)
        # One that takes something again has not failed for days.
        reason = None if attempt.taken and reason is DisabledFor.FAILING else reason
        row = rows.get(sequence)
        # One that somebody has asked for again meanwhile is still to be sent.
        if row is not None and row.due_at == due[sequence]:
            _note(row, attempt)
    webhook.failing_since, webhook.failed_at, webhook.misses, webhook.held_until = health
    if back:
        hasten_deliveries(tx, webhook.id, now)
    if reason is not None and webhook.disabled_at is None:
        webhook.disabled_at, webhook.disabled_for = now, reason
        webhook.revision += 1
        since = health.failing_since
        tell(tx, webhook, "webhook.disabled", OF_ITSELF, failingSince=instant_text(since) if since else None)


def _note(row: Delivery, attempt: Attempt) -> None:
    told = {
        "startedAt": instant_text(attempt.at),
        "milliseconds": attempt.milliseconds,
        "status": attempt.status,
        "reason": attempt.reason,
    }
    row.attempts = [*row.attempts, told][-_ATTEMPTS_KEPT:]
    row.tries += 1
    row.due_at = None if attempt.taken else due_again(row.tries, attempt, _chance())
    if attempt.taken:
        row.status = DeliveryStatus.DELIVERED
    elif row.due_at is None:
        row.status = DeliveryStatus.FAILED


def _release(webhook: Webhook) -> None:
    webhook.lease = webhook.leased_until = None


def _chance() -> float:
    return random.random()  # noqa: S311  (no secret)
