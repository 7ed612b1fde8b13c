"""Webhooks: where an organisation has events sent, how far each has come, and what became of every delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, select

from db.events import Event, EventStream, last_sequence, of_kinds
from db.types import PUBLIC_STREAM, Instant, Word, json_type, name_type, words
from db.vocabulary import DeliveryStatus, DisabledFor

# So many events are looked through at a time: a rare kind in a long log must not hold a statement for seconds.
_STRIDE = 50_000


class Webhook(SQLModel, table=True):
    """A subscription to one stream: all up to `cursor` is queued, and `lease` is held by the worker that sends."""

    __tablename__ = "webhook"
    __table_args__ = (
        words("disabled_for", DisabledFor),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_for IS NULL)", name="disabled"),
        # Whatever the program does, nobody is sent the private events of another.
        sa.CheckConstraint(f"stream = '{PUBLIC_STREAM}' OR stream = organisation", name="stream"),
        sa.CheckConstraint("cursor >= 0", name="cursor"),
    )

    id: str = Field(primary_key=True, max_length=36)
    organisation: str = Field(foreign_key="organisation.code", sa_type=name_type(4), index=True)
    url: str = Field(max_length=2000)
    description: str | None = Field(default=None, max_length=200)
    stream: str = Field(sa_type=name_type())
    kinds: list[str] | None = Field(default=None, sa_type=json_type())
    organisations: list[str] | None = Field(default=None, sa_type=json_type())
    cursor: int = Field(sa_type=sa.BigInteger)
    revision: int = 1
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    disabled_for: DisabledFor | None = Field(default=None, sa_type=Word(DisabledFor))
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    failed_at: datetime | None = Field(default=None, sa_type=Instant)
    misses: int = 0
    held_until: datetime | None = Field(default=None, sa_type=Instant)
    lease: str | None = Field(default=None, max_length=36)
    leased_until: datetime | None = Field(default=None, sa_type=Instant)


class WebhookSecret(SQLModel, table=True):
    """A secret that signs deliveries; kept as it is, since a signature needs it."""

    __tablename__ = "webhook_secret"

    id: str = Field(primary_key=True, max_length=36)
    webhook_id: str = Field(foreign_key="webhook.id", max_length=36, index=True)
    secret: str = Field(max_length=100)
    created_at: datetime = Field(sa_type=Instant)


class Delivery(SQLModel, table=True):
    """One event on its way to one webhook; `tries` counts since it was last queued, `attempts` tells of the latest."""

    __tablename__ = "delivery"
    __table_args__ = (
        words("status", DeliveryStatus),
        sa.CheckConstraint(f"(due_at IS NULL) = (status <> '{DeliveryStatus.PENDING}')", name="due"),
        sa.Index(None, "webhook_id", "due_at"),
    )

    webhook_id: str = Field(primary_key=True, foreign_key="webhook.id", max_length=36)
    sequence: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    status: DeliveryStatus = Field(sa_type=Word(DeliveryStatus))
    tries: int = 0
    queued_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    attempts: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())


def find_webhook(session: Session, webhook_id: str) -> Webhook | None:
    return session.get(Webhook, webhook_id)


def lock_webhook(session: Session, webhook_id: str) -> Webhook | None:
    query = select(Webhook).where(Webhook.id == webhook_id).with_for_update()
    # As it is under the lock, whatever was read before.
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def page_of_webhooks(session: Session, organisation: str, *, offset: int, limit: int) -> tuple[list[Webhook], int]:
    """List an organisation's webhooks, newest first, and count them."""
    query = select(Webhook).where(Webhook.organisation == organisation)
    newest_first = query.order_by(col(Webhook.created_at).desc(), col(Webhook.id).desc())
    return list(session.exec(newest_first.offset(offset).limit(limit))), count_webhooks(session, organisation)


