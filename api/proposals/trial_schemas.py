"""The JSON of what a proposal would meet and change."""

from typing import Literal

from pydantic import Field

from api.redline import Change
from api.schemas import Day, Output, VersionNumber
from api.search.schemas import Matched
from db.vocabulary import ProposalAction, ProposalStatus


class MissingField(Output):
    """What a text lacks before it can be submitted and approved."""

    pointer: str = Field(description="JSON Pointer into the proposal.")
    code: str
    detail: str


class Resemblance(Output):
    """A like proposal that is open or was rejected: when, why and by which body."""

    id: str
    organisation: str
    status: ProposalStatus
    action: ProposalAction
    title: str
    decided_on: Day | None
    body: str | None
    reason: str | None


class Collision(Output):
    """Something that a proposal should know of; it hinders nothing.

    A `word` is that of another term already, a `lookalike` only seems to be, a `definition` is nearly that of another
    term, a `proposal` is like this one. `use` is the word to use for that term.
    """

    kind: Literal["word", "lookalike", "definition", "proposal"]
    pointer: str = Field(description="JSON Pointer to what collides.")
    detail: str
    term_id: str | None = None
    matched: Matched | None = None
    use: str | None = None
    similarity: int | None = Field(None, description="How much of two definitions is the same, in percent.")
    proposal: Resemblance | None = None


class Preview(Output):
    """The version that an approval would publish, and what it would change in the version that it builds on."""

    version: VersionNumber
    changes: list[Change]


class Trial(Output):
    """What a proposal would meet; nothing is stored."""

    valid: Literal[True]
    collisions: list[Collision]
    missing: list[MissingField]
    preview: Preview | None
