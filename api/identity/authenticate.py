"""From the Authorization header of a request to the caller and what it may do."""

import math
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.edge.context import context_of
from api.edge.load import listening
from api.edge.rate_limits import Limits
from api.errors import Forbidden, Unauthorized
from api.identity.parts import InvalidToken
from api.identity.permissions import effective_scopes, takes_part
from api.identity.tokens import Principal

log = structlog.get_logger("samsprak.identity")

bearer = HTTPBearer(
    bearerFormat="JWT",
    scheme_name="bearer",
    description="A JWT of a trusted issuer; it says which organisation speaks. "
    "En JWT från en betrodd utfärdare; den avgör vilken organisation som talar.",
    auto_error=False,
)
_CHALLENGE = 'Bearer realm="samsprak"'


@dataclass(frozen=True)
class Caller:
    """Who calls, for which organisation, with which scopes; by a token until `expires_at`, in Unix seconds."""

    issuer: str
    subject: str
    organisation: str
    scopes: frozenset[str]
    client_id: str | None
    expires_at: float = math.inf


async def maybe_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Caller | None:
    """Give the caller of a public route, or None; a token that is sent must be good."""
    if credentials is None:
        if "authorization" in request.headers:
            raise Unauthorized("The Authorization header is not `Bearer TOKEN`.", {"WWW-Authenticate": _CHALLENGE})
        return None
    try:
        # It may wait for its issuer's keys, which must not be in the way of others.
        with listening(request.scope):
            caller: Caller = await request.app.state.trust.caller(credentials.credentials)
    except InvalidToken as refusal:
        log.warning("token refused", reason=refusal.reason)
        challenge = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
        raise Unauthorized("The token is not valid here, or no longer.", challenge) from None
    context = context_of(request.scope)
    # Once a request: the framework asks again for each set of scopes.
    if not context.known:
        context.known = True
        limits: Limits = request.app.state.limits
        who = caller.client_id or f"{caller.issuer} {caller.subject}"
        await limits.spend(context, (limits.organisation, caller.organisation), (limits.client, who))
    return caller


async def asker(request: Request, caller: Annotated[Caller | None, Security(maybe_caller)]) -> Caller | None:
    """Give the caller to a route whose answer depends on who asks, and mark the answer as such."""
    context_of(request.scope).personal = True
    return caller


async def caller_with_scope(needed: SecurityScopes, caller: Annotated[Caller | None, Security(maybe_caller)]) -> Caller:
    """Give the caller, who must hold one of the scopes that the route names."""
    if caller is None:
        raise Unauthorized("This needs a token.", {"WWW-Authenticate": _CHALLENGE})
    if caller.scopes.isdisjoint(needed.scopes):
        words = " or ".join(sorted(needed.scopes))
        challenge = {"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope"'}
        raise Forbidden(f"The token lacks the scope {words}.", challenge)
    return caller


async def check_scopes(request: Request, needed: SecurityScopes) -> None:
    """Refuse a caller who holds none of the scopes, before the framework asks: raises Unauthorized or Forbidden."""
    await caller_with_scope(needed, await maybe_caller(request, await bearer(request)))


def caller_of(principal: Principal, county: str) -> Caller:
    """Give the caller that a verified token speaks for. Raises Forbidden for an organisation of another county."""
    if not takes_part(principal.organisation, county):
        raise Forbidden(f"The organisation of this token takes no part in county {county}.")
    return Caller(
        issuer=principal.issuer,
        subject=principal.subject,
        organisation=principal.organisation,
        scopes=effective_scopes(principal.organisation, principal.roles, principal.scopes),
        client_id=principal.client_id,
        expires_at=principal.expires_at,
    )


# For dependencies: a route that looks at the caller takes Asker, so that its answer is kept for nobody else.
Anyone = Annotated[Caller | None, Security(maybe_caller)]
Asker = Annotated[Caller | None, Security(asker)]
Proposer = Annotated[Caller, Security(caller_with_scope, scopes=["guidelines:propose", "terms:propose"])]
Mover = Annotated[
    Caller,
    Security(caller_with_scope, scopes=["guidelines:propose", "terms:propose", "proposals:moderate"]),
]
Moderator = Annotated[Caller, Security(caller_with_scope, scopes=["proposals:moderate"])]
Commenter = Annotated[Caller, Security(caller_with_scope, scopes=["comments:write"])]
Decider = Annotated[Caller, Security(caller_with_scope, scopes=["proposals:decide"])]
StatementWriter = Annotated[Caller, Security(caller_with_scope, scopes=["statements:write"])]
IssuerManager = Annotated[Caller, Security(caller_with_scope, scopes=["issuers:manage"])]
DecisionWriter = Annotated[Caller, Security(caller_with_scope, scopes=["decisions:write"])]
Interpreter = Annotated[Caller, Security(caller_with_scope, scopes=["interpretations:write"])]
ReadinessWriter = Annotated[Caller, Security(caller_with_scope, scopes=["readiness:write"])]
TaskReader = Annotated[Caller, Security(caller_with_scope, scopes=["tasks:read"])]
ClientManager = Annotated[Caller, Security(caller_with_scope, scopes=["clients:manage"])]
EventReader = Annotated[Caller, Security(caller_with_scope, scopes=["events:read"])]
WebhookManager = Annotated[Caller, Security(caller_with_scope, scopes=["webhooks:manage"])]
