"""The signing keys of the built-in issuer, and what one installation remembers of itself."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant


class SigningKey(SQLModel, table=True):
    """A key of the built-in issuer: the newest signs, all that are not retired verify."""

    __tablename__ = "signing_key"

    kid: str = Field(primary_key=True, max_length=64)
    private_pem: str
    created_at: datetime = Field(sa_type=Instant)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class InstanceValue(SQLModel, table=True):
    """What this installation alone knows, such as the key that hides who wrote a proposal."""

    __tablename__ = "instance_value"

    name: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=200)


def find_key(session: Session, kid: str) -> SigningKey | None:
    return session.get(SigningKey, kid, with_for_update=True)


def live_keys(session: Session) -> list[SigningKey]:
    """List the keys that are not retired, newest first."""
    query = select(SigningKey).where(col(SigningKey.retired_at).is_(None))
    return list(session.exec(query.order_by(col(SigningKey.created_at).desc(), col(SigningKey.kid))))


def find_instance_value(session: Session, name: str, *, lock: bool = False) -> str | None:
    """Find a value; locked, whoever else locks it waits until this transaction ends."""
    found = session.get(InstanceValue, name, with_for_update=lock)
    return found.value if found else None
