"""What waits on a municipality, as a list and as a calendar."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api import clock
from api.dependencies import Paging, Public, Reader
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.identity.authenticate import Asker, TaskReader
from api.openapi import answers, file_answer
from api.organisations.routes import MunicipalityCodePath, find_municipality
from api.paging import page_of, slice_of
from api.tasks.calendar import calendar_file, find_entries
from api.tasks.reading import count_tasks, find_tasks, present_task
from api.tasks.rules import check_reader, sees_decisions
from api.tasks.schemas import CalendarQuery, TaskPage

router = APIRouter(tags=["adoptions"], route_class=StrictRoute)


@router.get("/municipalities/{municipalityCode}/tasks", operation_id="listTasks", responses=answers("tasks", 404))
def list_tasks(
    request: Request, caller: TaskReader, session: Reader, municipality_code: MunicipalityCodePath, paging: Paging
) -> TaskPage:
    """List what waits on one's own municipality, the first day first: statements, decisions, deviations, reviews.

    Det som väntar på den egna kommunen, närmast dag först: remissvar, beslut, avvikelser och översyner.
    """
    find_municipality(session, municipality_code)
    check_reader(caller.organisation, municipality_code)
    day = clock.today()
    found = find_tasks(session, municipality_code, day)
    page = page_of(request, paging, [present_task(task, day) for task in slice_of(paging, found)], len(found))
    return TaskPage(items=page.items, meta=page.meta, links=page.links, counts=count_tasks(found, day))


@router.get(
    "/calendar",
    operation_id="getCalendar",
    # Made from guidelines, decisions and rounds: what changes any of them changes it.
    dependencies=[Depends(Public(Topic.EVENTS))],
    response_class=Response,
    responses=file_answer("text/calendar", "calendar"),
)
def get_calendar(
    request: Request, session: Reader, caller: Asker, query: Annotated[CalendarQuery, Query()]
) -> Response:
    """Subscribe to the days that count, as iCalendar: versions that come into force, and a municipality's own days.

    The decisions that wait on a municipality are told to itself only, by a token with `tasks:read`.
    De dagar som räknas, att prenumerera på: när versioner börjar gälla, och en kommuns egna dagar. Besluten som
    väntar på en kommun visas bara för den själv.
    """
    settings = request.app.state.settings
    private = caller is not None and sees_decisions(caller.organisation, caller.scopes, query.municipality)
    name, entries = find_entries(
        session, query.municipality, clock.today(), settings.api_url, settings.base_url, private=private
    )
    return Response(calendar_file(name, entries), media_type="text/calendar")
