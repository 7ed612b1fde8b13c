"""What an organisation is told of its webhooks, in its own stream; no secret is ever told."""

from typing import Any

from api.events.record import record
from db.session import Transaction
from db.webhooks import Webhook

OF_ITSELF = {"organisation": None, "author": "service"}
OF_THE_OPERATOR = {"organisation": None, "author": "operator"}


def tell(tx: Transaction, webhook: Webhook, kind: str, by: dict[str, Any], **more: Any) -> None:
    data = {
        "id": webhook.id,
        "url": webhook.url,
        "stream": webhook.stream,
        "kinds": webhook.kinds,
        "organisations": webhook.organisations,
        "disabled": webhook.disabled_for,
        "by": by,
        **more,
    }
    record(tx, kind, f"webhooks/{webhook.id}", webhook.organisation, data, stream=webhook.organisation)
