"""Answers kept for retries: one row a key, made in the transaction of the effect."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col

from db.conflicts import insert_if_absent
from db.types import Instant, json_type


class IdempotencyKey(SQLModel, table=True):
    """What a POST answered; id is the SHA-256 of issuer, subject, method, path and key."""

    __tablename__ = "idempotency_key"
    __table_args__ = (sa.Index(None, "expires_at"),)

    id: str = Field(primary_key=True, max_length=64)
    body_hash: str = Field(max_length=64)
    status: int | None = None
    headers: list[list[str]] = Field(sa_type=json_type())
    body: bytes | None = None
    expires_at: datetime = Field(sa_type=Instant)


def claim(session: Session, key_id: str, body_hash: str, expires_at: datetime) -> bool:
    """Take a key for this transaction; false when it is taken.

    A concurrent claim of the same key waits here until the other transaction has ended.
    """
    values = {"id": key_id, "body_hash": body_hash, "headers": [], "expires_at": expires_at}
    statement = insert_if_absent(session, IdempotencyKey, values)
    return session.execute(statement.returning(col(IdempotencyKey.id))).first() is not None


def find(session: Session, key_id: str) -> IdempotencyKey | None:
    return session.get(IdempotencyKey, key_id)


def forget_expired(session: Session, now: datetime) -> None:
    session.execute(sa.delete(IdempotencyKey).where(col(IdempotencyKey.expires_at) < now))
