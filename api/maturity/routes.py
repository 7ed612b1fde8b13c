"""What external models measured of municipalities: public or private, as each municipality chooses."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlmodel import Session

from api.dependencies import AcceptsCsv, CreatesOnly, IfMatch, Public, Reader, Tx
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.identity.authenticate import Asker, Caller, ReadinessWriter
from api.maturity.reading import CSV_COLUMNS, present, result_rows
from api.maturity.schemas import (
    CountyQuery,
    DimensionQuery,
    MaturityBody,
    MaturityRead,
    ModelQuery,
)
from api.maturity.service import Place, record_result
from api.openapi import answers, body_example
from api.organisations.routes import MunicipalityCodePath, find_municipality
from api.paging import page_of
from api.schemas import ExternalName, Page, Paging
from api.tables import csv_answer
from db.maturity import Filters, all_results, page_of_results
from db.organisations import municipalities

router = APIRouter(tags=["maturity"], route_class=StrictRoute)
RESULTS = Depends(Public(Topic.ADOPTIONS))
_ALL = "/municipalities/{municipalityCode}/maturity-results"
_ONE = f"{_ALL}/{{model}}/{{modelVersion}}"
Model = Annotated[
    ExternalName, Path(description="The model, named as addresses allow. Modellens namn.", examples=["DiMiOS"])
]
ModelVersion = Annotated[
    ExternalName, Path(alias="modelVersion", description="Its version. Modellens version.", examples=["2026"])
]


@router.put(
    _ONE,
    operation_id="recordMaturityResult",
    responses=answers("maturity-result", 201, 404, 412, 428),
    openapi_extra=body_example("maturity-record", "maturity-retraction"),
)
def put_result(  # noqa: PLR0913
    request: Request,
    response: Response,
    caller: ReadinessWriter,
    tx: Tx,
    municipality_code: MunicipalityCodePath,
    model: Model,
    model_version: ModelVersion,
    if_match: IfMatch,
    creates: CreatesOnly,
    body: MaturityBody,
) -> MaturityRead:
    """Record one figure of an external model for one's own municipality, each dimension and day for itself.

    What is `public` everybody sees, all else only the municipality. To repeat a figure changes nothing; another value
    for the same dimension and day needs `If-Match` with the figure's `revision`, and so does a retraction.

    Registrerar ett mätvärde från en extern modell; kommunen väljer om det ska vara offentligt.
    """
    place = Place(municipality_code, model, model_version)
    created, row = record_result(tx, caller, place, if_match, body, creates=creates)
    response.headers["ETag"] = f'"{row.revision}"'
    if created:
        response.headers["Location"] = f"{request.app.state.settings.api_url}/{place.path}"
        response.status_code = 201
    return present(row)


@router.get(
    _ONE, operation_id="listMaturityResultsOfModel", dependencies=[RESULTS], responses=answers("maturity-results", 404)
)
def list_of_model(
    request: Request,
    session: Reader,
    caller: Asker,
    municipality_code: MunicipalityCodePath,
    model: Model,
    model_version: ModelVersion,
    query: Annotated[DimensionQuery, Query()],
) -> Page[MaturityRead]:
    """List what one version of a model measured of a municipality, the newest figure of each dimension first.

    Vad en version av en modell har mätt i en kommun, det nyaste värdet i varje dimension först.
    """
    wanted = {"model": model, "model_version": model_version, "dimension": query.dimension}
    find_municipality(session, municipality_code)
    return _page(request, session, query, [municipality_code], caller, wanted)


@router.get(
    _ALL, operation_id="listMaturityResults", dependencies=[RESULTS], responses=answers("maturity-results", 404)
)
def list_of_municipality(
    request: Request,
    session: Reader,
    caller: Asker,
    municipality_code: MunicipalityCodePath,
    query: Annotated[ModelQuery, Query()],
) -> Page[MaturityRead]:
    """List what external models measured of a municipality; with its own token also what it keeps private.

    Vad externa modeller har mätt i en kommun; med kommunens egen token även det som inte är offentligt.
    """
    find_municipality(session, municipality_code)
    return _page(request, session, query, [municipality_code], caller, _filters(query))


@router.get(
    "/maturity-results",
    operation_id="listCountyMaturityResults",
    dependencies=[RESULTS],
    response_model=Page[MaturityRead],
    responses=answers("county-maturity-results", csv=True),
)
def list_of_county(
    request: Request,
    session: Reader,
    caller: Asker,
    query: Annotated[CountyQuery, Query()],
    accepts_csv: AcceptsCsv,
) -> Page[MaturityRead] | Response:
    """List the figures of the county's municipalities beside one another, as JSON or CSV; never added up.

    Mätvärden för länets kommuner bredvid varandra, som JSON eller CSV; de läggs aldrig ihop.
    """
    towns = municipalities(session, request.app.state.settings.county)
    names = {town.code: town.name for town in towns if query.municipality in (None, town.code)}
    if query.wants_csv(accepted=accepts_csv):
        found = all_results(session, list(names), _organisation(caller), _filters(query))
        return csv_answer("maturity-results", CSV_COLUMNS, result_rows(found, names), query.dialect)
    return _page(request, session, query, list(names), caller, _filters(query))


def _organisation(caller: Caller | None) -> str | None:
    return caller.organisation if caller else None


def _filters(query: ModelQuery) -> Filters:
    return {"model": query.model, "model_version": query.model_version, "dimension": query.dimension}


def _page(
    request: Request, session: Session, query: Paging, towns: Sequence[str], caller: Caller | None, wanted: Filters
) -> Page[MaturityRead]:
    found, total = page_of_results(
        session, towns, _organisation(caller), wanted, offset=query.offset, limit=query.limit
    )
    return page_of(request, query, [present(row) for row in found], total)