def count_webhooks(session: Session, organisation: str) -> int:
    query = select(sa.func.count()).select_from(Webhook).where(Webhook.organisation == organisation)
    return session.exec(query).one()


def secrets_of(session: Session, webhook_ids: Sequence[str]) -> list[WebhookSecret]:
    """List the secrets of some webhooks, oldest first, by one statement."""
    query = select(WebhookSecret).where(col(WebhookSecret.webhook_id).in_(webhook_ids))
    return list(session.exec(query.order_by(col(WebhookSecret.created_at), col(WebhookSecret.id))))


def delete_webhook(session: Session, webhook: Webhook) -> None:
    """Delete a webhook with its secrets and all that is told of its deliveries."""
    for table in (Delivery, WebhookSecret):
        session.execute(sa.delete(table).where(col(table.webhook_id) == webhook.id))
    session.delete(webhook)


def page_of_deliveries(
    session: Session, webhook: Webhook, status: DeliveryStatus | None, *, offset: int, limit: int
) -> tuple[list[tuple[Delivery, Event]], int]:
    """List a webhook's deliveries with their events, the newest event first, and count them."""
    query = (
        select(Delivery, Event)
        .join(Event, (col(Event.sequence) == col(Delivery.sequence)) & (col(Event.stream) == webhook.stream))
        .where(Delivery.webhook_id == webhook.id)
    )
    if status is not None:
        query = query.where(Delivery.status == status)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = session.exec(query.order_by(col(Delivery.sequence).desc()).offset(offset).limit(limit))
    return [(delivery, event) for delivery, event in rows], total


def webhooks_with_work(session: Session, now: datetime, limit: int) -> list[str]:
    """Name webhooks to which something may be sent now and that no worker holds, in no order."""
    due = sa.exists().where(col(Delivery.webhook_id) == col(Webhook.id), col(Delivery.due_at) <= now)
    head = select(EventStream.last_sequence).where(EventStream.name == Webhook.stream).scalar_subquery()
    query = (
        select(Webhook.id)
        .where(col(Webhook.disabled_at).is_(None), _is_past(Webhook.leased_until, now))
        .where(_is_past(Webhook.held_until, now), sa.or_(col(Webhook.cursor) < head, due))
    )
    return list(session.exec(query.order_by(sa.func.random()).limit(limit)))


def backlog(session: Session, now: datetime) -> tuple[int, int]:
    """Count what is due to enabled webhooks, and the events that the one furthest behind has yet to look at."""
    enabled = col(Webhook.disabled_at).is_(None)
    due = select(sa.func.count()).select_from(Delivery).join(Webhook, col(Webhook.id) == col(Delivery.webhook_id))
    behind = select(sa.func.max(EventStream.last_sequence - Webhook.cursor)).join(
        Webhook, col(Webhook.stream) == col(EventStream.name)
    )
    return (
        session.execute(due.where(enabled, col(Delivery.due_at) <= now)).scalar_one(),
        session.execute(behind.where(enabled)).scalar_one() or 0,
    )


def lease_webhook(session: Session, webhook_id: str, lease: str, now: datetime, until: datetime) -> Webhook | None:
    """Take a webhook for one worker, unless another has it."""
    free = (col(Webhook.id) == webhook_id, col(Webhook.disabled_at).is_(None), _is_past(Webhook.leased_until, now))
    taken = sa.update(Webhook).where(*free).values(lease=lease, leased_until=until).returning(Webhook)
    return session.execute(taken, execution_options={"populate_existing": True}).scalar_one_or_none()


def _is_past(moment: Any, now: datetime) -> Any:
    return sa.or_(col(moment).is_(None), col(moment) <= now)


def due_deliveries(session: Session, webhook: Webhook, now: datetime, limit: int) -> list[Delivery]:
    """List what is due, in the order of the events."""
    query = select(Delivery).where(Delivery.webhook_id == webhook.id, col(Delivery.due_at) <= now)
    return list(session.exec(query.order_by(col(Delivery.sequence)).limit(limit)))


