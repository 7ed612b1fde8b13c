"""How long it takes until a joint decision is adopted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import clock
from api.dependencies import AcceptsCsv, Public, Reader
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.openapi import answers
from api.statistics.reading import CSV_COLUMNS, find_statistics, statistics_rows
from api.statistics.schemas import Statistics, StatisticsQuery
from api.tables import csv_answer

router = APIRouter(tags=["adoptions"], route_class=StrictRoute)


@router.get(
    "/statistics",
    operation_id="getStatistics",
    dependencies=[Depends(Public(Topic.ADOPTIONS))],
    response_model=Statistics,
    responses=answers("statistics", csv=True),
)
def get_statistics(
    request: Request, session: Reader, query: Annotated[StatisticsQuery, Query()], accepts_csv: AcceptsCsv
) -> Statistics | Response:
    """Tell how many days pass from the joint decision on a version until municipalities first adopt it: the median.

    By guideline, municipality or type of body, and over time. Hur många dagar det tar från det gemensamma beslutet
    tills kommunerna antar versionen: medianen, för varje riktlinje, kommun eller typ av organ, och över tid.
    """
    found = find_statistics(session, query.as_of or clock.today(), request.app.state.settings.county, query)
    if query.wants_csv(accepted=accepts_csv):
        return csv_answer(f"statistics-{found.as_of}", CSV_COLUMNS, statistics_rows(found), query.dialect)
    return found
