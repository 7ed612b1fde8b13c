"""The door for people: Swedish pages that are read, need no script and load nothing from elsewhere."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse

from api import clock
from api.dependencies import Public, Reader
from api.edge.context import Topic
from api.errors import NotFound, all_problems
from api.guidelines.reading import find_with_versions, present_guideline, present_versions
from api.interpretations.reading import divergences, readings_of_term
from api.interpretations.schemas import DivergenceQuery
from api.openapi import problem_example
from api.pages.glossary import definitions, domain_name, look_up, word_list
from api.pages.proposals import proposal_view
from api.pages.rendering import DOCS_POLICY, render
from api.pages.serving import PageRoute
from api.pages.standing import is_made_up, standing
from api.proposals.routes import ProposalId
from api.published.picture import Picture
from api.schemas import Day, QueryInt, Slug
from api.terms.routes import Searchable
from db.decisions import has_decisions_from
from db.guidelines import guideline_versions, guidelines, version_heads
from db.organisations import find_organisation
from db.terms import term_versions
from seed import DEMONSTRATION

# So many keep the page light.
_MOST_DIVERGENCES = 50
router = APIRouter(include_in_schema=False, route_class=PageRoute)


def _visible(text: str) -> str:
    """Leave out what cannot be seen: it is never meant, and some of it no page may hold."""
    return "".join(char for char in text if char.isprintable()).strip()


# An empty field of a form is no answer, not a faulty one.
Sought = Annotated[str, BeforeValidator(_visible), Query(max_length=200)]
OnDay = Annotated[Day | None, BeforeValidator(lambda sent: sent or None), Query()]
PageNumber = Annotated[QueryInt, Query(ge=1, le=100_000)]
TermId = Annotated[Slug, Path(alias="termId")]
GuidelineId = Annotated[Slug, Path(alias="guidelineId")]
ProblemSlug = Annotated[Slug, Path()]


@router.get("/", dependencies=[Depends(Public(Topic.EVENTS))])
def landing(request: Request, session: Reader) -> HTMLResponse:
    settings, picture = request.app.state.settings, _picture(request)
    county = find_organisation(session, settings.county)
    return render(
        "landing.html",
        county=county.name if county else "länet",
        terms=sum(domain["termCount"] for domain in picture.domain_list()),
        standing=standing(session, request.app.state.stands, clock.today(), settings.county),
        api_url=settings.api_url,
        contact=settings.contact,
        has_fiction=has_decisions_from(session, DEMONSTRATION),
    )


@router.get("/begrepp", dependencies=[Depends(Public(Topic.TERMS))])
def terms(picture: Searchable, q: Sought = "", sida: PageNumber = 1) -> HTMLResponse:
    if q:
        total, hits = look_up(picture, q)
        return render("search.html", query=q, total=total, hits=hits)
    words = word_list(picture, sida)
    if sida > words.pages:
        raise NotFound("The word list has no such page.")
    return render("terms.html", query="", list=words)


@router.get("/begrepp/{termId}", dependencies=[Depends(Public(Topic.INTERPRETATIONS))])
def term(request: Request, session: Reader, term_id: TermId) -> HTMLResponse:
    picture = _picture(request)
    card = picture.cards.get(term_id)
    if card is None:
        raise NotFound("No term has this id.")
    shown = picture.term(card)
    return render(
        "term.html",
        term=shown,
        preferred=card.preferred,
        definitions=definitions(shown),
        domain=domain_name(picture, card.domain),
        versions=term_versions(session, term_id)[::-1],
        cards=picture.cards,
        found=readings_of_term(picture, term_id),
        towns=picture.overlays.towns,
        # What cites a term changes with the glossary, and so do the titles.
        titles={(head.guideline_id, head.number): head.title for head in version_heads(session)},
    )


@router.get("/skillnader", dependencies=[Depends(Public(Topic.INTERPRETATIONS))])
def divergence_page(request: Request) -> HTMLResponse:
    picture = _picture(request)
    found = divergences(picture, DivergenceQuery())
    return render(
        "divergences.html",
        total=len(found),
        terms=[(term, readings_of_term(picture, term.term_id)) for term in found[:_MOST_DIVERGENCES]],
        cards=picture.cards,
        towns=picture.overlays.towns,
    )


@router.get("/riktlinjer", dependencies=[Depends(Public(Topic.GUIDELINES))])
def guideline_list(request: Request, session: Reader) -> HTMLResponse:
    settings, day = request.app.state.settings, clock.today()
    versions = guideline_versions(session)
    shown = [
        present_guideline(
            guideline,
            [version for version in versions if version.guideline_id == guideline.id],
            day,
            settings.api_url,
            settings.base_url,
        )
        for guideline in guidelines(session)
    ]
    return render("guidelines.html", guidelines=shown)


# Made from guidelines, terms and decisions: what changes any of them changes this page.
@router.get("/riktlinjer/{guidelineId}", dependencies=[Depends(Public(Topic.EVENTS))])
def guideline_page(request: Request, session: Reader, guideline_id: GuidelineId, datum: OnDay = None) -> HTMLResponse:
    settings, day = request.app.state.settings, datum or clock.today()
    guideline, stored = find_with_versions(session, guideline_id)
    head = present_guideline(guideline, stored, day, settings.api_url, settings.base_url)
    versions = present_versions(session, guideline, stored, day)
    return render(
        "guideline.html",
        head=head,
        version=next(found for found in versions if found.number == head.current_version),
        versions=versions[::-1],
        cards=_picture(request).cards,
        standing=standing(session, request.app.state.stands, day, settings.county, guideline_id),
        is_made_up=is_made_up,
        earlier=_other_day(datum),
    )


@router.get("/forslag/{proposalId}", dependencies=[Depends(Public(Topic.PROPOSALS))])
def proposal_page(request: Request, session: Reader, proposal_id: ProposalId) -> HTMLResponse:
    return render("proposal.html", **proposal_view(session, proposal_id, request.app.state.settings))


@router.get("/laget", dependencies=[Depends(Public(Topic.ADOPTIONS))])
def adoption_page(request: Request, session: Reader, datum: OnDay = None) -> HTMLResponse:
    state = request.app.state
    drawn = standing(session, state.stands, datum or clock.today(), state.settings.county)
    return render("standing.html", standing=drawn, is_made_up=is_made_up, earlier=_other_day(datum))


@router.get("/problems", dependencies=[Depends(Public(Topic.FIXED))])
def problem_list() -> HTMLResponse:
    return render("problems.html", problems=all_problems())


@router.get("/problems/{slug}", dependencies=[Depends(Public(Topic.FIXED))])
def problem(request: Request, slug: ProblemSlug) -> HTMLResponse:
    for kind in all_problems():
        if kind.slug == slug:
            address = f"{request.app.state.settings.base_url}/problems/{slug}"
            example: dict[str, Any] = problem_example(kind) | {"type": address}
            text = json.dumps(example, ensure_ascii=False, indent=2)
            return render("problem.html", problem=kind, example=text)
    raise NotFound("No error has this name.")


@router.get("/docs", dependencies=[Depends(Public(Topic.FIXED))])
def docs() -> HTMLResponse:
    return render("docs.html", policy=DOCS_POLICY)


def _picture(request: Request) -> Picture:
    picture: Picture = request.app.state.published.picture
    return picture


def _other_day(datum: date | None) -> date | None:
    """Give the day that was asked for, unless it is today."""
    return None if datum == clock.today() else datum
