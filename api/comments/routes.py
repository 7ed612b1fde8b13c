"""Comments on proposals."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.comments.places import ground_for
from api.comments.reading import find_visible_comment, owns, present_comment
from api.comments.schemas import CommentCreate, CommentQuery, CommentRead, CommentUpdate
from api.comments.service import make_comment, resolve_comment
from api.dependencies import IfMatch, Public, Reader, Tx, tell_revision
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.identity.authenticate import Asker, Commenter
from api.openapi import answers, body_example
from api.paging import page_of
from api.proposals.reading import find_visible
from api.proposals.routes import ProposalId
from api.schemas import Page
from db.comments import page_of_comments

router = APIRouter(prefix="/proposals/{proposalId}/comments", tags=["proposals"], route_class=StrictRoute)
COMMENTS = Depends(Public(Topic.PROPOSALS))
CommentId = Annotated[
    uuid.UUID,
    Path(
        alias="commentId",
        description="The id of a comment. Kommentarens id.",
        examples=["0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f52"],
    ),
]


@router.get("", operation_id="listComments", dependencies=[COMMENTS], responses=answers("comments", 404))
def list_comments(
    request: Request,
    session: Reader,
    caller: Asker,
    proposal_id: ProposalId,
    query: Annotated[CommentQuery, Query()],
) -> Page[CommentRead]:
    """List the comments on a proposal, thread by thread; its own organisation also sees those on its working text.

    Kommentarerna till ett förslag, tråd för tråd; den egna organisationen ser också dem till sin arbetstext.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    ground = ground_for(session, proposal, caller)
    found, total = page_of_comments(
        session,
        proposal.id,
        offset=query.offset,
        limit=query.limit,
        private=owns(proposal, caller),
        place=ground.place_of(query.path) if query.path else None,
        resolved=query.resolved,
    )
    items = [present_comment(comment, ground, request.app.state.settings.api_url) for comment in found]
    return page_of(request, query, items, total)


@router.post(
    "",
    operation_id="createComment",
    status_code=201,
    responses=answers("comment", 404, 409, status=201),
    openapi_extra=body_example("comment-create"),
)
def post_comment(
    request: Request, response: Response, caller: Commenter, tx: Tx, proposal_id: ProposalId, body: CommentCreate
) -> CommentRead:
    """Comment on a proposal or on one place of its text, or answer a comment, for one's own organisation.

    Kommenterar ett förslag eller ett ställe i texten, eller besvarar en kommentar, för den egna organisationen.
    """
    comment, ground = make_comment(tx, caller, str(proposal_id), body)
    shown = present_comment(comment, ground, request.app.state.settings.api_url)
    response.headers["ETag"] = f'"{shown.revision}"'
    response.headers["Location"] = shown.links.self.href
    return shown


@router.get("/{commentId}", operation_id="getComment", dependencies=[COMMENTS], responses=answers("comment", 404))
def get_comment(
    request: Request, session: Reader, caller: Asker, proposal_id: ProposalId, comment_id: CommentId
) -> CommentRead:
    """Read a comment.

    En kommentar.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    comment = find_visible_comment(session, proposal, comment_id, caller)
    ground = ground_for(session, proposal, caller)
    tell_revision(request, comment.revision)
    return present_comment(comment, ground, request.app.state.settings.api_url)


@router.patch(
    "/{commentId}",
    operation_id="resolveComment",
    responses=answers("comment", 404, 409, 412, 428),
    openapi_extra=body_example("comment-resolution"),
)
def patch_comment(  # noqa: PLR0913  (one argument a part of the request)
    request: Request,
    response: Response,
    caller: Commenter,
    tx: Tx,
    proposal_id: ProposalId,
    comment_id: CommentId,
    if_match: IfMatch,
    body: CommentUpdate,
) -> CommentRead:
    """Write down what came of a thread, or open it again with null; the comment itself never changes.

    Antecknar vad en tråd ledde till, eller öppnar den igen med null; kommentaren själv ändras aldrig.
    """
    comment, ground = resolve_comment(tx, caller, str(proposal_id), comment_id, if_match, body)
    shown = present_comment(comment, ground, request.app.state.settings.api_url)
    response.headers["ETag"] = f'"{shown.revision}"'
    return shown
