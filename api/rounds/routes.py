"""Referral rounds: opened and extended by the county's editor, answered by those who are invited, read by all."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.dependencies import IfMatch, Paging, Public, Reader, Tx, api_url, tell_revision
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.identity.authenticate import Asker, Moderator, StatementWriter
from api.openapi import answers, body_example
from api.paging import page_of
from api.proposals.reading import find_visible
from api.proposals.routes import ProposalId
from api.rounds.answering import make_statement
from api.rounds.opening import extend_round, open_round
from api.rounds.reading import find_round_of, find_told, present_round, present_rounds, present_statement
from api.rounds.schemas import (
    RoundCreate,
    RoundRead,
    RoundUpdate,
    Sheet,
    SheetQuery,
    StatementCreate,
    StatementRead,
)
from api.rounds.sheet import AskedForm, collate, in_form
from api.schemas import Ordinal, Page
from db.rounds import number_of_statements, page_of_rounds, told_statements

router = APIRouter(tags=["proposals"], route_class=StrictRoute)
PROPOSALS = Depends(Public(Topic.PROPOSALS))
_ROUND = "/proposals/{proposalId}/rounds/{roundNumber}"
RoundNumber = Annotated[
    Ordinal,
    Path(
        alias="roundNumber",
        description="Which round of the proposal, counted from 1. Remissomgångens nummer.",
        examples=[1],
    ),
]
StatementId = Annotated[
    uuid.UUID,
    Path(
        alias="statementId",
        description="The id of a statement. Remissvarets id.",
        examples=["0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f52"],
    ),
]


@router.get(
    "/proposals/{proposalId}/rounds",
    operation_id="listRounds",
    dependencies=[PROPOSALS],
    responses=answers("rounds", 404),
)
def list_rounds(
    request: Request, session: Reader, caller: Asker, proposal_id: ProposalId, paging: Paging
) -> Page[RoundRead]:
    """List the referral rounds of a proposal, the newest first, each with its tally.

    Förslagets remissomgångar, den senaste först, var och en med ställningen.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    found, total = page_of_rounds(session, proposal.id, paging.offset, paging.limit)
    return page_of(request, paging, present_rounds(session, proposal, found, api_url(request)), total)


@router.post(
    "/proposals/{proposalId}/rounds",
    operation_id="openRound",
    status_code=201,
    responses=answers("round-opened", 404, 409, 412, 428, status=201),
    openapi_extra=body_example("round-create"),
)
def post_round(
    request: Request,
    response: Response,
    caller: Moderator,
    tx: Tx,
    proposal_id: ProposalId,
    if_match: IfMatch,
    body: RoundCreate,
) -> RoundRead:
    """Refer a submitted proposal to municipalities; `If-Match` is the proposal's.

    Skickar ett inlämnat förslag på remiss; `If-Match` är förslagets.
    """
    county = request.app.state.settings.county
    shown = present_round(tx, open_round(tx, caller, str(proposal_id), if_match, body, county), api_url(request))
    response.headers["Location"] = shown.links.self.href
    response.headers["ETag"] = f'"{shown.revision}"'
    return shown


@router.get(_ROUND, operation_id="getRound", dependencies=[PROPOSALS], responses=answers("round", 404))
def get_round(
    request: Request, session: Reader, caller: Asker, proposal_id: ProposalId, round_number: RoundNumber
) -> RoundRead:
    """Read a referral round: who has answered, what the rule still lacks, what would turn each that is against.

    En remissomgång: vilka som har svarat, vad som ännu fattas och vad som skulle få en motståndare att ändra sig.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    shown = present_round(session, find_round_of(session, proposal, round_number), api_url(request))
    tell_revision(request, shown.revision)
    return shown


@router.patch(
    _ROUND,
    operation_id="extendRound",
    responses=answers("round", 404, 409, 412, 428),
    openapi_extra=body_example("round-update"),
)
def patch_round(  # noqa: PLR0913
    request: Request,
    response: Response,
    caller: Moderator,
    tx: Tx,
    proposal_id: ProposalId,
    round_number: RoundNumber,
    if_match: IfMatch,
    body: RoundUpdate,
) -> RoundRead:
    """Move the closing day of an open round to a later day, and tell why.

    Förlänger en öppen remissomgång och anger skälet.
    """
    extended = extend_round(tx, caller, str(proposal_id), round_number, if_match, body)
    response.headers["ETag"] = f'"{extended.revision}"'
    return present_round(tx, extended, api_url(request))


@router.get(
    f"{_ROUND}/statements",
    operation_id="listStatements",
    dependencies=[PROPOSALS],
    responses=answers("statements", 404),
)
def list_statements(
    request: Request,
    session: Reader,
    caller: Asker,
    proposal_id: ProposalId,
    round_number: RoundNumber,
    paging: Paging,
) -> Page[StatementRead]:
    """List all answers of a round in the order in which they came, those that were changed later too.

    Omgångens remissvar i den ordning som de kom, även de som senare har ändrats.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    asked = find_round_of(session, proposal, round_number)
    found = told_statements(session, proposal.id, asked.number, paging.offset, paging.limit)
    total = number_of_statements(session, proposal.id, asked.number)
    return page_of(request, paging, [present_statement(asked, told) for told in found], total)


@router.post(
    f"{_ROUND}/statements",
    operation_id="makeStatement",
    status_code=201,
    responses=answers("statement", 404, 409, status=201),
    openapi_extra=body_example("statement-create"),
)
def post_statement(
    request: Request,
    response: Response,
    caller: StatementWriter,
    tx: Tx,
    proposal_id: ProposalId,
    round_number: RoundNumber,
    body: StatementCreate,
) -> StatementRead:
    """Answer officially for one's own organisation; a later answer supersedes it, and both stay to be read.

    Lämnar den egna organisationens remissvar; ett senare svar ersätter det, och båda går att läsa.
    """
    asked, told = make_statement(tx, caller, str(proposal_id), round_number, body)
    shown = present_statement(asked, told)
    address = f"{api_url(request)}/proposals/{proposal_id}/rounds/{round_number}/statements/{shown.id}"
    response.headers["Location"] = address
    return shown


@router.get(
    f"{_ROUND}/statements/{{statementId}}",
    operation_id="getStatement",
    dependencies=[PROPOSALS],
    responses=answers("statement", 404),
)
def get_statement(
    session: Reader, caller: Asker, proposal_id: ProposalId, round_number: RoundNumber, statement_id: StatementId
) -> StatementRead:
    """Read one answer, and whether another has superseded it.

    Ett remissvar, och om ett senare har ersatt det.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    asked = find_round_of(session, proposal, round_number)
    return present_statement(asked, find_told(session, asked, str(statement_id)))


@router.get(
    f"{_ROUND}/sheet",
    operation_id="getAnswerSheet",
    dependencies=[PROPOSALS],
    response_model=Sheet,
    responses=answers("sheet", 404, sheet=True),
)
def get_sheet(
    session: Reader,
    caller: Asker,
    proposal_id: ProposalId,
    round_number: RoundNumber,
    _query: Annotated[SheetQuery, Query()],
    form: AskedForm,
) -> Sheet | Response:
    """Collate the answers of a round, of the whole and provision by provision: JSON, a workbook, or a page to print.

    Sammanställer omgångens remissvar, i sin helhet och bestämmelse för bestämmelse: JSON, arbetsbok eller en sida att
    skriva ut.
    """
    proposal = find_visible(session, str(proposal_id), caller)
    return in_form(form, collate(session, proposal, find_round_of(session, proposal, round_number)))
