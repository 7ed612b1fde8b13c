"""The JSON of the adoption matrix, and what may be asked of it."""

from typing import Literal

from pydantic import Field

from api.schemas import AsOfQuery, Day, LanguageMap, MunicipalityCode, Output, Slug, VersionNumber
from api.tables import DialectQuery
from db.vocabulary import AdoptionStatus, VersionStatus


class MatrixMunicipality(Output):
    code: str
    name: str


class MatrixGuideline(Output):
    id: str
    title: LanguageMap
    version: VersionNumber


class MatrixCell(Output):
    municipality: str
    guideline: str
    status: AdoptionStatus
    version: VersionNumber | None
    version_status: VersionStatus | None
    decided_on: Day | None
    decision: str | None = Field(description="The address of the decision behind it, below that of the API.")


class GuidelineTotals(Output):
    guideline: str
    counts: dict[AdoptionStatus, int]


class MatrixTotals(Output):
    counts: dict[AdoptionStatus, int]
    guidelines: list[GuidelineTotals]


class AdoptionMatrix(Output):
    """Every participating municipality against every guideline, on a day; totals are of the cells that are shown."""

    as_of: Day
    municipalities: list[MatrixMunicipality]
    guidelines: list[MatrixGuideline]
    cells: list[MatrixCell]
    totals: MatrixTotals


class MatrixQuery(DialectQuery, AsOfQuery):
    """Of which day, which part, and in which form."""

    municipality: MunicipalityCode | None = Field(None, description="Only this municipality.")
    guideline: Slug | None = Field(None, description="Only this guideline.")
    status: AdoptionStatus | None = Field(None, description="Only cells of this status.")
    format: Literal["json", "csv", "xlsx", "svg"] | None = Field(None, description="Goes before the Accept header.")
