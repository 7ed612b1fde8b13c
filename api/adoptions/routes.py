"""A municipality's decisions one by one, and the adoption that is derived from them."""

from typing import Annotated

import uuid_utils.compat as uuid
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import clock
from api.adoptions.guidelines import listed_guidelines
from api.adoptions.reading import present_adoption, with_decisions
from api.adoptions.schemas import (
    AdoptionQuery,
    AdoptionRead,
    DecisionBody,
    DecisionRead,
    ManualDecision,
    RecordedDecision,
    RevisionRead,
)
from api.adoptions.service import MANUAL, present_decision, record_decision
from api.adoptions.stands import Stands
from api.dependencies import Paging, Public, Reader, Tx, tell_revision
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.identity.authenticate import DecisionWriter
from api.openapi import answers, body_example
from api.organisations.routes import MunicipalityCodePath, find_municipality
from api.paging import page_of, slice_of
from api.schemas import AsOfPaging, ExternalName, Page
from db.decisions import find_decision, page_of_decisions, revisions_of
from db.organisations import municipalities

router = APIRouter(tags=["adoptions"], route_class=StrictRoute)
ADOPTIONS = Depends(Public(Topic.ADOPTIONS))
Source = Annotated[
    ExternalName, Path(description="The system that the decision comes from. Källsystemet.", examples=["platina"])
]
ExternalId = Annotated[
    ExternalName,
    Path(
        alias="externalId",
        description="The id of the decision in its own system. Beslutets id i källsystemet.",
        examples=["KS-2026-0042"],
    ),
]


@router.put(
    "/municipalities/{municipalityCode}/decisions/{source}/{externalId}",
    operation_id="recordDecision",
    responses=answers("recorded-decision", 201, 404, 409),
    openapi_extra=body_example("decision", "retraction"),
)
def put_decision(  # noqa: PLR0913
    request: Request,
    response: Response,
    caller: DecisionWriter,
    tx: Tx,
    municipality_code: MunicipalityCodePath,
    source: Source,
    external_id: ExternalId,
    body: DecisionBody,
) -> RecordedDecision:
    """Record a decision of one's own municipality; repeat it as often as you like, in any order.

    A higher `sourceRevision` replaces, a lower one is `stale` and changes nothing, the same one with another
    content is a conflict. Registrerar ett beslut i den egna kommunen; anropet får upprepas, i vilken ordning som helst.
    """
    result, decision = record_decision(tx, caller, municipality_code, source, external_id, body)
    if result == "created":
        response.headers["Location"] = _address(request, municipality_code, source, external_id)
        response.status_code = 201
    return RecordedDecision(result=result, decision=present_decision(decision))


@router.get(
    "/municipalities/{municipalityCode}/decisions/{source}/{externalId}",
    operation_id="getDecision",
    dependencies=[ADOPTIONS],
    responses=answers("municipal-decision", 404),
)
def get_decision(
    request: Request,
    session: Reader,
    municipality_code: MunicipalityCodePath,
    source: Source,
    external_id: ExternalId,
) -> DecisionRead:
    """Read one decision as its newest source revision tells it.

    Ett beslut så som källans senaste revision återger det.
    """
    decision = find_decision(session, municipality_code, source, external_id)
    if decision is None:
        raise NotFound("No decision has this address.")
    tell_revision(request, decision.source_revision)
    return present_decision(decision)


@router.get(
    "/municipalities/{municipalityCode}/decisions/{source}/{externalId}/revisions",
    operation_id="listDecisionRevisions",
    dependencies=[ADOPTIONS],
    responses=answers("decision-revisions", 404),
)
def list_revisions(
    request: Request,
    session: Reader,
    municipality_code: MunicipalityCodePath,
    source: Source,
    external_id: ExternalId,
    paging: Paging,
) -> Page[RevisionRead]:
    """List all that the source has said of a decision, word for word, the newest first.

    Allt som källan har sagt om beslutet, ordagrant, det nyaste först.
    """
    decision = find_decision(session, municipality_code, source, external_id)
    if decision is None:
        raise NotFound("No decision has this address.")
    found = revisions_of(session, decision.id)
    items = [
        RevisionRead(source_revision=each.source_revision, recorded_at=each.recorded_at, record=each.record)
        for each in slice_of(paging, found)
    ]
    return page_of(request, paging, items, len(found))


