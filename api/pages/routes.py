"""The door for people: Swedish pages that are read, need no script and load nothing from elsewhere."""

import json
import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as PathParameter
from fastapi import Query as QueryParameter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from api import clock
from api.adoptions.reading import adoptions_on, listed_guidelines, matrix, present_adoption
from api.adoptions.schemas import AdoptionMatrix
from api.dependencies import Public, Reader
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound, all_problems
from api.guidelines.reading import find_with_versions, present_guideline, present_versions
from api.openapi import problem_example
from api.pages import words
from api.schemas import Day, Query, Slug
from api.swedish import sort_key
from api.terms.schemas import SearchText
from db.decisions import has_decisions_from
from db.guidelines import guideline_versions, guidelines
from db.organisations import municipalities
from seed import DEMONSTRATION

router = APIRouter(include_in_schema=False, route_class=StrictRoute)

_ADOPTED = ("adopted", "adopted_with_changes")
_CLOSED = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_PAGE_POLICY = f"{_CLOSED}; style-src 'self'; form-action 'self'"
# The API's own page runs a script of ours, and its style sheet holds pictures as data.
_DOCS_POLICY = (
    f"{_CLOSED}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'"
)
# After å, ä and ö have become what sorts after z.
_LETTERS = {"{": "Å", "|": "Ä", "}": "Ö"}


def _swedish(texts: Mapping[str, str]) -> Markup:
    """Show a text in Swedish, or in the language that it has, marked as such."""
    if "sv" in texts:
        return escape(texts["sv"])
    language, text = next(iter(texts.items()))
    return Markup('<span lang="{}">{}</span>').format(language, text)


def _with_code(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = re.split(r"`([^`]*)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_templates.filters["sv"] = _swedish
_templates.filters["code"] = _with_code


def render(name: str, policy: str = _PAGE_POLICY, **values: Any) -> HTMLResponse:
    html = _templates.get_template(name).render(values)
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


class SearchQuery(Query):
    q: SearchText | None = None


class DayQuery(Query):
    datum: Day | None = None


TermId = Annotated[Slug, PathParameter(alias="termId")]
GuidelineId = Annotated[Slug, PathParameter(alias="guidelineId")]
ProblemSlug = Annotated[Slug, PathParameter()]


@router.get("/", dependencies=[Depends(Public(Topic.EVENTS))])
def landing(request: Request, session: Reader) -> HTMLResponse:
    settings = request.app.state.settings
    cells = matrix(session, clock.today(), settings.county).cells
    return render(
        "landing.html",
        terms=len(request.app.state.published.picture.listed(language=None, domain=None, status=None)),
        guidelines=len(guidelines(session)),
        adopted=sum(cell.status in _ADOPTED for cell in cells),
        cells=len(cells),
        api_url=settings.api_url,
        fictional=has_decisions_from(session, DEMONSTRATION),
    )


@router.get("/begrepp", dependencies=[Depends(Public(Topic.TERMS))])
def terms(request: Request, query: Annotated[SearchQuery, QueryParameter()]) -> HTMLResponse:
    picture = request.app.state.published.picture
    cards = picture.listed(language=None, domain=None, status=None)
    groups = [(letter, list(found)) for letter, found in groupby(cards, key=lambda card: _letter(card.preferred))]
    hits = picture.suggest(query.q, None, 50) if query.q else []
    return render("terms.html", query=query.q, hits=hits, groups=groups)


@router.get("/begrepp/{termId}", dependencies=[Depends(Public(Topic.TERMS))])
def term(request: Request, term_id: TermId) -> HTMLResponse:
    picture = request.app.state.published.picture
    card = picture.cards.get(term_id)
    if card is None:
        raise NotFound("No term has this id.")
    return render(
        "term.html",
        term=picture.term(card, linked=False),
        preferred=card.preferred,
        names={other.id: other.preferred for other in picture.ordered},
        kind_names=words.LABEL,
        note_names=words.NOTE,
        audience_names=words.AUDIENCE,
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
    return render("guidelines.html", guidelines=[_json(guideline) for guideline in shown])


@router.get("/riktlinjer/{guidelineId}", dependencies=[Depends(Public(Topic.ADOPTIONS))])
def guideline_page(request: Request, session: Reader, guideline_id: GuidelineId) -> HTMLResponse:
    settings, day = request.app.state.settings, clock.today()
    guideline, versions = find_with_versions(session, guideline_id)
    shown = present_guideline(guideline, versions, day, settings.api_url, settings.base_url)
    version = next(
        found for found in present_versions(session, guideline, versions, day) if found.number == shown.current_version
    )
    towns = municipalities(session, settings.county)
    listed = [facts for facts in listed_guidelines(session, day) if facts.id == guideline_id]
    names = {town.code: town.name for town in towns}
    stands = [(names[row[0]], _json(present_adoption(*row))) for row in adoptions_on(session, day, towns, listed)]
    return render(
        "guideline.html",
        number=guideline.number,
        version=_json(version),
        stands=stands,
        status_names=words.VERSION,
        names=words.ADOPTION,
        symbols=words.SYMBOLS,
    )


@router.get("/laget", dependencies=[Depends(Public(Topic.ADOPTIONS))])
def adoption_page(request: Request, session: Reader, query: Annotated[DayQuery, QueryParameter()]) -> HTMLResponse:
    drawn = matrix(session, query.datum or clock.today(), request.app.state.settings.county)
    return render(
        "matrix.html",
        matrix=_json(drawn),
        rows=_rows(drawn),
        names=words.ADOPTION,
        symbols=words.SYMBOLS,
        fictional=has_decisions_from(session, DEMONSTRATION),
    )


@router.get("/problems", dependencies=[Depends(Public(Topic.FIXED))])
def problem_list() -> HTMLResponse:
    return render("problems.html", problems=all_problems())


@router.get("/problems/{slug}", dependencies=[Depends(Public(Topic.FIXED))])
def problem(slug: ProblemSlug) -> HTMLResponse:
    for kind in all_problems():
        if kind.slug == slug:
            example = json.dumps(problem_example(kind), ensure_ascii=False, indent=2)
            return render("problem.html", problem=kind, example=example)
    raise NotFound("No error has this name.")


@router.get("/docs", dependencies=[Depends(Public(Topic.FIXED))])
def docs() -> HTMLResponse:
    return render("docs.html", _DOCS_POLICY)


def _letter(word: str) -> str:
    first = sort_key(word)[0]
    return _LETTERS.get(first, first.upper())


def _rows(drawn: AdoptionMatrix) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = {town.code: [] for town in drawn.municipalities}
    for cell in drawn.cells:
        rows[cell.municipality].append(cell)
    return rows


def _json(model: Any) -> dict[str, Any]:
    shown: dict[str, Any] = model.model_dump(mode="json", by_alias=True)
    return shown
