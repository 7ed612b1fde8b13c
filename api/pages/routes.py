"""The human pages."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)


@router.get("/")
def landing(request: Request) -> HTMLResponse:
    return HTMLResponse("x")


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    return HTMLResponse("x")


@router.get("/problems/{slug}")
def problem(request: Request, slug: str) -> HTMLResponse:
    return HTMLResponse("x")
