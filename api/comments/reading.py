"""Comments as one reader may see them."""

import uuid

from sqlmodel import Session

from api.comments.places import Ground
from api.comments.schemas import CommentLinks, CommentRead
from api.errors import NotFound
from api.identity.authenticate import Caller
from api.schemas import Link
from db.comments import Comment, find_comment
from db.proposals import Proposal


def owns(proposal: Proposal, caller: Caller | None) -> bool:
    return caller is not None and caller.organisation == proposal.organisation


def seen_comment(
    session: Session, proposal: Proposal, comment_id: uuid.UUID | None, caller: Caller | None
) -> Comment | None:
    """Find a comment on a proposal; None also when this reader may not know of it."""
    found = find_comment(session, proposal.id, str(comment_id)) if comment_id else None
    return None if found is None or (found.private and not owns(proposal, caller)) else found


def find_visible_comment(session: Session, proposal: Proposal, comment_id: uuid.UUID, caller: Caller | None) -> Comment:
    """Load a comment; raises NotFound."""
    found = seen_comment(session, proposal, comment_id, caller)
    if found is None:
        raise NotFound("The proposal has no comment with this id.")
    return found


def present_comment(comment: Comment, ground: Ground, api_url: str) -> CommentRead:
    address = f"{api_url}/proposals/{comment.proposal_id}"
    place = comment.place
    return CommentRead(
        proposal=comment.proposal_id,
        visibility="organisation" if comment.private else "public",
        path=(ground.path_of(place) or comment.path) if place else None,
        outdated=place is not None and ground.hash_of(place) != comment.about_hash,
        links=CommentLinks(
            self=Link(href=f"{address}/comments/{comment.id}", rel="self"),
            proposal=Link(href=address, rel="up"),
        ),
        **comment.model_dump(exclude={"proposal_id", "private", "path", "place", "about_hash"}),
    )
