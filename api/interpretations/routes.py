"""How municipalities read the terms: their own records, and where these diverge."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.dependencies import AcceptsCsv, CreatesOnly, IfMatch, Paging, Public, Reader, Tx, tell_revision
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.identity.authenticate import Interpreter
from api.interpretations.reading import (
    CSV_COLUMNS,
    divergence_rows,
    divergences,
    find_reading,
    present,
    present_revision,
    readings_of_municipality,
    readings_of_term,
)
from api.interpretations.schemas import (
    Divergence,
    DivergenceQuery,
    InterpretationRead,
    InterpretationRecord,
    InterpretationRevision,
)
from api.interpretations.service import NEVER_SAID, record_interpretation, withdraw_interpretation
from api.openapi import answers, body_example
from api.organisations.routes import MunicipalityCodePath
from api.paging import page_of, slice_of
from api.published.overlays import reading_of
from api.schemas import Page
from api.tables import csv_answer
from api.terms.routes import Pictured, TermId
from db.interpretations import interpretation_revisions

router = APIRouter(tags=["interpretations"], route_class=StrictRoute)
INTERPRETATIONS = Depends(Public(Topic.INTERPRETATIONS))
_ONE = "/municipalities/{municipalityCode}/interpretations/{termId}"


@router.put(
    _ONE,
    operation_id="recordInterpretation",
    responses=answers("interpretation", 201, 404, 412, 428),
    openapi_extra=body_example("interpretation-record"),
)
def put_interpretation(  # noqa: PLR0913
    request: Request,
    response: Response,
    caller: Interpreter,
    tx: Tx,
    municipality_code: MunicipalityCodePath,
    term_id: TermId,
    if_match: IfMatch,
    creates: CreatesOnly,
    body: InterpretationRecord,
) -> InterpretationRead:
    """Record how one's own municipality reads a term: `If-None-Match: *` creates, `If-Match` replaces.

    `same` needs no more; who reads the term as narrower, broader or different says how in `wording`, who does not use
    it says why in `reason`. Registrerar hur den egna kommunen läser ett begrepp, med egna ord.
    """
    created, row, term = record_interpretation(tx, caller, municipality_code, term_id, if_match, body, creates=creates)
    response.headers["ETag"] = f'"{row.revision}"'
    if created:
        api_url = request.app.state.settings.api_url
        response.headers["Location"] = f"{api_url}/municipalities/{municipality_code}/interpretations/{term_id}"
        response.status_code = 201
    return present(reading_of(row), term.current_version)


@router.delete(
    _ONE, operation_id="withdrawInterpretation", responses=answers("interpretation-withdrawal", 404, 412, 428)
)
def delete_interpretation(  # one argument a part of the request
    response: Response,
    caller: Interpreter,
    tx: Tx,
    municipality_code: MunicipalityCodePath,
    term_id: TermId,
    if_match: IfMatch,
) -> InterpretationRevision:
    """Withdraw how one's own municipality reads a term; what it said stays in its revisions.

    Drar tillbaka hur den egna kommunen läser ett begrepp; det som har sagts finns kvar i historiken.
    """
    row = withdraw_interpretation(tx, caller, municipality_code, term_id, if_match)
    response.headers["ETag"] = f'"{row.revision}"'
    return present_revision(row)


@router.get(
    _ONE,
    operation_id="getInterpretation",
    dependencies=[INTERPRETATIONS],
    responses=answers("interpretation", 404),
)
async def get_interpretation(
    request: Request, picture: Pictured, municipality_code: MunicipalityCodePath, term_id: TermId
) -> InterpretationRead:
    """Read how a municipality reads a term, as it last said.

    Hur en kommun läser ett begrepp, så som den senast har sagt.
    """
    found = find_reading(picture, municipality_code, term_id)
    tell_revision(request, found.revision)
    return found


@router.get(
    f"{_ONE}/revisions",
    operation_id="listInterpretationRevisions",
    dependencies=[INTERPRETATIONS],
    responses=answers("interpretation-revisions", 404),
)
def list_revisions(
    request: Request, session: Reader, municipality_code: MunicipalityCodePath, term_id: TermId, paging: Paging
) -> Page[InterpretationRevision]:
    """List all that a municipality has said of a term, newest first, withdrawals too.

    Allt som en kommun har sagt om ett begrepp, det senaste först, även det som har dragits tillbaka.
    """
    found = interpretation_revisions(session, municipality_code, term_id)
    if not found:
        raise NotFound(NEVER_SAID)
    return page_of(request, paging, [present_revision(row) for row in slice_of(paging, found)], len(found))


@router.get(
    "/municipalities/{municipalityCode}/interpretations",
    operation_id="listMunicipalityInterpretations",
    dependencies=[INTERPRETATIONS],
    responses=answers("interpretations", 404),
)
async def list_of_municipality(
    request: Request, picture: Pictured, municipality_code: MunicipalityCodePath, paging: Paging
) -> Page[InterpretationRead]:
    """List how a municipality reads terms, in the order of the glossary.

    Hur en kommun läser begreppen, i ordlistans ordning.
    """
    found = readings_of_municipality(picture, municipality_code)
    return page_of(request, paging, slice_of(paging, found), len(found))


@router.get(
    "/terms/{termId}/interpretations",
    operation_id="listTermInterpretations",
    dependencies=[INTERPRETATIONS],
    responses=answers("interpretations", 404),
)
async def list_of_term(
    request: Request, picture: Pictured, term_id: TermId, paging: Paging
) -> Page[InterpretationRead]:
    """List how municipalities read a term, by their codes.

    Hur kommunerna läser ett begrepp, efter kommunkod.
    """
    found = readings_of_term(picture, term_id)
    return page_of(request, paging, slice_of(paging, found), len(found))


@router.get(
    "/divergences",
    operation_id="listDivergences",
    dependencies=[INTERPRETATIONS],
    response_model=Page[Divergence],
    responses=answers("divergences", csv=True),
)
async def list_divergences(
    request: Request, picture: Pictured, query: Annotated[DivergenceQuery, Query()], accepts_csv: AcceptsCsv
) -> Page[Divergence] | Response:
    """List the terms that municipalities read otherwise than the shared text, the furthest apart first; JSON or CSV.

    Begrepp som kommuner läser på annat sätt än den gemensamma texten, störst spridning först; som JSON eller CSV.
    """
    picture.overlays.check_municipality(query.municipality, "/query/municipality")
    found = divergences(picture, query)
    if query.wants_csv(accepted=accepts_csv):
        return csv_answer("divergences", CSV_COLUMNS, divergence_rows(picture, found), query.dialect)
    return page_of(request, query, slice_of(query, found), len(found))
