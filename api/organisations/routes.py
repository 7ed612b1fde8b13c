"""Municipalities and counties."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlmodel import Session

from api.dependencies import Public, Reader
from api.edge.context import Topic
from api.edge.routing import StrictRoute
from api.errors import NotFound
from api.openapi import answers
from api.organisations.schemas import MunicipalityQuery, OrganisationLinks, OrganisationRead
from api.paging import page_of, slice_of
from api.schemas import Link, MunicipalityCode, OrganisationCode, Page
from api.settings import Settings
from db.organisations import Organisation, find_organisation, municipalities
from db.vocabulary import OrganisationKind

router = APIRouter(tags=["organisations"], route_class=StrictRoute, dependencies=[Depends(Public(Topic.FIXED))])
MunicipalityCodePath = Annotated[
    MunicipalityCode,
    Path(alias="municipalityCode", description="A municipality's four digits. Kommunkoden.", examples=["2281"]),
]
OrganisationCodePath = Annotated[
    OrganisationCode,
    Path(
        alias="organisationCode",
        description="Four digits for a municipality, two for a county. Kommun- eller länskod.",
        examples=["22"],
    ),
]


def find_municipality(session: Session, code: str) -> Organisation:
    """Load a municipality; raises NotFound."""
    found = find_organisation(session, code)
    if found is None or found.kind != OrganisationKind.MUNICIPALITY:
        raise NotFound("No municipality has this code.")
    return found


def present(organisation: Organisation, settings: Settings) -> OrganisationRead:
    is_municipality = organisation.kind == OrganisationKind.MUNICIPALITY
    folder = "municipalities" if is_municipality else "organisations"
    address = f"{settings.api_url}/{folder}/{organisation.code}"
    return OrganisationRead(
        code=organisation.code,
        kind=organisation.kind,
        name=organisation.name,
        county=organisation.county_code,
        participates=organisation.county_code == settings.county,
        links=OrganisationLinks(
            self=Link(href=address, rel="self"),
            adoptions=Link(href=f"{address}/adoptions", rel="related") if is_municipality else None,
            decisions=Link(href=f"{address}/decisions", rel="related") if is_municipality else None,
            interpretations=Link(href=f"{address}/interpretations", rel="related") if is_municipality else None,
        ),
    )


@router.get("/municipalities", operation_id="listMunicipalities", responses=answers("municipalities"))
def list_municipalities(
    request: Request, session: Reader, query: Annotated[MunicipalityQuery, Query()]
) -> Page[OrganisationRead]:
    """List Sweden's municipalities by code; `participates` marks those of this county.

    Sveriges kommuner efter kod; `participates` märker ut dem som deltar.
    """
    found = municipalities(session, query.county)
    items = [present(town, request.app.state.settings) for town in slice_of(query, found)]
    return page_of(request, query, items, len(found))


@router.get(
    "/municipalities/{municipalityCode}", operation_id="getMunicipality", responses=answers("municipality", 404)
)
def get_municipality(request: Request, session: Reader, code: MunicipalityCodePath) -> OrganisationRead:
    """Read one municipality, with links to where it stands.

    En kommun, med länkar till hur den står till riktlinjerna.
    """
    return present(find_municipality(session, code), request.app.state.settings)


@router.get(
    "/organisations/{organisationCode}",
    operation_id="getOrganisation",
    responses=answers("municipality", 404),
)
def get_organisation(request: Request, session: Reader, code: OrganisationCodePath) -> OrganisationRead:
    """Read a municipality or a county by its code.

    En kommun eller ett län efter sin kod.
    """
    found = find_organisation(session, code)
    if found is None:
        raise NotFound("No organisation has this code.")
    return present(found, request.app.state.settings)
