"""The tables of Samspråk, and the questions asked of them."""

from sqlmodel import SQLModel

# Set before the first table: SQLite can only drop a constraint that has a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

from db import (  # noqa: E402
    checkpoints,
    clients,
    comments,
    decisions,
    events,
    guidelines,
    idempotency,
    identity,
    interpretations,
    issuers,
    maturity,
    organisations,
    proposals,
    readiness,
    rounds,
    term_pairs,
    terms,
    webhooks,
)

metadata = SQLModel.metadata

__all__ = [
    "checkpoints",
    "clients",
    "comments",
    "decisions",
    "events",
    "guidelines",
    "idempotency",
    "identity",
    "interpretations",
    "issuers",
    "maturity",
    "metadata",
    "organisations",
    "proposals",
    "readiness",
    "rounds",
    "term_pairs",
    "terms",
    "webhooks",
]
