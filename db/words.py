"""Questions asked of all words and definitions of the glossary at once."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from db.terms import Term, TermDefinition, TermLabel
from db.vocabulary import LabelKind


class Word(NamedTuple):
    """A label, and the term that it is of."""

    term_id: str
    language: str
    kind: LabelKind
    value: str


def words_of_length(session: Session, lengths: Collection[int], besides: str) -> list[Word]:
    """List the labels of some lengths, in code points, in all terms but one."""
    query = sa.select(col(TermLabel.term_id), col(TermLabel.language), col(TermLabel.kind), col(TermLabel.value)).where(
        sa.func.length(col(TermLabel.value)).in_(lengths), col(TermLabel.term_id) != besides
    )
    return [Word(*row) for row in session.execute(query.order_by(col(TermLabel.term_id), col(TermLabel.position)))]


def definitions_of_length(
    session: Session, shortest: int, longest: int, besides: str, at_a_time: int
) -> Iterator[Sequence[tuple[str, str]]]:
    """List (term id, definition) within some lengths, in code points, in all terms but one; in parts."""
    length = sa.func.length(col(TermDefinition.text))
    query = sa.select(col(TermDefinition.term_id), col(TermDefinition.text)).where(
        length.between(shortest, longest), col(TermDefinition.term_id) != besides
    )
    for part in session.execute(query.order_by(col(TermDefinition.term_id))).partitions(at_a_time):
        yield [(term_id, text) for term_id, text in part]


def words_to_use(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Give the preferred word of each term, or of what replaces it; the Swedish one where there is one."""
    query = (
        sa.select(col(Term.id), col(TermLabel.value))
        .join(TermLabel, col(TermLabel.term_id) == sa.func.coalesce(col(Term.replaced_by_id), col(Term.id)))
        .where(col(Term.id).in_(ids), col(TermLabel.kind) == LabelKind.PREFERRED)
        # The last one counts.
        .order_by(col(TermLabel.language) == "sv", col(TermLabel.position).desc())
    )
    return {row.id: row.value for row in session.execute(query)}
