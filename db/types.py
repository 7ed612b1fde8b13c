"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

PUBLIC_STREAM = "public"
_LONGEST_WORD = 24


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored and read back as UTC (SQLite alone would drop the offset)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant needs an offset"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A word of a closed list, stored as text."""

    impl = sa.String
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__(_LONGEST_WORD)
        self.vocabulary = vocabulary

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.vocabulary(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.vocabulary(value)


def name_type(length: int = 128) -> TypeEngine[str]:
    """Give the type of ids, slugs and codes: ordered by code point in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def json_type() -> TypeEngine[Any]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def words(column: str, vocabulary: type[StrEnum]) -> sa.CheckConstraint:
    """Hold a text column to its vocabulary, under the name `ck_<table>_<column>`."""
    listed = ", ".join(f"'{word.value}'" for word in vocabulary)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)
