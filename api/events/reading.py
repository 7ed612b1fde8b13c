"""How events become answers."""

from collections.abc import Sequence

from api.events.schemas import EventRead
from db.events import Event


def present(event: Event) -> EventRead:
    return EventRead(
        data_hash=f"sha256:{event.data_hash}",
        previous_hash=f"sha256:{event.previous_hash}",
        hash=f"sha256:{event.hash}",
        id=str(event.id),
        **event.model_dump(exclude={"stream", "id", "data_hash", "previous_hash", "hash"}),
    )


def kinds_of(sent: str | None) -> Sequence[str]:
    """Take apart the kinds that a reader asks for; none are all."""
    return sent.split(",") if sent else ()
