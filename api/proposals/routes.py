"""The joint process: proposals, their moves, and the county's decisions."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.dependencies import AsPage, IfMatch, Public, Reader, Tx, api_url, tell_revision
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.identity.authenticate import Asker, Decider, Mover, Proposer
from api.openapi import answer_of, answers, body_example
from api.pages.redlines import redline_page
from api.paging import page_of
from api.proposals.deciding import decide_proposal
from api.proposals.decision_schemas import DecisionRead, ProposalDecision
from api.proposals.drafting import create_proposal, edit_proposal
from api.proposals.kinds import TARGETS
from api.proposals.moving import move_proposal
from api.proposals.reading import (
    find_visible,
    present_created,
    present_decision,
    present_proposal,
    present_proposals,
    text_for,
)
from api.proposals.schemas import (
    DraftQuery,
    ProposalCreate,
    ProposalCreated,
    ProposalDiff,
    ProposalQuery,
    ProposalRead,
    ProposalUpdate,
    Transition,
)
from api.proposals.trial_schemas import Trial
from api.proposals.trying import try_proposal
from api.redline import FormQuery, redline
from api.schemas import Page
from db.guidelines import decision_on
from db.proposals import page_of_proposals

router = APIRouter(tags=["proposals"], route_class=StrictRoute)
PROPOSALS = Depends(Public(Topic.PROPOSALS))
ProposalId = Annotated[
    uuid.UUID,
    Path(
        alias="proposalId",
        description="The id of a proposal. Förslagets id.",
        examples=["0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"],
    ),
]


@router.get("/proposals", operation_id="listProposals", dependencies=[PROPOSALS], responses=answers("proposals"))
def list_proposals(
    request: Request, session: Reader, caller: Asker, query: Annotated[ProposalQuery, Query()]
) -> Page[ProposalRead]:
    """List proposals, newest first; with a token also the drafts of one's own organisation.

    Förslagen, de nyaste först; med token också den egna organisationens utkast.
    """
    found, total = page_of_proposals(
        session,
        caller.organisation if caller else None,
        offset=query.offset,
        limit=query.limit,
        status=query.status,
        target_type=query.target_type,
        target_id=query.target_id,
        organisation=query.organisation,
    )
    items = present_proposals(session, found, caller, request.app.state.settings.api_url)
    return page_of(request, query, items, total)


@router.post(
    "/proposals",
    operation_id="createProposal",
    status_code=201,
    response_model=ProposalCreated,
    responses=answers("proposal-created", 409, status=201) | answer_of(Trial, "proposal-trial"),
    openapi_extra=body_example("proposal-create", "proposal-create-term"),
)
def post_proposal(
    request: Request,
    response: Response,
    caller: Proposer,
    tx: Tx,
    query: Annotated[DraftQuery, Query()],
    body: ProposalCreate,
) -> ProposalCreated | Response:
    """Draft a proposal for one's own organisation, on a stated version; nobody else sees it yet.

    With `dryRun=true` nothing is stored: the answer is 200 and tells what the proposal would collide with and change.

    Skapar ett utkast till förslag för den egna organisationen, på en angiven version. Med `dryRun=true` sparas
    ingenting: svaret visar vad förslaget skulle krocka med och vad det skulle ändra.
    """
    if query.dry_run:
        return Response(try_proposal(tx, caller, body).model_dump_json(), media_type="application/json")
    proposal = create_proposal(tx, caller, body)
    shown = present_created(tx, proposal, caller, api_url(request))
    _answer(request, response, shown, created=True)
    return shown


@router.get(
    "/proposals/{proposalId}",
    operation_id="getProposal",
    dependencies=[PROPOSALS],
    responses=answers("proposal", 404),
)
def get_proposal(request: Request, session: Reader, caller: Asker, proposal_id: ProposalId) -> ProposalRead:
    """Read a proposal; `allowedTransitions` tells what this caller may do with it now.

    Ett förslag; `allowedTransitions` visar vad den som frågar kan göra med det nu.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    shown = present_proposal(session, proposal, caller, api_url(request))
    tell_revision(request, shown.revision)
    return shown


