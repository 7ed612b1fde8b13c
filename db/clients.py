"""Machine clients, their secrets, and which of their assertions are used up."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.conflicts import insert_if_absent
from db.types import Instant, json_type, name_type


class Client(SQLModel, table=True):
    """A machine that speaks for one organisation, within its scopes; `public_keys` are JWKs (RFC 7517)."""

    __tablename__ = "client"

    id: str = Field(primary_key=True, max_length=36)
    organisation: str = Field(foreign_key="organisation.code", sa_type=name_type(4), index=True)
    name: str = Field(max_length=200)
    scopes: list[str] = Field(sa_type=json_type())
    public_keys: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    revision: int = 1
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    # To the minute or so, and no change of the client: see api/identity/last_use.py.
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)


class ClientSecret(SQLModel, table=True):
    """A secret of a client, kept as SHA-256 only: 256 random bits need no slow hash."""

    __tablename__ = "client_secret"

    client_id: str = Field(primary_key=True, foreign_key="client.id", max_length=36)
    digest: str = Field(primary_key=True, max_length=64)
    created_at: datetime = Field(sa_type=Instant)

    @property
    def id(self) -> str:
        """Name the secret to its owner; it can be told from the digest, and the digest not from it."""
        return str(uuid.uuid5(uuid.UUID(self.client_id), self.digest))


class UsedAssertion(SQLModel, table=True):
    """An assertion that has bought its token; id is the SHA-256 of client and `jti`."""

    __tablename__ = "used_assertion"
    __table_args__ = (sa.Index(None, "expires_at"),)

    id: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(sa_type=Instant)


def find_client(session: Session, client_id: str) -> Client | None:
    return session.get(Client, client_id)


def lock_client(session: Session, client_id: str) -> Client | None:
    query = select(Client).where(Client.id == client_id).with_for_update()
    return session.exec(query).one_or_none()


def page_of_clients(session: Session, organisation: str | None, *, offset: int, limit: int) -> tuple[list[Client], int]:
    """List clients, newest first, of one organisation or of all, and count them."""
    query = select(Client)
    if organisation is not None:
        query = query.where(Client.organisation == organisation)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = session.exec(
        query.order_by(col(Client.created_at).desc(), col(Client.id).desc()).offset(offset).limit(limit)
    )
    return list(rows), total


def secrets_of(session: Session, client_ids: Sequence[str]) -> list[ClientSecret]:
    """List the secrets of some clients, oldest first, by one statement."""
    query = select(ClientSecret).where(col(ClientSecret.client_id).in_(client_ids))
    return list(session.exec(query.order_by(col(ClientSecret.created_at), col(ClientSecret.digest))))


def note_last_use(session: Session, used: Mapping[str, datetime]) -> None:
    """Move each client's last use forward, never back; other processes write theirs too."""
    for client_id, at in sorted(used.items()):
        earlier = sa.or_(col(Client.last_used_at).is_(None), col(Client.last_used_at) < at)
        session.execute(sa.update(Client).where(col(Client.id) == client_id, earlier).values(last_used_at=at))


def use_assertion(session: Session, assertion_id: str, expires_at: datetime) -> bool:
    """Use an assertion up; false when it has been used.

    A concurrent use of the same one waits here until the other transaction has ended.
    """
    values = {"id": assertion_id, "expires_at": expires_at}
    statement = insert_if_absent(session, UsedAssertion, values)
    return session.execute(statement.returning(col(UsedAssertion.id))).first() is not None


def forget_used_assertions(session: Session, now: datetime) -> None:
    """Forget those that have expired: the verifier refuses them by their time."""
    session.execute(sa.delete(UsedAssertion).where(col(UsedAssertion.expires_at) < now))
