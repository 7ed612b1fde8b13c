"""What goes into a package, as it stands in the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from api import clock
from api.adoptions.reading import adopted_before
from api.errors import invalid
from api.guidelines.reading import find_with_versions, present_versions
from api.guidelines.schemas import GuidelineVersionRead
from api.packages.head import HeadLine, document_head
from api.versioning import find_version
from db.guidelines import county_decisions
from db.organisations import Organisation, find_organisation


@dataclass(frozen=True)
class Links:
    """Addresses that stay."""

    version: str
    html: str
    package: str


@dataclass(frozen=True)
class Dossier:
    """A version, the text that it is compared with, and for whom; `content` is what was hashed."""

    version: GuidelineVersionRead
    content: Mapping[str, Any]
    head: list[HeadLine]
    town: Organisation | None
    compared_with: str | None
    earlier: Mapping[str, Any] | None
    links: Links

    @property
    def name(self) -> str:
        return f"{self.version.guideline}-{self.version.number}"


def find_dossier(
    session: Session, guideline_id: str, number: str, municipality: str | None, api_url: str, base_url: str
) -> Dossier:
    """Gather what a package holds; raises NotFound, or Unprocessable for a code that no municipality has.

    A municipality's package compares with what it adopted last before this version, any other with the version before.
    """
    town = find_organisation(session, municipality) if municipality else None
    if municipality is not None and town is None:
        raise invalid("/query/municipality", "unknown-municipality", "is the code of no municipality, as 2281 is")
    guideline, stored = find_with_versions(session, guideline_id)
    wanted = find_version(stored, number)
    shown = present_versions(session, guideline, stored, clock.today())[stored.index(wanted)]
    earlier = adopted_before(session, municipality, guideline_id, number) if municipality else shown.supersedes
    decision = county_decisions(session, [wanted.county_decision_id])[wanted.county_decision_id]
    responsible = find_organisation(session, decision.organisation)
    address = f"{api_url}/guidelines/{guideline_id}/versions/{number}"
    return Dossier(
        version=shown,
        content=wanted.content,
        head=document_head(shown, guideline.number, responsible.name if responsible else "", address),
        town=town,
        compared_with=earlier,
        earlier=find_version(stored, earlier).content if earlier else None,
        links=Links(
            version=address,
            html=f"{base_url}/riktlinjer/{guideline_id}",
            package=f"{address}/package" + (f"?municipality={municipality}" if municipality else ""),
        ),
    )
