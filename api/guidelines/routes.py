"""Guidelines, their versions and redlines."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api import clock
from api.dependencies import AsPage, Paging, Public, Reader, tell_revision
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.guidelines.reading import (
    find_with_versions,
    present_guideline,
    present_versions,
)
from api.guidelines.schemas import GuidelineRead, GuidelineVersionRead
from api.openapi import answers
from api.pages.redlines import in_swedish, redline_page
from api.paging import page_of, slice_of
from api.redline import Diff, DiffQuery, redline
from api.schemas import AsOfPaging, AsOfQuery, Page, Slug, VersionNumber
from api.versioning import find_version, versions_to_compare
from db.guidelines import guideline_versions, guidelines, guidelines_begun

router = APIRouter(tags=["guidelines"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.GUIDELINES))])
GuidelineId = Annotated[
    Slug, Path(alias="guidelineId", description="The id of a guideline. Riktlinjens id.", examples=["gemensamt-sprak"])
]
Number = Annotated[VersionNumber, Path(description="The number of a version. Versionens nummer.", examples=["1.0"])]


@router.get("/guidelines", operation_id="listGuidelines", responses=answers("guidelines"))
def list_guidelines(request: Request, session: Reader, query: Annotated[AsOfPaging, Query()]) -> Page[GuidelineRead]:
    """List the county's guidelines by number, each in the version in force today; `asOf` any day.

    Länets riktlinjer i nummerordning, var och en i den version som gäller i dag; `asOf` gäller vilken dag som helst.
    """
    settings, day = request.app.state.settings, query.as_of or clock.today()
    listed = guidelines(session) if query.as_of is None else guidelines_begun(session, query.as_of)
    shown = slice_of(query, listed)
    versions = guideline_versions(session, [guideline.id for guideline in shown])
    items = [
        present_guideline(
            guideline,
            [version for version in versions if version.guideline_id == guideline.id],
            day,
            settings.api_url,
            settings.base_url,
        )
        for guideline in shown
    ]
    return page_of(request, query, items, len(listed))


@router.get("/guidelines/{guidelineId}", operation_id="getGuideline", responses=answers("guideline", 404))
def get_guideline(
    request: Request, session: Reader, guideline_id: GuidelineId, query: Annotated[AsOfQuery, Query()]
) -> GuidelineRead:
    """Read one guideline as it stands today; `asOf` any day.

    En riktlinje så som den gäller i dag; `asOf` gäller vilken dag som helst.
    """
    settings = request.app.state.settings
    guideline, versions = find_with_versions(session, guideline_id, begun=query.as_of)
    tell_revision(request, guideline.revision)
    day = query.as_of or clock.today()
    return present_guideline(guideline, versions, day, settings.api_url, settings.base_url)


@router.get(
    "/guidelines/{guidelineId}/versions",
    operation_id="listGuidelineVersions",
    responses=answers("guideline-versions", 404),
)
def list_versions(
    request: Request, session: Reader, guideline_id: GuidelineId, paging: Paging
) -> Page[GuidelineVersionRead]:
    """List the frozen versions of a guideline, newest first.

    Riktlinjens fastställda versioner, den nyaste först.
    """
    guideline, versions = find_with_versions(session, guideline_id)
    newest_first = present_versions(session, guideline, versions, clock.today())[::-1]
    return page_of(request, paging, slice_of(paging, newest_first), len(versions))


@router.get(
    "/guidelines/{guidelineId}/versions/{number}",
    operation_id="getGuidelineVersion",
    responses=answers("guideline-version", 404),
)
def get_version(session: Reader, guideline_id: GuidelineId, number: Number) -> GuidelineVersionRead:
    """Read one frozen version: its content never changes, and its hash proves it.

    En fastställd version: innehållet ändras aldrig, och kontrollsumman visar det.
    """
    guideline, versions = find_with_versions(session, guideline_id)
    wanted = find_version(versions, number)
    return present_versions(session, guideline, versions, clock.today())[versions.index(wanted)]


@router.get(
    "/guidelines/{guidelineId}/versions/{number}/diff",
    operation_id="compareGuidelineVersions",
    response_model=Diff,
    responses=answers("guideline-diff", 404, page=True),
)
def compare_versions(
    session: Reader, guideline_id: GuidelineId, number: Number, query: Annotated[DiffQuery, Query()], as_page: AsPage
) -> Diff | Response:
    """Show what differs between two versions, per provision and field, word by word; as JSON or as a page.

    Visar vad som skiljer två versioner, per bestämmelse och fält, ord för ord; som JSON eller som en sida.
    """
    _, versions = find_with_versions(session, guideline_id)
    before, after = versions_to_compare(versions, number, query.from_version)
    changes = redline(before.content, after.content)
    if as_page:
        title = in_swedish(after.content["title"])
        return redline_page(title, f"/riktlinjer/{guideline_id}", before.number, after.number, changes)
    return Diff(from_version=before.number, to_version=after.number, changes=changes)
