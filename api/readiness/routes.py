"""How ready municipalities are to introduce a guideline, and who can help whom."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.dependencies import CreatesOnly, IfMatch, Paging, Public, Reader, Tx, tell_revision
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.guidelines.routes import GuidelineId
from api.identity.authenticate import ReadinessWriter
from api.openapi import answers, body_example
from api.organisations.routes import MunicipalityCodePath, find_municipality
from api.paging import page_of, slice_of
from api.readiness.reading import present, present_revision, readiness_of, support_matches
from api.readiness.schemas import ReadinessRead, ReadinessRecord, ReadinessRevision, SupportMatch, SupportQuery
from api.readiness.service import record_readiness
from api.schemas import Page
from db.guidelines import guideline_versions
from db.readiness import newest_readiness, readiness_revisions

router = APIRouter(tags=["readiness"], route_class=StrictRoute)
READINESS = Depends(Public(Topic.ADOPTIONS))
_ALL = "/municipalities/{municipalityCode}/readiness"
_ONE = f"{_ALL}/{{guidelineId}}"
_NEVER_SAID = "The municipality has not recorded how ready it is for this guideline."


@router.put(
    _ONE,
    operation_id="recordReadiness",
    responses=answers("readiness", 201, 404, 412, 428),
    openapi_extra=body_example("readiness-record"),
)
def put_readiness(  # noqa: PLR0913
    request: Request,
    response: Response,
    caller: ReadinessWriter,
    tx: Tx,
    municipality_code: MunicipalityCodePath,
    guideline_id: GuidelineId,
    if_match: IfMatch,
    creates: CreatesOnly,
    body: ReadinessRecord,
) -> ReadinessRead:
    """Record how far one's own municipality has come with what must be in place before a guideline is introduced.

    `If-None-Match: *` creates, `If-Match` replaces. When a new version comes, the answers to prerequisites whose text
    is the same carry over. Registrerar hur långt den egna kommunen har kommit med förutsättningarna för införandet.
    """
    created, row, versions = record_readiness(
        tx, caller, municipality_code, guideline_id, if_match, body, creates=creates
    )
    response.headers["ETag"] = f'"{row.revision}"'
    if created:
        api_url = request.app.state.settings.api_url
        response.headers["Location"] = f"{api_url}/municipalities/{municipality_code}/readiness/{guideline_id}"
        response.status_code = 201
    return present(row, versions)


@router.get(_ONE, operation_id="getReadiness", dependencies=[READINESS], responses=answers("readiness", 404))
def get_readiness(
    request: Request, session: Reader, municipality_code: MunicipalityCodePath, guideline_id: GuidelineId
) -> ReadinessRead:
    """Read how far a municipality has come, against the newest version of the guideline.

    Hur långt en kommun har kommit, mot riktlinjens nyaste version.
    """
    row = newest_readiness(session, municipality_code, guideline_id)
    if row is None:
        raise NotFound(_NEVER_SAID)
    tell_revision(request, row.revision)
    return present(row, guideline_versions(session, [guideline_id]))


@router.get(
    f"{_ONE}/revisions",
    operation_id="listReadinessRevisions",
    dependencies=[READINESS],
    responses=answers("readiness-revisions", 404),
)
def list_revisions(
    request: Request,
    session: Reader,
    municipality_code: MunicipalityCodePath,
    guideline_id: GuidelineId,
    paging: Paging,
) -> Page[ReadinessRevision]:
    """List all that a municipality has said of its readiness, the newest first.

    Allt som kommunen har sagt om hur långt den har kommit, det nyaste först.
    """
    found = readiness_revisions(session, municipality_code, guideline_id)
    if not found:
        raise NotFound(_NEVER_SAID)
    return page_of(request, paging, [present_revision(row) for row in slice_of(paging, found)], len(found))


@router.get(
    _ALL, operation_id="listReadiness", dependencies=[READINESS], responses=answers("readiness-of-municipality", 404)
)
def list_readiness(
    request: Request, session: Reader, municipality_code: MunicipalityCodePath, paging: Paging
) -> Page[ReadinessRead]:
    """List how ready a municipality is, by guideline.

    Hur långt kommunen har kommit, riktlinje för riktlinje.
    """
    find_municipality(session, municipality_code)
    found = readiness_of(session, municipality_code)
    return page_of(request, paging, slice_of(paging, found), len(found))


@router.get(
    "/support-matches",
    operation_id="listSupportMatches",
    dependencies=[READINESS],
    responses=answers("support-matches"),
)
def list_support_matches(
    request: Request, session: Reader, query: Annotated[SupportQuery, Query()]
) -> Page[SupportMatch]:
    """Bring together who needs help with a guideline and who can give it.

    Vilka som behöver hjälp med en riktlinje, och vilka som kan ge den.
    """
    found = support_matches(session, request.app.state.settings.county, query)
    return page_of(request, query, slice_of(query, found), len(found))
