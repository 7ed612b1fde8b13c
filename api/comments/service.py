"""Comment on a proposal, answer a comment, resolve a thread."""

import uuid
from typing import Any

import uuid_utils.compat as new_uuid

from api import clock
from api.comments import rules
from api.comments.places import Ground, ground_for
from api.comments.reading import find_visible_comment, owns, seen_comment
from api.comments.schemas import CommentCreate, CommentUpdate
from api.dependencies import check_revision
from api.errors import invalid
from api.events.record import record
from api.identity.authenticate import Caller
from api.proposals.standing import lock_visible
from db.comments import Comment
from db.proposals import Proposal
from db.session import Transaction
from db.types import PUBLIC_STREAM


def make_comment(tx: Transaction, caller: Caller, proposal_id: str, body: CommentCreate) -> tuple[Comment, Ground]:
    """Comment on a proposal that the caller may see, or answer a comment on it."""
    proposal = lock_visible(tx, caller, proposal_id)
    rules.check_open(proposal.status)
    ground = ground_for(tx, proposal, caller)
    comment_id = str(new_uuid.uuid7())
    comment = Comment(
        id=comment_id,
        proposal_id=proposal.id,
        organisation=caller.organisation,
        text=body.text,
        made_at=clock.now(),
        **(_begun(proposal, caller, ground, body, comment_id) if body.in_reply_to is None else {}),
        **(_answered(tx, proposal, caller, ground, body) if body.in_reply_to is not None else {}),
    )
    tx.add(comment)
    tx.flush()
    _tell(tx, proposal, caller, comment, "made", {"path": comment.path, "text": comment.text})
    return comment, ground


def resolve_comment(
    tx: Transaction,
    caller: Caller,
    proposal_id: str,
    comment_id: uuid.UUID,
    sent: frozenset[int] | None,
    body: CommentUpdate,
) -> tuple[Comment, Ground]:
    """Write down what came of a thread, or open it again; the log keeps each outcome."""
    proposal = lock_visible(tx, caller, proposal_id)
    comment = find_visible_comment(tx, proposal, comment_id, caller)
    rules.check_may_resolve(owns=owns(proposal, caller), moderates="proposals:moderate" in caller.scopes)
    check_revision(comment.revision, sent)
    rules.check_open(proposal.status)
    rules.check_begins_thread(comment.in_reply_to)
    resolved = body.resolution is not None
    comment.resolution = body.resolution
    comment.resolved_by = caller.organisation if resolved else None
    comment.resolved_at = clock.now() if resolved else None
    comment.revision += 1
    tx.add(comment)
    _tell(tx, proposal, caller, comment, "resolved", {"path": comment.path, "resolution": comment.resolution})
    return comment, ground_for(tx, proposal, caller)


def _begun(proposal: Proposal, caller: Caller, ground: Ground, body: CommentCreate, comment_id: str) -> dict[str, Any]:
    """Say what a new thread is about."""
    place = ground.place_of(body.path) if body.path else None
    if place is not None and not ground.knows(place):
        raise invalid("/path", "unknown-path", "names nothing in the text, nor in the version that it builds on")
    private = rules.is_private(proposal.status, owns=owns(proposal, caller))
    return {
        "thread": comment_id,
        "private": private,
        "submission": None if private else proposal.submissions,
        "path": body.path,
        "place": place,
        "about_hash": ground.hash_of(place) if place else None,
    }


def _answered(
    tx: Transaction, proposal: Proposal, caller: Caller, ground: Ground, body: CommentCreate
) -> dict[str, Any]:
    """Put an answer where the comment stands that it answers: it is about the same, and seen by the same."""
    above = seen_comment(tx, proposal, body.in_reply_to, caller)
    if above is None:
        raise invalid("/inReplyTo", "unknown-comment", "is not the id of a comment on this proposal")
    if body.path is not None and body.path != above.path and ground.place_of(body.path) != above.place:
        raise invalid("/path", "another-path", "is that of the comment that is answered: leave it out")
    shared = above.model_dump(include={"thread", "private", "submission", "path", "place", "about_hash"})
    return {"in_reply_to": above.id, **shared}


def _tell(
    tx: Transaction, proposal: Proposal, caller: Caller, comment: Comment, did: str, more: dict[str, Any]
) -> None:
    data = {"id": comment.id, "proposal": proposal.id, "inReplyTo": comment.in_reply_to, **more}
    stream = proposal.organisation if comment.private else PUBLIC_STREAM
    subject = f"proposals/{proposal.id}/comments/{comment.id}"
    record(tx, f"comment.{did}", subject, caller.organisation, data, stream=stream)
