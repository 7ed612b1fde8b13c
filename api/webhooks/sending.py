"""One message, signed as Standard Webhooks 1.0 says, sent to one receiver."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import uuid_utils.compat as uuid
from standardwebhooks import Webhook as Signer

from api import clock
from api.events.reading import present
from api.events.schemas import EventRead
from api.outbound.calls import Outbound
from api.outbound.targets import OutboundError
from api.schemas import Instant, Output
from api.webhooks.rules import TAKEN, Attempt, wait_of
from db.events import Event

_DEADLINE = 15.0  # seconds
# Of an answer only its status counts; no more is read than lets the receiver end it in peace.
_MOST_READ = 4096
_REDIRECTS = range(300, 400)
PING = "webhook.ping"


class Body(Output):
    """What a receiver gets; `data` is the event as the feed shows it."""

    type: str
    timestamp: Instant
    stream: str
    data: EventRead | dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What is sent, each time in the same bytes; `id` lets a receiver know it again."""

    id: str
    body: bytes


def message_of(event: Event) -> Message:
    body = Body(type=event.kind, timestamp=event.occurred_at, stream=event.stream, data=present(event))
    return Message(str(event.id), body.model_dump_json().encode())


def ping_to(webhook_id: str, stream: str) -> Message:
    body = Body(type=PING, timestamp=clock.now(), stream=stream, data={"webhook": webhook_id})
    return Message(str(uuid.uuid7()), body.model_dump_json().encode())


def signed_headers(message: Message, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Sign by each live secret, so that a receiver may know the old one or the new one."""
    text = message.body.decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(message.id, at, text) for secret in secrets),
    }


async def send(outbound: Outbound, url: str, secrets: Sequence[str], message: Message) -> Attempt:
    """POST a message once; whatever comes of it is told, and nothing of the answer but its status."""
    at, began = clock.now(), time.monotonic()
    status: int | None = None
    reason: str | None = None
    wait = timedelta()
    try:
        answer = await outbound.request(
            "POST", url, signed_headers(message, secrets, at), message.body, limit=_MOST_READ, deadline=_DEADLINE
        )
    except OutboundError as error:
        reason = error.reason
    else:
        status, reason, wait = answer.status, _reason(answer.status), wait_of(answer.headers, at)
    return Attempt(at, round((time.monotonic() - began) * 1000), status, reason, wait)


def _reason(status: int) -> str | None:
    if status in TAKEN:
        return None
    return "redirect" if status in _REDIRECTS else "status"