@router.post(
    "/municipalities/{municipalityCode}/decisions",
    operation_id="writeDecision",
    status_code=201,
    responses=answers("written-decision", 404, status=201),
    openapi_extra=body_example("manual-decision"),
)
def post_decision(
    request: Request,
    response: Response,
    caller: DecisionWriter,
    tx: Tx,
    municipality_code: MunicipalityCodePath,
    body: ManualDecision,
) -> RecordedDecision:
    """Write in a decision by hand, where no system sends it; send `Idempotency-Key`, so that a retry writes it once.

    Its source is `manual` and its id is ours: it is corrected, or retracted, by PUT to the address in `Location`, with
    a higher `sourceRevision`. För in ett beslut för hand; det rättas eller återtas med PUT till adressen i `Location`.
    """
    external_id = str(uuid.uuid7())
    result, decision = record_decision(tx, caller, municipality_code, MANUAL, external_id, body)
    response.headers["Location"] = _address(request, municipality_code, MANUAL, external_id)
    return RecordedDecision(result=result, decision=present_decision(decision))


@router.get(
    "/municipalities/{municipalityCode}/decisions",
    operation_id="listDecisions",
    dependencies=[ADOPTIONS],
    responses=answers("decisions", 404),
)
def list_decisions(
    request: Request, session: Reader, municipality_code: MunicipalityCodePath, paging: Paging
) -> Page[DecisionRead]:
    """List a municipality's decisions, the newest first.

    Kommunens beslut, det nyaste först.
    """
    find_municipality(session, municipality_code)
    found, total = page_of_decisions(session, municipality_code, paging.offset, paging.limit)
    return page_of(request, paging, [present_decision(decision) for decision in found], total)


@router.get(
    "/municipalities/{municipalityCode}/adoptions",
    operation_id="listMunicipalityAdoptions",
    dependencies=[ADOPTIONS],
    responses=answers("adoptions", 404),
)
def list_municipality_adoptions(
    request: Request,
    session: Reader,
    municipality_code: MunicipalityCodePath,
    query: Annotated[AsOfPaging, Query()],
) -> Page[AdoptionRead]:
    """Show where a municipality stands on each guideline, and the decision behind it.

    Visar hur kommunen står till varje riktlinje, och beslutet bakom.
    """
    day = query.as_of or clock.today()
    find_municipality(session, municipality_code)
    stands: Stands = request.app.state.stands
    found = stands.on(session, day, [municipality_code], listed_guidelines(session, day))
    items = [present_adoption(*each) for each in with_decisions(session, slice_of(query, found))]
    return page_of(request, query, items, len(found))


@router.get("/adoptions", operation_id="listAdoptions", dependencies=[ADOPTIONS], responses=answers("adoptions"))
def list_adoptions(request: Request, session: Reader, query: Annotated[AdoptionQuery, Query()]) -> Page[AdoptionRead]:
    """Show where every participating municipality stands on every guideline.

    Visar hur varje deltagande kommun står till varje riktlinje.
    """
    day = query.as_of or clock.today()
    codes = [town.code for town in municipalities(session, request.app.state.settings.county)]
    stands: Stands = request.app.state.stands
    found = [
        stand
        for stand in stands.on(session, day, codes, listed_guidelines(session, day))
        if query.municipality in (None, stand.cell.municipality)
        and query.guideline in (None, stand.cell.guideline)
        and query.status in (None, stand.cell.status)
    ]
    items = [present_adoption(*each) for each in with_decisions(session, slice_of(query, found))]
    return page_of(request, query, items, len(found))


def _address(request: Request, municipality: str, source: str, external_id: str) -> str:
    return f"{request.app.state.settings.api_url}/municipalities/{municipality}/decisions/{source}/{external_id}"
