"""What the layers of one request tell one another."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from starlette.types import Scope

from api.edge.encodings import IDENTITY, Coding

if TYPE_CHECKING:
    from api.edge.idempotency import Claim
    from api.edge.load import Load
    from api.edge.rate_limits import Balance

_KEY = "samsprak"
# Never limited: who asks for these decides whether the service is restarted.
FREE = frozenset({"/healthz", "/readyz"})


class Topic(StrEnum):
    """What a public answer is made from: it is kept until that changes."""

    TERMS = "terms"
    # How municipalities read terms, and the terms with it: the shared text alone is kept when only the former changes.
    INTERPRETATIONS = "interpretations"
    GUIDELINES = "guidelines"
    PROPOSALS = "proposals"
    ADOPTIONS = "adoptions"
    EVENTS = "events"
    FIXED = "fixed"


@dataclass(slots=True)
class RequestContext:
    """Filled by routes and read by the edge, whatever scope copies lie between them."""

    request_id: str = ""
    topic: Topic | None = None
    # Whether the route looked at who asks; if not, its answer is the same with a token or without.
    personal: bool = False
    revision: int | None = None
    # How the body is to be coded; a route that codes it itself gives the tag of what it has made, too.
    coding: Coding = IDENTITY
    tag: bytes | None = None
    # Whether the Accept header chooses between answers.
    negotiated: bool = False
    public_sequence: int | None = None
    # Whether this process knows that it lacks what is committed.
    behind: bool = False
    body: bytes = b""
    claim: "Claim | None" = None
    # Members of the answer that its stored copy must not hold.
    shown_once: tuple[str, ...] = ()
    # Whether a token has proved who calls; what is left to that caller, or to the address.
    known: bool = False
    balances: "list[Balance]" = field(default_factory=list)
    address: str = ""
    load: "Load | None" = None


def context_of(scope: Scope) -> RequestContext:
    """Give the request's context, making it on first use."""
    found = scope.get(_KEY)
    if not isinstance(found, RequestContext):
        found = scope[_KEY] = RequestContext()
    return found
