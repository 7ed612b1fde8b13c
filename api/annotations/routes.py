"""Marking: which terms of the glossary stand in a text."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.annotations.answering import annotate
from api.annotations.schemas import LONGEST_TEXT, AnnotationRequest, Annotations
from api.dependencies import Public
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import PayloadTooLarge
from api.openapi import answers, body_example
from api.published.picture import Picture

router = APIRouter(tags=["terms"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.TERMS))])


@router.post(
    "/annotations",
    operation_id="annotateText",
    response_model=Annotations,
    responses=answers("annotations", 413),
    openapi_extra=body_example("annotation-request", "annotation-request-html"),
)
def annotate_text(request: Request, asked: AnnotationRequest) -> Response:
    """Find the terms of the glossary in a text, in any of their forms; nothing is stored.

    The longest term counts, and only whole words. In HTML nothing is marked in tags, links, code and what is marked
    already, and no mark holds a tag.

    Hittar ordlistans termer i en text, i alla böjningsformer. Ingenting sparas. Den längsta termen gäller, och bara
    hela ord. I HTML märks ingenting i taggar, länkar, kod eller det som redan är märkt, och inget över en tagg.
    """
    if len(asked.text) > LONGEST_TEXT:
        raise PayloadTooLarge(f"The text is longer than {LONGEST_TEXT} characters: send it in parts.")
    picture: Picture = request.app.state.published.picture
    picture.overlays.check_municipality(asked.municipality, "/municipality")
    found = annotate(request.app.state.marker.get(), picture, asked)
    return Response(found, media_type="application/json")
