"""A closer look at a proposal: the texts that it was submitted with, what it would become, what it would touch."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from api import clock
from api.dependencies import Paging, Public, Reader
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.identity.authenticate import Asker
from api.impact.reading import impact
from api.impact.schemas import Impact
from api.openapi import answers
from api.paging import page_of
from api.proposals.inspection_schemas import ProposalPreview, SubmissionHead, SubmissionRead
from api.proposals.previewing import preview
from api.proposals.reading import find_visible, present_submission, present_submission_head
from api.proposals.routes import ProposalId
from api.schemas import Ordinal, Page
from db.proposals import find_submission, page_of_submissions

router = APIRouter(prefix="/proposals/{proposalId}", tags=["proposals"], route_class=StrictRoute)
PROPOSALS = Depends(Public(Topic.PROPOSALS))
# Made from proposals, the glossary, guidelines and decisions: what changes any of them changes these.
EVERYTHING = Depends(Public(Topic.EVENTS))
SubmissionNumber = Annotated[
    Ordinal,
    Path(
        alias="submissionNumber",
        description="Which submission, counted from 1. Vilken inlämning i ordningen.",
        examples=[1],
    ),
]


@router.get(
    "/submissions", operation_id="listSubmissions", dependencies=[PROPOSALS], responses=answers("submissions", 404)
)
def list_submissions(
    request: Request, session: Reader, caller: Asker, proposal_id: ProposalId, query: Paging
) -> Page[SubmissionHead]:
    """List the texts that a proposal was submitted with, newest first.

    De texter som förslaget har lämnats in med, den senaste först.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    found, total = page_of_submissions(session, proposal.id, offset=query.offset, limit=query.limit)
    api_url = request.app.state.settings.api_url
    return page_of(request, query, [present_submission_head(each, api_url) for each in found], total)


@router.get(
    "/submissions/{submissionNumber}",
    operation_id="getSubmission",
    dependencies=[PROPOSALS],
    responses=answers("submission", 404),
)
def get_submission(
    request: Request, session: Reader, caller: Asker, proposal_id: ProposalId, submission_number: SubmissionNumber
) -> SubmissionRead:
    """Read a text as it was once submitted; it never changes.

    En text så som den en gång lämnades in; den ändras aldrig.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    found = find_submission(session, proposal.id, submission_number)
    if found is None:
        raise NotFound("The proposal was not submitted that many times.")
    return present_submission(proposal, found, request.app.state.settings.api_url)


@router.get(
    "/preview",
    operation_id="previewProposal",
    dependencies=[EVERYTHING],
    responses=answers("proposal-preview", 404, 409),
)
def get_preview(session: Reader, caller: Asker, proposal_id: ProposalId) -> ProposalPreview:
    """Show what an approval now would publish: the text on the newest version, its number, conflicts, what is missing.

    Visar vad ett bifall nu skulle ge ut: texten på den nyaste versionen, numret, motsägelser och vad som saknas.
    """
    return preview(session, find_visible(session, str(proposal_id), caller), caller)


@router.get(
    "/impact", operation_id="getProposalImpact", dependencies=[EVERYTHING], responses=answers("proposal-impact", 404)
)
def get_impact(request: Request, session: Reader, caller: Asker, proposal_id: ProposalId) -> Impact:
    """Show what a proposal would touch: guidelines, readings of words, adoptions and deviations, by municipality.

    Visar vad förslaget skulle beröra: riktlinjer, läsningar av ord, antaganden och avvikelser, kommun för kommun.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    state = request.app.state
    return impact(session, state.stands, proposal, caller, clock.today(), state.settings.county)
