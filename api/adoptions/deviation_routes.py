"""Where municipalities deviate from what they have adopted."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import clock
from api.adoptions.deviations import CSV_COLUMNS, deviation_rows, deviations_on
from api.adoptions.routes import ADOPTIONS
from api.adoptions.schemas import DeviationQuery, DeviationRead
from api.dependencies import AcceptsCsv, Reader
from api.edge.routing import StrictRoute
from api.openapi import answers
from api.paging import page_of, slice_of
from api.schemas import Page
from api.tables import csv_answer

router = APIRouter(tags=["adoptions"], route_class=StrictRoute)


@router.get(
    "/deviations",
    operation_id="listDeviations",
    dependencies=[ADOPTIONS],
    response_model=Page[DeviationRead],
    responses=answers("deviations", csv=True),
)
def list_deviations(
    request: Request, session: Reader, query: Annotated[DeviationQuery, Query()], accepts_csv: AcceptsCsv
) -> Page[DeviationRead] | Response:
    """List the deviations of all adoptions that stand, those that end first at the top; as JSON or CSV.

    Avvikelser i de antaganden som gäller, den som först löper ut överst; som JSON eller CSV.
    """
    day = query.as_of or clock.today()
    state = request.app.state
    found = deviations_on(session, state.stands, day, state.settings.county, query)
    if query.wants_csv(accepted=accepts_csv):
        return csv_answer(f"deviations-{day}", CSV_COLUMNS, deviation_rows(found), query.dialect)
    return page_of(request, query, slice_of(query, found), len(found))
