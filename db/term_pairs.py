"""How terms stand to one another: broader, narrower, related."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.terms import Term
from db.types import Word, name_type, words
from db.vocabulary import PairRelation


class TermPair(SQLModel, table=True):
    """Two terms, in the order of their ids, and the one relation between them.

    One row a pair: so no term relates to itself, no relation is stored twice, and nothing is both
    broader and related.
    """

    __tablename__ = "term_pair"
    __table_args__ = (
        words("relation", PairRelation),
        sa.CheckConstraint("first_id < second_id", name="order"),
        sa.CheckConstraint("stated_by_first OR stated_by_second", name="stated"),
    )

    first_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    second_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type(), index=True)
    relation: PairRelation = Field(sa_type=Word(PairRelation))
    stated_by_first: bool
    stated_by_second: bool


def broader_edges(session: Session, ids: Iterable[str]) -> list[tuple[str, str]]:
    """List (narrower, broader) for all that is above these terms, by one statement."""
    first, second, relation = col(TermPair.first_id), col(TermPair.second_id), col(TermPair.relation)
    broader = sa.case((relation == PairRelation.FIRST_IS_BROADER, first), else_=second)

    def upwards(above: sa.CTE, *columns: sa.ColumnElement[str]) -> Any:
        narrower = sa.or_(
            sa.and_(second == above.c.id, relation == PairRelation.FIRST_IS_BROADER),
            sa.and_(first == above.c.id, relation == PairRelation.SECOND_IS_BROADER),
        )
        return sa.select(*columns, broader).select_from(above).join(TermPair, narrower)

    start: sa.Select[Any] = sa.select(col(Term.id).label("id")).where(col(Term.id).in_(list(ids)))
    above = start.cte("above", recursive=True)
    above = above.union(upwards(above))
    return [(narrower, over) for narrower, over in session.execute(upwards(above, above.c.id))]


def pairs_of(session: Session, term_id: str) -> list[TermPair]:
    return list(
        session.exec(
            select(TermPair).where(sa.or_(col(TermPair.first_id) == term_id, col(TermPair.second_id) == term_id))
        )
    )
