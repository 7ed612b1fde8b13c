"""The glossary for readers: terms, domains, suggestions, the whole in one answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from api.dependencies import Public, Reader, tell_revision
from api.edge.context import Topic, context_of
from api.edge.encodings import IDENTITY
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.openapi import answers
from api.paging import page_links, page_of, slice_of
from api.published.picture import Picture
from api.schemas import Page, Paging, Slug
from api.terms.readers import changes_answer, suggestions_answer, term_answer
from api.terms.schemas import (
    DomainRead,
    Glossary,
    GlossaryChanges,
    GlossaryQuery,
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


@router.get("/terms", operation_id="listTerms", response_model=Page[TermRead], responses=answers("terms"))
async def list_terms(request: Request, picture: Pictured, query: Annotated[TermQuery, Query()]) -> Response:
    """List terms in Swedish alphabetical order, or search them: the best match comes first.

    Begreppen i svensk bokstavsordning, eller sökning med den bästa träffen först.
    """
    found = picture.listed(language=query.language, domain=query.domain, status=query.status)
    if query.q is not None:
        found = picture.search(found, query.q, query.language)
    shown = slice_of(query, found)
    more = {
        "_meta": {"totalRecords": len(found), "page": query.page, "limit": query.limit, "count": len(shown)},
        "_links": page_links(request, query, len(found)).model_dump(by_alias=True),
    }
    items = b",".join(map(picture.term_json, shown))
    return _ready(b'{"items":[%b],%b' % (items, to_json(more)[1:]))


@router.get("/terms/{termId}", operation_id="getTerm", response_model=TermRead, responses=answers("term", 404))
async def get_term(request: Request, picture: Pictured, term_id: TermId) -> Response:
    """Read one term, deprecated or not, with all its labels, definitions and relations.

    Ett begrepp, avrått eller inte, med alla termer, definitioner och relationer.
    """
    found = term_answer(picture, term_id)
    if found is None:
        raise NotFound("No term has this id.")
    tell_revision(request, found.revision)
    return _ready(found.body)


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
async def suggest_terms(picture: Pictured, query: Annotated[SuggestionQuery, Query()]) -> Response:
    """Complete a word: labels that begin with the text come first, then those that hold it.

    Kompletterar ett ord: termer som börjar med texten kommer först, sedan de som innehåller den.
    """
    return _ready(suggestions_answer(picture, query).body)


@router.get(
    "/glossary", operation_id="getGlossary", response_model=Glossary | GlossaryChanges, responses=answers("glossary")
)
def get_glossary(
    request: Request, picture: Pictured, session: Reader, query: Annotated[GlossaryQuery, Query()]
) -> Response:
    """Read the whole glossary in one answer, or what has changed since a sequence that a copy was fetched at.

    `contentHash` names the whole in both: a copy with the changes worked in has the same. Deprecated terms stay.

    Hela ordlistan i ett svar, eller det som har ändrats sedan den sekvens då en kopia hämtades. `contentHash` gäller
    hela ordlistan i båda fallen. Avrådda begrepp står kvar.
    """
    if query.since is not None:
        return _ready(changes_answer(picture, session, query.since))
    context = context_of(request.scope)
    context.tag, body = picture.bundle.coded(context.coding)
    coded = {} if context.coding is IDENTITY else {"Content-Encoding": context.coding.name}
    return Response(body, headers=coded, media_type="application/json")


def _json(content: dict[str, Any]) -> Response:
    return _ready(to_json(content))


def _ready(body: bytes) -> Response:
    return Response(body, media_type="application/json")
