"""The glossary for readers: terms, domains, suggestions, the whole in one answer."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from api.dependencies import AsPage, Public, Reader, tell_revision
from api.edge.context import Topic, context_of
from api.edge.encodings import IDENTITY
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.openapi import answers
from api.pages.redlines import redline_page
from api.paging import page_links, page_of, slice_of
from api.published.current import Published
from api.published.picture import Picture
from api.redline import Diff, DiffQuery, redline
from api.schemas import Page, Paging, Slug, VersionNumber
from api.search.answers import counted, find, matched
from api.search.schemas import TermPage, TermQuery
from api.terms.readers import changes_answer, domains_answer, term_answer
from api.terms.reading import find_with_versions, present_version
from api.terms.rules import own_word
from api.terms.schemas import (
    DomainRead,
    Glossary,
    GlossaryChanges,
    GlossaryQuery,
    ReadQuery,
    TermRead,
    TermVersionRead,
)
from api.versioning import find_version, versions_to_compare

router = APIRouter(tags=["terms"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.TERMS))])
TermId = Annotated[
    Slug, Path(alias="termId", description="The id of a term. Begreppets id.", examples=["digital-mognad"])
]
Number = Annotated[VersionNumber, Path(description="The number of a version. Versionens nummer.", examples=["1.0"])]


async def current_picture(request: Request) -> Picture:
    picture: Picture = request.app.state.published.picture
    return picture


async def searchable_picture(request: Request) -> Picture:
    published: Published = request.app.state.published
    return await published.searchable()


async def published(request: Request) -> Published:
    found: Published = request.app.state.published
    return found


Pictured = Annotated[Picture, Depends(current_picture)]
Searchable = Annotated[Picture, Depends(searchable_picture)]
Glossaries = Annotated[Published, Depends(published)]
AsRead = Annotated[ReadQuery, Query()]


def choose_overlay(request: Request, picture: Picture, municipality: str | None) -> None:
    """Keep an answer with readings as long as they stand; raises Unprocessable for who takes no part."""
    picture.overlays.check_municipality(municipality, "/query/municipality")
    if municipality is not None:
        context_of(request.scope).topic = Topic.INTERPRETATIONS


@router.get("/terms", operation_id="listTerms", response_model=TermPage, responses=answers("terms"))
async def list_terms(request: Request, glossaries: Glossaries, query: Annotated[TermQuery, Query()]) -> Response:
    """List terms in Swedish alphabetical order, or search them: the best match comes first.

    All words of `q` must be there, in any order; the last one may be only begun. `facets` counts the terms by domain,
    status, language, audience and letter.

    Begreppen i svensk bokstavsordning, eller sökning med den bästa träffen först. Alla ord i `q` måste finnas med, och
    det sista får vara bara påbörjat. `facets` räknar begreppen per område, status, språk, målgrupp och bokstav.
    """
    picture = await glossaries.searchable(query.as_of)
    choose_overlay(request, picture, query.municipality)
    found, filters = find(picture.index, query)
    kept = found.narrowed(filters)
    shown = kept.page(query.offset, query.limit)
    items = b",".join(
        picture.term_json(hit.card, query.municipality, matched=matched(hit.card, hit.match)) for hit in shown
    )
    more = {
        "facets": counted(found, filters, query.facets),
        "_meta": {"totalRecords": kept.total, "page": query.page, "limit": query.limit, "count": len(shown)},
        "_links": page_links(request, query, kept.total).model_dump(by_alias=True),
    }
    return _ready(b'{"items":[%b],%b' % (items, to_json(more)[1:]))


@router.get("/terms/{termId}", operation_id="getTerm", response_model=TermRead, responses=answers("term", 404))
async def get_term(request: Request, glossaries: Glossaries, term_id: TermId, query: AsRead) -> Response:
    """Read one term, deprecated or not, with all its labels, definitions and relations; `asOf` any day.

    Ett begrepp, avrått eller inte, med alla termer, definitioner och relationer; `asOf` gäller vilken dag som helst.
    """
    picture = await glossaries.on(query.as_of)
    choose_overlay(request, picture, query.municipality)
    found = term_answer(picture, term_id, query.municipality)
    if found is None:
        raise NotFound("No term with this id is valid on that day." if query.as_of else "No term has this id.")
    tell_revision(request, found.revision)
    return _ready(found.body)


@router.get("/terms/{termId}/versions", operation_id="listTermVersions", responses=answers("term-versions", 404))
def list_term_versions(
    request: Request, session: Reader, term_id: TermId, paging: Annotated[Paging, Query()]
) -> Page[TermVersionRead]:
    """List the frozen versions of a term, newest first.

    Begreppets fastställda versioner, den nyaste först.
    """
    versions = find_with_versions(session, term_id)
    items = [present_version(versions, version) for version in slice_of(paging, versions[::-1])]
    return page_of(request, paging, items, len(versions))


@router.get("/terms/{termId}/versions/{number}", operation_id="getTermVersion", responses=answers("term-version", 404))
def get_term_version(session: Reader, term_id: TermId, number: Number) -> TermVersionRead:
    """Read one frozen version of a term: its content never changes, and its hash proves it.

    En fastställd version av ett begrepp: innehållet ändras aldrig, och kontrollsumman visar det.
    """
    versions = find_with_versions(session, term_id)
    return present_version(versions, find_version(versions, number))


@router.get(
    "/terms/{termId}/versions/{number}/diff",
    operation_id="compareTermVersions",
    response_model=Diff,
    responses=answers("term-diff", 404, page=True),
)
def compare_term_versions(
    session: Reader, term_id: TermId, number: Number, query: Annotated[DiffQuery, Query()], as_page: AsPage
) -> Diff | Response:
    """Show what differs between two versions of a term, per label, definition and note; as JSON or as a page.

    Visar vad som skiljer två versioner av ett begrepp, per ord, definition och anteckning; som JSON eller som en sida.
    """
    versions = find_with_versions(session, term_id)
    before, after = versions_to_compare(versions, number, query.from_version)
    changes = redline(before.content, after.content)
    if as_page:
        return redline_page(
            own_word(after.content["labels"]), f"/begrepp/{term_id}", before.number, after.number, changes
        )
    return Diff(from_version=before.number, to_version=after.number, changes=changes)


@router.get("/domains", operation_id="listDomains", response_model=Page[DomainRead], responses=answers("domains"))
async def list_domains(request: Request, picture: Pictured, paging: Annotated[Paging, Query()]) -> Response:
    """List the subject domains of the glossary, with how many terms each holds.

    Ordlistans ämnesområden och hur många begrepp vart och ett har.
    """
    links = page_links(request, paging, len(picture.domains))
    return _ready(domains_answer(picture, paging, links).body)


@router.get(
    "/glossary", operation_id="getGlossary", response_model=Glossary | GlossaryChanges, responses=answers("glossary")
)
async def get_glossary(
    request: Request, glossaries: Glossaries, session: Reader, query: Annotated[GlossaryQuery, Query()]
) -> Response:
    """Read the whole glossary in one answer, or what has changed since a sequence that a copy was fetched at.

    `contentHash` names the whole in both: a copy with the changes worked in has the same. Deprecated terms stay. `asOf`
    gives the whole of any day.

    Hela ordlistan i ett svar, eller det som har ändrats sedan den sekvens då en kopia hämtades. `contentHash` gäller
    hela ordlistan i båda fallen. Avrådda begrepp står kvar. `asOf` gäller vilken dag som helst.
    """
    picture = await glossaries.on(query.as_of)
    choose_overlay(request, picture, query.municipality)
    if query.since is not None:
        return _ready(await to_thread.run_sync(changes_answer, picture, session, query.since, query.municipality))
    context = context_of(request.scope)
    # A large glossary takes a while: others are answered meanwhile.
    bundle = picture.bundle_for(query.municipality)
    context.tag, body = await to_thread.run_sync(bundle.coded, context.coding)
    coded = {} if context.coding is IDENTITY else {"Content-Encoding": context.coding.name}
    return Response(body, headers=coded, media_type="application/json")


def _json(content: dict[str, Any]) -> Response:
    return _ready(to_json(content))


def _ready(body: bytes) -> Response:
    return Response(body, media_type="application/json")
