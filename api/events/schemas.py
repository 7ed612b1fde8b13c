"""The JSON of the change feed."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas import (
    LARGEST_INTEGER,
    ONE_SPELLING,
    ContentHash,
    Input,
    Instant,
    Link,
    MunicipalityCode,
    Output,
    Paging,
    Query,
    QueryInt,
    Slug,
)


class EventRead(Output):
    """One entry of a stream; hashes chain it to the one before."""

    sequence: int
    id: str
    kind: str
    subject: str
    organisation: str
    occurred_at: Instant
    data: dict[str, Any] | None
    salt: str | None
    data_hash: ContentHash
    previous_hash: ContentHash
    hash: ContentHash


class EventsMeta(Output):
    last_sequence: int


class EventsLinks(Output):
    self: Link
    next: Link | None


class EventPage(Output):
    """Events in order; `next` is there while more are waiting."""

    items: list[EventRead]
    meta: EventsMeta = Field(alias="_meta")
    links: EventsLinks = Field(alias="_links")


_StreamName = Annotated[str, StringConstraints(pattern=r"^(public|[0-9]{2}([0-9]{2})?)$")]


_Kinds = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.([a-z_]+|\*)(,[a-z_]+\.([a-z_]+|\*))*$", max_length=500)]


class _ChosenEvents(Query):
    kinds: _Kinds | None = Field(None, description="Only these, such as `guideline.*,decision.recorded`.")
    stream: _StreamName = Field("public", description="`public`, or an organisation's code with a token of its own.")


class EventQuery(_ChosenEvents):
    after: QueryInt = Field(0, ge=0, le=LARGEST_INTEGER, description="The last sequence that you have; 0 for all.")
    limit: QueryInt = Field(100, ge=1, le=1_000, description="How many events at the most.")


class ListenQuery(_ChosenEvents):
    after: Annotated[int, Field(ge=0, le=LARGEST_INTEGER), ONE_SPELLING] | None = Field(
        None, description="The last sequence that you have; without it, only what comes."
    )


class FeedQuery(Query):
    """Which changes a feed reader is shown, and how far back."""

    kinds: _Kinds | None = Field(None, description="Only these, such as `guideline.*,decision.recorded`.")
    municipality: MunicipalityCode | None = Field(None, description="Only what this municipality has done.")
    guideline: Slug | None = Field(
        None, description="Only what is about this guideline: versions, proposals, decisions on it."
    )
    before: Annotated[int, Field(ge=1, le=LARGEST_INTEGER), ONE_SPELLING] | None = Field(
        None, description="Only what is before this sequence."
    )
    limit: QueryInt = Field(20, ge=1, le=100, description="How many entries at the most.")


class CheckpointQuery(Paging):
    stream: _StreamName = Field("public", description="`public`, or an organisation's code with a token of its own.")


class CheckpointCreate(Input):
    """Which stream to sign as it stands."""

    stream: _StreamName = "public"


class CheckpointRead(Output):
    """How far a stream went, and the hash of that event, which holds all before it; `jws` says the same, signed."""

    stream: str
    sequence: int
    hash: ContentHash
    signed_at: Instant
    jws: str = Field(description="ES256, its type `samsprak-checkpoint+jwt`; the keys are at /.well-known/jwks.json.")
