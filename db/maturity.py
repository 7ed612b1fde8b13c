"""What external models measured of municipalities; no total of ours is made of it."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, name_type


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


def standing_results(
    session: Session,
    municipalities: Sequence[str],
    reader: str | None,
    *,
    model: str | None = None,
    model_version: str | None = None,
    dimension: str | None = None,
) -> list[MaturityResult]:
    """List the figures of some municipalities that are public or the reader's own, the newest of each kind first."""
    query = select(MaturityResult).where(
        col(MaturityResult.municipality).in_(municipalities),
        col(MaturityResult.retracted_at).is_(None),
        sa.or_(col(MaturityResult.public), col(MaturityResult.municipality) == reader),
    )
    wanted = {"model": model, "model_version": model_version, "dimension": dimension}
    query = query.filter_by(**{name: value for name, value in wanted.items() if value is not None})
    order = (MaturityResult.model, MaturityResult.model_version, MaturityResult.dimension, MaturityResult.municipality)
    return list(session.exec(query.order_by(*map(col, order), col(MaturityResult.measured_on).desc())))