def fan_out(session: Session, webhook: Webhook, now: datetime, limit: int) -> None:
    """Queue the next events that a webhook wants, at most `limit`, and move its cursor past them."""
    until = min(last_sequence(session, webhook.stream), webhook.cursor + _STRIDE)
    query = select(Event.sequence).where(
        Event.stream == webhook.stream, col(Event.sequence) > webhook.cursor, col(Event.sequence) <= until
    )
    if webhook.kinds is not None:
        query = query.where(of_kinds(webhook.kinds))
    if webhook.organisations is not None:
        query = query.where(col(Event.organisation).in_(webhook.organisations))
    found = list(session.exec(query.order_by(col(Event.sequence)).limit(limit)))
    if found:
        queue(session, webhook.id, found, now)
    webhook.cursor = found[-1] if len(found) == limit else max(until, webhook.cursor)


def queue(session: Session, webhook_id: str, sequences: Sequence[int], now: datetime) -> None:
    """Have events sent as soon as can be; those that were sent before, once more."""
    fresh: dict[str, Any] = {"status": DeliveryStatus.PENDING, "tries": 0, "queued_at": now, "due_at": now}
    rows = [{"webhook_id": webhook_id, "sequence": sequence, "attempts": [], **fresh} for sequence in sequences]
    made = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(Delivery).values(rows)
    session.execute(made.on_conflict_do_update(index_elements=["webhook_id", "sequence"], set_=fresh))


def events_of(session: Session, stream: str, sequences: Sequence[int]) -> dict[int, Event]:
    query = select(Event).where(Event.stream == stream, col(Event.sequence).in_(sequences))
    return {event.sequence: event for event in session.exec(query)}


def deliveries_of(session: Session, webhook_id: str, sequences: Sequence[int]) -> dict[int, Delivery]:
    query = select(Delivery).where(Delivery.webhook_id == webhook_id, col(Delivery.sequence).in_(sequences))
    return {delivery.sequence: delivery for delivery in session.exec(query)}


def hasten_deliveries(session: Session, webhook_id: str, now: datetime) -> None:
    """Let what waits for its next try wait no longer."""
    session.flush()
    waiting = (col(Delivery.webhook_id) == webhook_id, col(Delivery.due_at) > now)
    session.execute(sa.update(Delivery).where(*waiting).values(due_at=now))


def forget_deliveries(session: Session, before: datetime) -> None:
    """Forget what has ended and was queued before a time: the log of events has it still."""
    ended = (col(Delivery.due_at).is_(None), col(Delivery.queued_at) < before)
    session.execute(sa.delete(Delivery).where(*ended))


def stop_restored(connection: sa.Connection, at: datetime) -> None:
    """Let a copy send nothing: its webhooks are disabled, and what they had not sent is left to the original."""
    if not sa.inspect(connection).has_table(Webhook.__tablename__):
        return
    connection.execute(
        sa.update(Delivery).where(col(Delivery.due_at).is_not(None)).values(status=DeliveryStatus.FAILED, due_at=None)
    )
    head = select(EventStream.last_sequence).where(EventStream.name == Webhook.stream).scalar_subquery()
    free = {"held_until": None, "lease": None, "leased_until": None}
    connection.execute(sa.update(Webhook).values(cursor=sa.func.coalesce(head, 0), **free))
    stopped = {"disabled_at": at, "disabled_for": DisabledFor.RESTORED}
    connection.execute(sa.update(Webhook).where(col(Webhook.disabled_at).is_(None)).values(**stopped))


def restored_webhooks(session: Session) -> list[Webhook]:
    """List the webhooks that a restore has stopped, locked, in one order for all who lock several."""
    query = select(Webhook).where(Webhook.disabled_for == DisabledFor.RESTORED)
    return list(session.exec(query.order_by(col(Webhook.id)).with_for_update()))
