"""The service about itself: api-info, its OpenAPI document, health."""

from typing import Literal

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.dependencies import Public
from api.document import RELEASED, VERSION, document_texts
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.openapi import answers
from api.schemas import Day, Output
from api.service.metrics import CONTENT_TYPE, metrics_text

api_router = APIRouter(tags=["service"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.FIXED))])
root_router = APIRouter(tags=["service"], route_class=StrictRoute, include_in_schema=False)


class ApiInfo(Output):
    """What the national REST API profile asks every API to tell (VER.07)."""

    api_name: str
    api_version: str
    api_released: Day
    api_documentation: str
    api_status: Literal["alpha", "beta", "active", "deprecated", "retired", "decommissioned"]


@api_router.get("/api-info", operation_id="getApiInfo", responses=answers("api-info"))
async def get_api_info(request: Request) -> ApiInfo:
    """Read the name, version and state of this API.

    API:ets namn, version och status.
    """
    return ApiInfo.model_validate(
        {
            "apiName": "samsprak",
            "apiVersion": VERSION,
            "apiReleased": RELEASED,
            "apiDocumentation": f"{request.app.state.settings.base_url}/docs",
            "apiStatus": "beta",
        }
    )


@api_router.get("/openapi.json", operation_id="getOpenApiJson", include_in_schema=False)
def get_openapi_json(request: Request) -> Response:
    """Read the OpenAPI document as JSON."""
    in_json, _ = document_texts(request.app, request.app.state.settings)
    return Response(in_json, media_type="application/json")


@api_router.get("/openapi.yaml", operation_id="getOpenApiYaml", include_in_schema=False)
def get_openapi_yaml(request: Request) -> Response:
    """Read the OpenAPI document as YAML."""
    _, in_yaml = document_texts(request.app, request.app.state.settings)
    return Response(in_yaml, media_type="application/yaml")


@root_router.get("/healthz")
async def get_health() -> dict[str, str]:
    """Tell that the process is alive."""
    return {"status": "alive"}


@root_router.get("/readyz")
def get_readiness(request: Request) -> JSONResponse:
    """Tell whether requests can be served: database, schema, disk, key, and that the process is to stay."""
    found = request.app.state.doorkeeper.look()
    return JSONResponse(found.as_json(), 200 if found.ready else 503, headers={"Cache-Control": "no-store"})


@root_router.get("/metrics")
def get_metrics(request: Request) -> Response:
    """Give what Prometheus collects, where the operator has opened it."""
    state = request.app.state
    if not state.settings.shows_metrics:
        raise NotFound("There is nothing at this address.")
    sequence = state.published.picture.sequence
    text = metrics_text(state.cache, state.answers, state.database, state.freshness, sequence, state.began)
    return Response(text, media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})
