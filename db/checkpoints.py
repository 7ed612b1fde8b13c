"""Checkpoints: signed statements of how far a stream went at a time, and of the hash that holds all of it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.events import Head
from db.types import Instant, name_type


class Checkpoint(SQLModel, table=True):
    """One statement; `day` is set on those that are made by themselves, one a stream and day."""

    __tablename__ = "checkpoint"
    __table_args__ = (
        sa.UniqueConstraint("stream", "day", name="uq_checkpoint_stream_day"),
        sa.CheckConstraint("sequence >= 0", name="sequence"),
    )

    stream: str = Field(primary_key=True, foreign_key="event_stream.name", sa_type=name_type())
    signed_at: datetime = Field(primary_key=True, sa_type=Instant)
    sequence: int = Field(sa_type=sa.BigInteger)
    hash: str = Field(max_length=64)
    day: date | None = None
    jws: str


def newest_checkpoint(session: Session, stream: str) -> Checkpoint | None:
    query = select(Checkpoint).where(Checkpoint.stream == stream)
    return session.exec(query.order_by(col(Checkpoint.signed_at).desc()).limit(1)).one_or_none()


def has_checkpoint_of(session: Session, stream: str, day: date) -> bool:
    query = select(Checkpoint.sequence).where(Checkpoint.stream == stream, Checkpoint.day == day)
    return session.exec(query).one_or_none() is not None


def count_checkpoints(session: Session, stream: str) -> int:
    query = select(sa.func.count()).select_from(Checkpoint).where(Checkpoint.stream == stream)
    return session.exec(query).one()


def checkpoints(session: Session, stream: str, offset: int, limit: int) -> list[Checkpoint]:
    """List a stream's checkpoints, newest first."""
    query = select(Checkpoint).where(Checkpoint.stream == stream).order_by(col(Checkpoint.signed_at).desc())
    return list(session.exec(query.offset(offset).limit(limit)))


def signed_heads(session: Session, stream: str) -> list[Head]:
    """Give what a stream's checkpoints tell of it."""
    query = select(Checkpoint.sequence, Checkpoint.hash).where(Checkpoint.stream == stream)
    return [Head(*found) for found in session.exec(query)]
