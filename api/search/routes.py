"""Suggestions while a word is typed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from api.dependencies import Public
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.openapi import answers
from api.search.answers import suggestions
from api.search.schemas import SuggestionQuery, Suggestions
from api.terms.routes import Searchable, choose_overlay

router = APIRouter(tags=["terms"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.TERMS))])


@router.get("/suggestions", operation_id="suggestTerms", response_model=Suggestions, responses=answers("suggestions"))
async def suggest_terms(request: Request, picture: Searchable, query: Annotated[SuggestionQuery, Query()]) -> Response:
    """Complete a word: labels that are the text come first, then what begins with it, holds it, or is a slip from it.

    Kompletterar ett ord: termer som är texten kommer först, sedan de som börjar med den, innehåller den eller skiljer
    sig från den med en bokstav. Svaret anger vilket ord som gav träff och vilket ord som ska användas.
    """
    choose_overlay(request, picture, query.municipality)
    items = suggestions(picture, query)
    return Response(to_json({"items": items}), media_type="application/json")
