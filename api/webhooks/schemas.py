"""The JSON of webhooks: subscriptions, secrets, deliveries, replays."""

import uuid
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.schemas import (
    LARGEST_INTEGER,
    Bool,
    Input,
    Instant,
    Line,
    Link,
    OrganisationCode,
    Output,
    Paging,
    unset,
)
from db.types import PUBLIC_STREAM
from db.vocabulary import DeliveryStatus, DisabledFor


def _each_once(items: list[str]) -> list[str]:
    if len(set(items)) != len(items):
        code = "repeated"
        raise PydanticCustomError(code, "names each once")
    return items


_UNIQUE = {"uniqueItems": True}
WebhookUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[!-~]+$", max_length=2000),
    Field(
        description="Where to POST: https, a host by its name, port 443 or above 1023. Redirects are not followed.",
        examples=["https://arenden.sundsvall.example/samsprak"],
    ),
]
_Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.([a-z_]+|\*)$", max_length=64)]
Kinds = Annotated[
    list[_Kind],
    Field(
        min_length=1,
        max_length=50,
        json_schema_extra=_UNIQUE,
        description="Only these, such as `guideline.*` or `decision.recorded`; null: all.",
    ),
    AfterValidator(_each_once),
]
Organisations = Annotated[
    list[OrganisationCode],
    Field(
        min_length=1,
        max_length=300,
        json_schema_extra=_UNIQUE,
        description="Only what these organisations did; null: all.",
    ),
    AfterValidator(_each_once),
]
_Sequence = Annotated[int, Field(strict=True, ge=1, le=LARGEST_INTEGER)]


class WebhookCreate(Input):
    """Where to send which events, from now on."""

    url: WebhookUrl
    stream: Annotated[str, StringConstraints(pattern=r"^(public|[0-9]{2}([0-9]{2})?)$")] = Field(
        PUBLIC_STREAM, description="`public`, or the code of one's own organisation for its own stream."
    )
    kinds: Kinds | None = None
    organisations: Organisations | None = None
    description: Line | None = None


class WebhookUpdate(Input):
    """What is to be other; what is left out stays. A stream never changes: make another webhook."""

    url: WebhookUrl = Field(default_factory=unset)
    kinds: Kinds | None = None
    organisations: Organisations | None = None
    description: Line | None = None
    disabled: Bool = Field(default_factory=unset)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty", "names at least one field to change")
        return self


class SigningSecretRead(Output):
    """That a secret is there, and since when; all that are there sign."""

    id: str
    created_at: Instant


class WebhookLinks(Output):
    self: Link
    deliveries: Link


class WebhookRead(Output):
    """A webhook; all up to `sequence` is queued. `failingSince` is when a receiver that takes nothing began to."""

    id: str
    organisation: str
    url: str
    stream: str
    kinds: list[str] | None
    organisations: list[str] | None
    description: str | None
    sequence: int
    secrets: list[SigningSecretRead]
    disabled: bool
    disabled_at: Instant | None
    disabled_for: DisabledFor | None
    failing_since: Instant | None
    revision: int
    created_at: Instant
    changed_at: Instant
    links: WebhookLinks = Field(alias="_links")


class WebhookCreated(WebhookRead):
    """A new webhook with its secret, which is in no other answer: a replay says that it was shown."""

    secret: str | None
    secret_shown: bool


class SigningSecretCreated(SigningSecretRead):
    """A new secret, which is in no other answer: a replay says that it was shown."""

    webhook_id: str
    secret: str | None
    secret_shown: bool


class AttemptRead(Output):
    """One POST: its status if there was an answer, and the reason if it was not taken."""

    started_at: Instant
    milliseconds: int
    status: int | None
    reason: str | None


class PingRead(AttemptRead):
    """What came of a test."""

    message_id: str
    taken: bool


class DeliveryRead(Output):
    """One event on its way; `attempts` are the latest ones, `tries` how many since it was last queued."""

    sequence: int
    event_id: str
    kind: str
    subject: str
    status: DeliveryStatus
    queued_at: Instant
    tries: int
    next_attempt_at: Instant | None
    attempts: list[AttemptRead]


class DeliveryQuery(Paging):
    status: DeliveryStatus | None = Field(None, description="Only those that stand so.")


class ReplayCreate(Input):
    """What to send again: one event, by its sequence or its id, or all after a sequence."""

    sequence: _Sequence | None = None
    event: uuid.UUID | None = None
    after: Annotated[int, Field(strict=True, ge=0, le=LARGEST_INTEGER)] | None = Field(
        None, description="All that the webhook wants after this sequence; 0 for the whole stream."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(value is not None for value in (self.sequence, self.event, self.after)) != 1:
            raise PydanticCustomError("one-of", "names one of sequence, event and after")
        return self


class ReplayRead(Output):
    """From which event to which all that the webhook wants is sent again; none when `first` is past `last`."""

    webhook_id: str
    stream: str
    first: int
    last: int
