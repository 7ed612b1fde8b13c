"""The JSON of comments."""

import uuid
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas import Input, Instant, Link, Output, Paging, QueryBool, Text

TextPath = Annotated[str, StringConstraints(pattern=r"^(/[^/]+)+$", max_length=500)]


class CommentCreate(Input):
    """A comment on a proposal, or on one place of its text, or an answer to a comment."""

    path: TextPath | None = Field(
        None, description="A place in the text, named as a redline names it; null for the proposal as a whole."
    )
    text: Text
    in_reply_to: uuid.UUID | None = Field(None, description="The comment that this one answers, in the same place.")


class CommentUpdate(Input):
    """The outcome of a thread; null opens it again."""

    resolution: Text | None


class CommentLinks(Output):
    self: Link
    proposal: Link


class CommentRead(Output):
    """A comment. `outdated` tells that what it is about has changed in the text since it was made."""

    id: str
    proposal: str
    organisation: str
    visibility: Literal["public", "organisation"]
    thread: str = Field(description="The comment that the thread begins with; it bears the resolution.")
    in_reply_to: str | None
    submission: int | None = Field(description="The submitted text that it is about; null for a working text.")
    path: str | None
    outdated: bool
    text: str
    resolution: str | None
    resolved_by: str | None
    resolved_at: Instant | None
    revision: int
    made_at: Instant
    links: CommentLinks = Field(alias="_links")


class CommentQuery(Paging):
    path: TextPath | None = Field(None, description="Only comments on this place of the text and what lies under it.")
    resolved: QueryBool | None = Field(None, description="Only threads that are resolved, or that are not.")
