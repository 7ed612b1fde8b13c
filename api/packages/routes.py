"""The package that a municipal board decides by: one file with all that it needs."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.dependencies import Public
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.guidelines.routes import GuidelineId, Number
from api.openapi import file_answer
from api.packages.packing import pack
from api.packages.reading import Dossier, find_dossier
from api.schemas import MunicipalityCode
from api.schemas import Query as QueryModel
from db.session import reading

# A package is made of the version and of what a municipality has adopted; what tells of guidelines tells of both.
router = APIRouter(tags=["guidelines"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.ADOPTIONS))])


class PackageQuery(QueryModel):
    municipality: MunicipalityCode | None = Field(
        None, description="The redline is from what this municipality adopted last; else from the version before."
    )


@router.get(
    "/guidelines/{guidelineId}/versions/{number}/package",
    operation_id="getGuidelinePackage",
    response_class=Response,
    responses=file_answer("application/zip", "guideline-package", 404),
)
async def get_package(
    request: Request, guideline_id: GuidelineId, number: Number, query: Annotated[PackageQuery, Query()]
) -> Response:
    """Get what a board needs to decide on a version, as a ZIP: text, redline, assessment, metadata, checksums.

    Allt som nämnden behöver för att besluta om en version, i en ZIP-fil: text, ändringar, bedömning, metadata och
    kontrollsummor.
    """
    state = request.app.state

    def found() -> Dossier:
        settings = state.settings
        with reading(state.database) as session:
            return find_dossier(session, guideline_id, number, query.municipality, settings.api_url, settings.base_url)

    dossier = await anyio.to_thread.run_sync(found)
    # One at a time, waiting without a thread or a connection: it takes a core for a while.
    body = await anyio.to_thread.run_sync(pack, dossier, limiter=state.packing)
    name = "-".join([dossier.name, *([query.municipality] if query.municipality else [])])
    return Response(
        body,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )
