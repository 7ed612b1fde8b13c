"""Comments on proposals: threads that are only added to, each resolved with an outcome."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, name_type


class Comment(SQLModel, table=True):
    """What an organisation says of a proposal or of one place in its text; only the resolution changes.

    `path` is the place as it was written, `place` the same with the provision's key, which it keeps when it is
    renumbered. `about_hash` is of what stood there. `thread` is the comment that the thread begins with.
    """

    __tablename__ = "comment"
    __table_args__ = (
        sa.CheckConstraint("(path IS NULL) = (place IS NULL) AND (path IS NULL) = (about_hash IS NULL)", name="place"),
        sa.CheckConstraint("(in_reply_to IS NULL) = (thread = id)", name="thread"),
        sa.CheckConstraint(
            "(resolution IS NULL) = (resolved_by IS NULL) AND (resolution IS NULL) = (resolved_at IS NULL)",
            name="resolution",
        ),
        sa.CheckConstraint("resolution IS NULL OR in_reply_to IS NULL", name="resolved_thread"),
        sa.Index(None, "proposal_id", "thread", "id"),
    )

    id: str = Field(primary_key=True, max_length=36)
    proposal_id: str = Field(foreign_key="proposal.id", max_length=36)
    thread: str = Field(foreign_key="comment.id", max_length=36)
    in_reply_to: str | None = Field(default=None, foreign_key="comment.id", max_length=36)
    organisation: str = Field(foreign_key="organisation.code", sa_type=name_type(4))
    private: bool
    # The submitted text that it is about; of the working text none.
    submission: int | None = None
    path: str | None = Field(default=None, max_length=500)
    place: str | None = Field(default=None, max_length=520)
    about_hash: str | None = Field(default=None, max_length=71)
    text: str
    resolution: str | None = None
    resolved_by: str | None = Field(default=None, foreign_key="organisation.code", sa_type=name_type(4))
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1
    made_at: datetime = Field(sa_type=Instant)


def find_comment(session: Session, proposal_id: str, comment_id: str) -> Comment | None:
    query = select(Comment).where(Comment.proposal_id == proposal_id, Comment.id == comment_id)
    return session.exec(query).one_or_none()


def page_of_comments(  # one argument a filter
    session: Session,
    proposal_id: str,
    *,
    offset: int,
    limit: int,
    private: bool,
    place: str | None = None,
    resolved: bool | None = None,
) -> tuple[list[Comment], int]:
    """List comments thread by thread, the oldest first, and count them.

    With the private ones or without; of one place and what lies under it; of threads that are resolved, or are not.
    """
    query = select(Comment).where(Comment.proposal_id == proposal_id)
    if not private:
        query = query.where(col(Comment.private).is_(False))
    if place is not None:
        under = sa.func.substr(col(Comment.place), 1, len(place) + 1) == f"{place}/"
        query = query.where(sa.or_(col(Comment.place) == place, under))
    if resolved is not None:
        threads = select(Comment.id).where(Comment.proposal_id == proposal_id, col(Comment.resolution).is_not(None))
        query = query.where(col(Comment.thread).in_(threads) if resolved else col(Comment.thread).not_in(threads))
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = session.exec(query.order_by(col(Comment.thread), col(Comment.id)).offset(offset).limit(limit))
    return list(rows), total
