"""The JSON of what external models measured of municipalities."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, PlainSerializer, Tag, WithJsonSchema

from api.schemas import Bool, Day, ExternalName, Input, Instant, Line, MunicipalityCode, Output, Paging, which_form
from api.tables import TableQuery
from api.texts import Readable

_Scale = Annotated[str, Readable(100, lines=False)]
_LARGEST = 10**9
_Figure = Annotated[float, Field(strict=True, ge=-_LARGEST, le=_LARGEST, allow_inf_nan=False)]
# 48 as it was sent, and not 48.0.
_Shown = Annotated[
    float,
    PlainSerializer(lambda value: int(value) if value.is_integer() else value),
    WithJsonSchema({"type": "number"}),
]


class Measurement(Input):
    """Which figure of a model."""

    dimension: Line = Field(description="What the model measures, in its own words.")
    measured_on: Day


class MaturityRecord(Measurement):
    """One figure as the model gives it; without `public` only the municipality itself sees it."""

    value: _Figure
    scale: _Scale = Field(description="The scale of the value, in the model's own words: `0-100`.")
    source: Line = Field(description="Where the figure comes from: a report, a survey.")
    public: Bool = False
    # True is a retraction; a Literal would take 0 for false.
    retracted: Annotated[Bool, WithJsonSchema({"type": "boolean", "const": False})] = False


class MaturityRetraction(Measurement):
    """What withdraws a figure: what was measured falsely is no figure at all."""

    retracted: Literal[True]


MaturityBody = Annotated[
    Annotated[MaturityRecord, Tag("<record>")] | Annotated[MaturityRetraction, Tag("<retraction>")],
    Discriminator(which_form),
]


class MaturityRead(Output):
    """One figure of one model on one day; a retracted one keeps no content, and stands in no list."""

    municipality: MunicipalityCode
    model: str
    model_version: str
    dimension: str
    measured_on: Day
    retracted: bool
    value: _Shown | None
    scale: str | None
    source: str | None
    public: bool
    revision: int
    recorded_at: Instant


class DimensionQuery(Paging):
    dimension: Line | None = Field(None, description="Only figures of this dimension.")


class ModelQuery(DimensionQuery):
    model: ExternalName | None = Field(None, description="Only figures of this model.")
    model_version: ExternalName | None = Field(None, description="Only figures of this version of the model.")


class CountyQuery(TableQuery, ModelQuery):
    """Which figures; CSV has all of them, however many a page holds."""

    municipality: MunicipalityCode | None = Field(None, description="Only those of this municipality.")