@router.patch(
    "/proposals/{proposalId}",
    operation_id="editProposal",
    responses=answers("proposal", 404, 409, 412, 428),
    openapi_extra=body_example("proposal-update"),
)
def patch_proposal(
    request: Request,
    response: Response,
    caller: Proposer,
    tx: Tx,
    proposal_id: ProposalId,
    if_match: IfMatch,
    body: ProposalUpdate,
) -> ProposalRead:
    """Change the text of a draft or returned proposal; what is left out stays.

    Ändrar texten i ett utkast eller ett återlämnat förslag; det som utelämnas står kvar.
    """
    proposal = edit_proposal(tx, caller, str(proposal_id), if_match, body)
    return _answer(request, response, present_proposal(tx, proposal, caller, api_url(request)))


@router.get(
    "/proposals/{proposalId}/diff",
    operation_id="compareProposal",
    dependencies=[PROPOSALS],
    response_model=ProposalDiff,
    responses=answers("proposal-diff", 404, page=True),
)
def get_proposal_diff(
    session: Reader, caller: Asker, proposal_id: ProposalId, _form: Annotated[FormQuery, Query()], as_page: AsPage
) -> ProposalDiff | Response:
    """Show what a proposal would change in the version that it builds on; as JSON or as a page.

    Visar vad förslaget skulle ändra i den version som det bygger på; som JSON eller som en sida.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    text = text_for(session, proposal, caller)
    kind = TARGETS[proposal.target_type]
    base = kind.versions(session, proposal.target_id).get(text.base_version or "")
    changes = redline(base, text.content)
    if as_page:
        address = f"/{kind.page}/{proposal.target_id}" if text.base_version else f"/{kind.page}"
        return redline_page(text.title, address, text.base_version, None, changes)
    return ProposalDiff(proposal=proposal.id, from_version=text.base_version, changes=changes)


@router.post(
    "/proposals/{proposalId}/transitions",
    operation_id="moveProposal",
    responses=answers("proposal", 404, 409, 412, 428),
    openapi_extra=body_example("transition"),
)
def post_transition(
    request: Request,
    response: Response,
    caller: Mover,
    tx: Tx,
    proposal_id: ProposalId,
    if_match: IfMatch,
    body: Transition,
) -> ProposalRead:
    """Submit, return or withdraw a proposal, or close its referral round; a move that is not allowed tells which are.

    Lämnar in, återlämnar eller drar tillbaka ett förslag, eller avslutar dess remissomgång.
    """
    proposal = move_proposal(tx, caller, str(proposal_id), if_match, body)
    return _answer(request, response, present_proposal(tx, proposal, caller, api_url(request)))


@router.post(
    "/proposals/{proposalId}/decision",
    operation_id="decideProposal",
    status_code=201,
    responses=answers("decision-on-proposal", 404, 409, 412, 428, status=201),
    openapi_extra=body_example("proposal-decision"),
)
def post_decision(
    request: Request,
    response: Response,
    caller: Decider,
    tx: Tx,
    proposal_id: ProposalId,
    if_match: IfMatch,
    body: ProposalDecision,
) -> DecisionRead:
    """Record the county's decision; an approval publishes the next version, frozen and hashed.

    Registrerar länets beslut; ett bifall ger ut nästa version, fastställd och med kontrollsumma.
    """
    proposal, decision = decide_proposal(tx, caller, str(proposal_id), if_match, body)
    response.headers["Location"] = f"{api_url(request)}/proposals/{proposal.id}/decision"
    return present_decision(proposal, decision)


@router.get(
    "/proposals/{proposalId}/decision",
    operation_id="getProposalDecision",
    dependencies=[PROPOSALS],
    responses=answers("decision-on-proposal", 404),
)
def get_decision(session: Reader, caller: Asker, proposal_id: ProposalId) -> DecisionRead:
    """Read what the county decided on a proposal.

    Vad länet beslutade om ett förslag.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    decision = decision_on(session, proposal.id)
    if decision is None:
        raise NotFound("The proposal is not decided.")
    return present_decision(proposal, decision)


def _answer(request: Request, response: Response, shown: ProposalRead, *, created: bool = False) -> ProposalRead:
    response.headers["ETag"] = f'"{shown.revision}"'
    if created:
        response.headers["Location"] = f"{api_url(request)}/proposals/{shown.id}"
    return shown
