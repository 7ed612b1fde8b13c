"""The matrix, in each of its forms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import clock
from api.adoptions.matrix import CSV_COLUMNS, draw_matrix, matrix_rows
from api.adoptions.matrix_forms import matrix_json, matrix_workbook
from api.adoptions.matrix_schemas import AdoptionMatrix, MatrixQuery
from api.adoptions.matrix_svg import matrix_svg
from api.dependencies import Public, Reader
from api.edge.context import Topic, context_of
from api.edge.routing import StrictRoute
from api.openapi import answers
from api.tables import XLSX, csv_answer

_SVG = "image/svg+xml"
_FORMS = {"text/csv": "csv", XLSX: "xlsx", _SVG: "svg"}
router = APIRouter(tags=["adoptions"], route_class=StrictRoute)


def accepted_form(request: Request) -> str:
    """Tell in which form the Accept header asks for the matrix."""
    context_of(request.scope).negotiated = True
    accepted = request.headers.get("accept", "")
    return next((form for media, form in _FORMS.items() if accepted.startswith(media)), "json")


@router.get(
    "/adoption-matrix",
    operation_id="getAdoptionMatrix",
    dependencies=[Depends(Public(Topic.ADOPTIONS))],
    response_model=AdoptionMatrix,
    responses=answers("adoption-matrix", csv=True, files={XLSX: "adoption-matrix.xlsx", _SVG: "adoption-matrix.svg"}),
)
def get_matrix(
    request: Request,
    session: Reader,
    query: Annotated[MatrixQuery, Query()],
    accepted: Annotated[str, Depends(accepted_form)],
) -> Response:
    """Draw every participating municipality against every guideline, on any day; as JSON, CSV, a workbook or a picture.

    Varje deltagande kommun mot varje riktlinje, vilken dag som helst; som JSON, CSV, arbetsbok eller bild.
    """
    settings = request.app.state.settings
    day = query.as_of or clock.today()
    drawn = draw_matrix(session, request.app.state.stands, day, settings.county, query)
    name = f"adoption-matrix-{drawn.day}"
    match query.format or accepted:
        case "csv":
            return csv_answer(name, CSV_COLUMNS, matrix_rows(drawn), query.dialect)
        case "xlsx":
            attached = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
            return Response(matrix_workbook(drawn), headers=attached, media_type=XLSX)
        case "svg":
            return Response(matrix_svg(drawn, settings.base_url), media_type=_SVG)
        case _:
            return Response(matrix_json(drawn), media_type="application/json")
