"""What external models measured of municipalities; no total of ours is made of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.types import Instant, name_type

# By the names of columns; None is any.
Filters = Mapping[str, str | None]


class MaturityResult(SQLModel, table=True):
    """One figure of one model on one day, as it was said last."""

    __tablename__ = "maturity_result"
    __table_args__ = (
        sa.CheckConstraint("revision > 0", name="revision"),
        sa.CheckConstraint("retracted_at IS NULL OR NOT public", name="retracted"),
    )

    municipality: str = Field(primary_key=True, foreign_key="organisation.code", sa_type=name_type(4))
    model: str = Field(primary_key=True, sa_type=name_type())
    model_version: str = Field(primary_key=True, sa_type=name_type())
    dimension: str = Field(primary_key=True, sa_type=name_type(200))
    measured_on: date = Field(primary_key=True)
    revision: int
    value: float
    scale: str = Field(max_length=100)
    source: str = Field(max_length=200)
    public: bool
    recorded_at: datetime = Field(sa_type=Instant)
    retracted_at: datetime | None = Field(default=None, sa_type=Instant)


def find_result(
    session: Session, municipality: str, model: str, model_version: str, dimension: str, measured_on: date
) -> MaturityResult | None:
    """Load one figure, be it retracted."""
    return session.get(MaturityResult, (municipality, model, model_version, dimension, measured_on))


def page_of_results(
    session: Session, towns: Sequence[str], reader: str | None, wanted: Filters, *, offset: int, limit: int
) -> tuple[list[MaturityResult], int]:
    """List some of what one reader may see of some municipalities, and count it all."""
    query = _shown(towns, reader, wanted)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    return list(session.exec(_in_order(query).offset(offset).limit(limit))), total


def all_results(
    session: Session, towns: Sequence[str], reader: str | None, wanted: Filters
) -> Iterator[MaturityResult]:
    """Give all of it, row by row."""
    yield from session.exec(_in_order(_shown(towns, reader, wanted)).execution_options(yield_per=1_000))


def _shown(towns: Sequence[str], reader: str | None, wanted: Filters) -> SelectOfScalar[MaturityResult]:
    query = select(MaturityResult).where(
        col(MaturityResult.municipality).in_(towns),
        col(MaturityResult.retracted_at).is_(None),
        sa.or_(col(MaturityResult.public), col(MaturityResult.municipality) == reader),
    )
    return query.filter_by(**{name: value for name, value in wanted.items() if value is not None})


def _in_order(query: SelectOfScalar[MaturityResult]) -> SelectOfScalar[MaturityResult]:
    """Put what is compared side by side: a dimension's municipalities, the newest figure of each first."""
    order = (MaturityResult.model, MaturityResult.model_version, MaturityResult.dimension, MaturityResult.municipality)
    return query.order_by(*map(col, order), col(MaturityResult.measured_on).desc())
