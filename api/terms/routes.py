"""The glossary for readers: terms, domains, suggestions, the whole in one answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from api.dependencies import Public, Reader, tell_revision
from api.edge.context import Topic, context_of
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.interpretations.schemas import OverlayQuery
from api.openapi import answers
from api.paging import page_links, page_of, slice_of
from api.published.picture import Picture
from api.schemas import Page, Paging, Slug
from api.terms.schemas import (
    DomainRead,
    Glossary,
    SuggestionQuery,
    Suggestions,
    TermQuery,
    TermRead,
    TermVersionRead,
)
from db.terms import find_term, term_versions

router = APIRouter(tags=["terms"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.TERMS))])
TermId = Annotated[
    Slug, Path(alias="termId", description="The id of a term. Begreppets id.", examples=["digital-mognad"])
]


async def current_picture(request: Request) -> Picture:
    picture: Picture = request.app.state.published.picture
    return picture


Pictured = Annotated[Picture, Depends(current_picture)]


def choose_overlay(request: Request, picture: Picture, municipality: str | None) -> None:
    """Keep an answer with readings as long as they stand; raises Unprocessable for who takes no part."""
    picture.overlays.check_municipality(municipality, "/query/municipality")
    if municipality is not None:
        context_of(request.scope).topic = Topic.INTERPRETATIONS


@router.get("/terms", operation_id="listTerms", response_model=Page[TermRead], responses=answers("terms"))
async def list_terms(request: Request, picture: Pictured, query: Annotated[TermQuery, Query()]) -> Response:
    """List terms in Swedish alphabetical order, or search them: the best match comes first.

    Begreppen i svensk bokstavsordning, eller sökning med den bästa träffen först.
    """
    choose_overlay(request, picture, query.municipality)
    found = picture.listed(language=query.language, domain=query.domain, status=query.status)
    if query.q is not None:
        found = picture.search(found, query.q, query.language)
    shown = slice_of(query, found)
    return _json(
        {
            "items": [picture.term(card, municipality=query.municipality) for card in shown],
            "_meta": {"totalRecords": len(found), "page": query.page, "limit": query.limit, "count": len(shown)},
            "_links": page_links(request, query, len(found)).model_dump(by_alias=True),
        }
    )


@router.get("/terms/{termId}", operation_id="getTerm", response_model=TermRead, responses=answers("term", 404))
async def get_term(
    request: Request, picture: Pictured, term_id: TermId, query: Annotated[OverlayQuery, Query()]
) -> Response:
    """Read one term, deprecated or not, with all its labels, definitions and relations.

    Ett begrepp, avrått eller inte, med alla termer, definitioner och relationer.
    """
    choose_overlay(request, picture, query.municipality)
    card = picture.cards.get(term_id)
    if card is None:
        raise NotFound("No term has this id.")
    shown = picture.term(card, municipality=query.municipality)
    tell_revision(request, shown["revision"])
    return _json(shown)


@router.get("/terms/{termId}/versions", operation_id="listTermVersions", responses=answers("term-versions", 404))
def list_term_versions(
    request: Request, session: Reader, term_id: TermId, paging: Annotated[Paging, Query()]
) -> Page[TermVersionRead]:
    """List the frozen versions of a term, newest first.

    Begreppets fastställda versioner, den nyaste först.
    """
    if find_term(session, term_id) is None:
        raise NotFound("No term has this id.")
    versions = term_versions(session, term_id)[::-1]
    items = [
        TermVersionRead.model_validate(
            {
                "term": term_id,
                **version.model_dump(exclude={"term_id", "county_decision_id", "content"}),
                "content": version.content,
            }
        )
        for version in slice_of(paging, versions)
    ]
    return page_of(request, paging, items, len(versions))


@router.get("/domains", operation_id="listDomains", response_model=Page[DomainRead], responses=answers("domains"))
async def list_domains(request: Request, picture: Pictured, paging: Annotated[Paging, Query()]) -> Response:
    """List the subject domains of the glossary, with how many terms each holds.

    Ordlistans ämnesområden och hur många begrepp vart och ett har.
    """
    domains = picture.domain_list()
    shown = slice_of(paging, domains)
    return _json(
        {
            "items": shown,
            "_meta": {"totalRecords": len(domains), "page": paging.page, "limit": paging.limit, "count": len(shown)},
            "_links": page_links(request, paging, len(domains)).model_dump(by_alias=True),
        }
    )


@router.get("/suggestions", operation_id="suggestTerms", response_model=Suggestions, responses=answers("suggestions"))
async def suggest_terms(request: Request, picture: Pictured, query: Annotated[SuggestionQuery, Query()]) -> Response:
    """Complete a word: labels that begin with the text come first, then those that hold it.

    Kompletterar ett ord: termer som börjar med texten kommer först, sedan de som innehåller den.
    """
    choose_overlay(request, picture, query.municipality)
    return _json({"items": picture.suggest(query.q, query.language, query.limit, query.municipality)})


@router.get("/glossary", operation_id="getGlossary", response_model=Glossary, responses=answers("glossary"))
def get_glossary(request: Request, picture: Pictured, query: Annotated[OverlayQuery, Query()]) -> Response:
    """Read the whole glossary in one answer, with a content hash to compare copies by.

    Hela ordlistan i ett svar, med en kontrollsumma att jämföra kopior med.
    """
    choose_overlay(request, picture, query.municipality)
    return Response(picture.glossary(query.municipality), media_type="application/json")


def _json(content: dict[str, Any]) -> Response:
    return Response(to_json(content), media_type="application/json")
