"""The JSON of organisations."""

from pydantic import Field

from api.schemas import Bool, CountyCode, Link, Output, Paging
from db.vocabulary import OrganisationKind


class OrganisationLinks(Output):
    self: Link
    adoptions: Link | None
    decisions: Link | None
    interpretations: Link | None


class OrganisationRead(Output):
    """A municipality or a county; `participates` tells whether it takes part in this county's work."""

    code: str
    kind: OrganisationKind
    name: str
    county: str
    participates: Bool
    links: OrganisationLinks = Field(alias="_links")


class MunicipalityQuery(Paging):
    county: CountyCode | None = Field(None, description="Only municipalities of this county, by its two-digit code.")
