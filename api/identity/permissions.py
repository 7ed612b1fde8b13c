"""Who may do what: roles give scopes, routes need scopes. What has no row here is not served."""

from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

_READER = frozenset({"tasks:read"})
_EDITOR = _READER | {"terms:propose", "guidelines:propose", "comments:write"}
_COORDINATOR = _EDITOR | {
    "statements:write",
    "interpretations:write",
    "readiness:write",
    "decisions:write",
    "clients:manage",
    "webhooks:manage",
    "events:read",
}
_INTEGRATOR = frozenset({"decisions:write", "webhooks:manage", "events:read", "tasks:read"})
_COUNTY_EDITOR = _EDITOR | {"proposals:moderate", "proposals:decide", "events:read"}
_COUNTY_ADMIN = frozenset({"issuers:manage", "clients:manage", "webhooks:manage", "events:read"})

ROLES: dict[str, frozenset[str]] = {
    "reader": _READER,
    "editor": _EDITOR,
    "coordinator": _COORDINATOR,
    "integrator": _INTEGRATOR,
    "county_editor": _COUNTY_EDITOR,
    "county_admin": _COUNTY_ADMIN,
}
# A municipality's issuer may name these roles, but they mean nothing there.
COUNTY_ROLES = frozenset({"county_editor", "county_admin"})
COUNTY_SCOPES = frozenset({"proposals:moderate", "proposals:decide", "issuers:manage"})
SCOPES = frozenset[str]().union(*ROLES.values())


def takes_part(organisation: str, county: str) -> bool:
    """Tell whether an organisation is the county's secretariat or one of its municipalities."""
    return organisation.startswith(county)


class Access(NamedTuple):
    """One row: any one of `scopes` opens the route, none means that it is public.

    `rule` tells what is asked about the object itself, in words; the code is in a `rules.py`.
    """

    method: str
    path: str
    scopes: frozenset[str] = frozenset()
    rule: str = ""


_PROPOSE = frozenset({"guidelines:propose", "terms:propose"})
_MODERATE = frozenset({"proposals:moderate"})
_MOVE = _PROPOSE | _MODERATE
_COMMENT = frozenset({"comments:write"})
_ISSUERS = frozenset({"issuers:manage"})
_INTERPRETATIONS = frozenset({"interpretations:write"})
_READINESS = frozenset({"readiness:write"})
_RECORD = frozenset({"decisions:write"})
_CLIENTS = frozenset({"clients:manage"})
_WEBHOOKS = frozenset({"webhooks:manage"})
_OF_A_STREAM = "its own organisation; of its own stream with events:read"
_API = "/api/v1"
_MATURITY = f"{_API}/municipalities/{{municipalityCode}}/maturity-results"
_ROUNDS = f"{_API}/proposals/{{proposalId}}/rounds"

ROUTES: tuple[Access, ...] = (
    Access("GET", "/"),
    Access("GET", "/begrepp"),
    Access("GET", "/begrepp/{termId}"),
    Access("GET", "/skillnader"),
    Access("GET", "/riktlinjer"),
    Access("GET", "/riktlinjer/{guidelineId}"),
    Access("GET", "/forslag/{proposalId}", rule="what was submitted"),
    Access("GET", "/laget"),
    Access("GET", "/docs"),
    Access("GET", "/problems"),
    Access("GET", "/problems/{slug}"),
    Access("GET", "/healthz"),
    Access("GET", "/readyz"),
    Access("GET", "/metrics", rule="where the operator has opened it"),
    Access("GET", "/.well-known/jwks.json"),
    Access("GET", "/.well-known/oauth-authorization-server"),
    Access("POST", "/oauth2/token", rule="the client's own secret"),
    Access("GET", f"{_API}/openapi.json"),
    Access("GET", f"{_API}/openapi.yaml"),
    Access("GET", f"{_API}/api-info"),
    Access("GET", f"{_API}/terms"),
    Access("GET", f"{_API}/terms/{{termId}}"),
    Access("GET", f"{_API}/terms/{{termId}}/versions"),
    Access("GET", f"{_API}/terms/{{termId}}/versions/{{number}}"),
    Access("GET", f"{_API}/terms/{{termId}}/versions/{{number}}/diff"),
    Access("GET", f"{_API}/domains"),
    Access("GET", f"{_API}/suggestions"),
    Access("GET", f"{_API}/glossary"),
    Access("POST", f"{_API}/annotations", rule="reads: nothing is stored"),
    Access("GET", f"{_API}/organisations/{{organisationCode}}"),
    Access("GET", f"{_API}/municipalities"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}"),
    Access("GET", f"{_API}/guidelines"),
    Access("GET", f"{_API}/guidelines/{{guidelineId}}"),
    Access("GET", f"{_API}/guidelines/{{guidelineId}}/versions"),
    Access("GET", f"{_API}/guidelines/{{guidelineId}}/versions/{{number}}"),
    Access("GET", f"{_API}/guidelines/{{guidelineId}}/versions/{{number}}/diff"),
    Access("GET", f"{_API}/guidelines/{{guidelineId}}/versions/{{number}}/package"),
    Access("GET", f"{_API}/proposals", rule="drafts only to their own organisation"),
    Access("POST", f"{_API}/proposals", _PROPOSE, "the scope of the target's type"),
    Access("GET", f"{_API}/proposals/{{proposalId}}", rule="a draft only to its own organisation"),
    Access("PATCH", f"{_API}/proposals/{{proposalId}}", _PROPOSE, "its own organisation; draft or returned"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/diff", rule="a draft only to its own organisation"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/preview", rule="as its diff"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/impact", rule="as its diff"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/submissions", rule="as its diff"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/submissions/{{submissionNumber}}", rule="as its diff"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/comments", rule="those on a working text only to its organisation"),
    Access("POST", f"{_API}/proposals/{{proposalId}}/comments", _COMMENT, "an open proposal that the caller may see"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/comments/{{commentId}}", rule="as the list"),
    Access(
        "PATCH",
        f"{_API}/proposals/{{proposalId}}/comments/{{commentId}}",
        _COMMENT,
        "the proposal's organisation, or the county's editor",
    ),
    Access(
        "POST",
        f"{_API}/proposals/{{proposalId}}/transitions",
        _MOVE,
        "submit, withdraw: its own; return, close: the county",
    ),
    Access("GET", _ROUNDS, rule="as the proposal"),
    Access("POST", _ROUNDS, _MODERATE, "the county's editor"),
    Access("GET", f"{_ROUNDS}/{{roundNumber}}", rule="as the proposal"),
    Access("PATCH", f"{_ROUNDS}/{{roundNumber}}", _MODERATE, "the county's editor"),
    Access("GET", f"{_ROUNDS}/{{roundNumber}}/statements", rule="as the proposal"),
    Access(
        "POST",
        f"{_ROUNDS}/{{roundNumber}}/statements",
        frozenset({"statements:write"}),
        "an invited organisation, for itself",
    ),
    Access("GET", f"{_ROUNDS}/{{roundNumber}}/statements/{{statementId}}", rule="as the proposal"),
    Access("GET", f"{_ROUNDS}/{{roundNumber}}/sheet", rule="as the proposal"),
    Access("POST", f"{_API}/proposals/{{proposalId}}/decision", frozenset({"proposals:decide"}), "never its author"),
    Access("GET", f"{_API}/proposals/{{proposalId}}/decision"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/decisions"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/decisions/{{source}}/{{externalId}}"),
    Access(
        "PUT",
        f"{_API}/municipalities/{{municipalityCode}}/decisions/{{source}}/{{externalId}}",
        _RECORD,
        "its own municipality",
    ),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/decisions/{{source}}/{{externalId}}/revisions"),
    Access("POST", f"{_API}/municipalities/{{municipalityCode}}/decisions", _RECORD, "its own municipality"),
    Access("POST", f"{_API}/municipalities/{{municipalityCode}}/decision-batches", _RECORD, "its own municipality"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/adoptions"),
    Access(
        "GET", f"{_API}/municipalities/{{municipalityCode}}/tasks", frozenset({"tasks:read"}), "its own municipality"
    ),
    Access("GET", f"{_API}/calendar", rule="decisions that wait only to the municipality itself, with tasks:read"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/interpretations"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/interpretations/{{termId}}"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/interpretations/{{termId}}/revisions"),
    Access(
        "PUT",
        f"{_API}/municipalities/{{municipalityCode}}/interpretations/{{termId}}",
        _INTERPRETATIONS,
        "its own municipality",
    ),
    Access(
        "DELETE",
        f"{_API}/municipalities/{{municipalityCode}}/interpretations/{{termId}}",
        _INTERPRETATIONS,
        "its own municipality",
    ),
    Access("GET", f"{_API}/terms/{{termId}}/interpretations"),
    Access("GET", f"{_API}/divergences"),
    Access("GET", f"{_API}/adoptions"),
    Access("GET", f"{_API}/adoption-matrix"),
    Access("GET", f"{_API}/deviations"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/readiness"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/readiness/{{guidelineId}}"),
    Access("GET", f"{_API}/municipalities/{{municipalityCode}}/readiness/{{guidelineId}}/revisions"),
    Access(
        "PUT",
        f"{_API}/municipalities/{{municipalityCode}}/readiness/{{guidelineId}}",
        _READINESS,
        "its own municipality",
    ),
    Access("GET", f"{_API}/support-matches"),
    Access("GET", _MATURITY, rule="what is private only to the municipality itself"),
    Access("GET", f"{_MATURITY}/{{model}}/{{modelVersion}}", rule="as the list"),
    Access("PUT", f"{_MATURITY}/{{model}}/{{modelVersion}}", _READINESS, "its own municipality"),
    Access("GET", f"{_API}/maturity-results", rule="what is private only to the municipality itself"),
    Access("GET", f"{_API}/statistics"),
    Access("GET", f"{_API}/clients", _CLIENTS, "its own organisation; the county's administrator: all"),
    Access("POST", f"{_API}/clients", _CLIENTS, "its own organisation, no scope above its own; as above"),
    Access("GET", f"{_API}/clients/{{clientId}}", _CLIENTS, "as the list"),
    Access("PATCH", f"{_API}/clients/{{clientId}}", _CLIENTS, "as creating"),
    Access("POST", f"{_API}/clients/{{clientId}}/secrets", _CLIENTS, "as creating"),
    Access("DELETE", f"{_API}/clients/{{clientId}}/secrets/{{secretId}}", _CLIENTS, "as the list; never the last"),
    Access("GET", f"{_API}/issuers", _ISSUERS),
    Access("POST", f"{_API}/issuers", _ISSUERS, "an organisation of the county, and roles that it may hold"),
    Access("GET", f"{_API}/issuers/{{issuerId}}", _ISSUERS),
    Access("PATCH", f"{_API}/issuers/{{issuerId}}", _ISSUERS, "roles that its organisation may hold"),
    Access("POST", f"{_API}/issuers/{{issuerId}}/test", _ISSUERS),
    Access("GET", f"{_API}/webhooks", _WEBHOOKS, "its own organisation"),
    Access("POST", f"{_API}/webhooks", _WEBHOOKS, _OF_A_STREAM),
    Access("GET", f"{_API}/webhooks/{{webhookId}}", _WEBHOOKS, "its own organisation"),
    Access("PATCH", f"{_API}/webhooks/{{webhookId}}", _WEBHOOKS, _OF_A_STREAM),
    Access("DELETE", f"{_API}/webhooks/{{webhookId}}", _WEBHOOKS, "its own organisation"),
    Access("POST", f"{_API}/webhooks/{{webhookId}}/secrets", _WEBHOOKS, _OF_A_STREAM),
    Access(
        "DELETE",
        f"{_API}/webhooks/{{webhookId}}/secrets/{{secretId}}",
        _WEBHOOKS,
        f"{_OF_A_STREAM}; never the last",
    ),
    Access("POST", f"{_API}/webhooks/{{webhookId}}/test", _WEBHOOKS, _OF_A_STREAM),
    Access("GET", f"{_API}/webhooks/{{webhookId}}/deliveries", _WEBHOOKS, _OF_A_STREAM),
    Access("POST", f"{_API}/webhooks/{{webhookId}}/replays", _WEBHOOKS, _OF_A_STREAM),
    Access("GET", f"{_API}/events", rule="an organisation's own stream needs its token with events:read"),
    Access("GET", f"{_API}/events/stream", rule="as /events"),
    Access("GET", f"{_API}/events/checkpoints", rule="as /events"),
    Access("GET", f"{_API}/feed"),
    Access(
        "POST", f"{_API}/events/checkpoints", frozenset({"events:read"}), "its own stream; the public one: the county"
    ),
)
TABLE = {(row.method, row.path): row for row in ROUTES}


def effective_scopes(organisation: str, roles: frozenset[str], scopes: frozenset[str]) -> frozenset[str]:
    """Give what roles and scopes together allow this organisation; unknown words allow nothing."""
    granted = scopes
    for role in roles & possible_roles(organisation):
        granted |= ROLES[role]
    return granted & possible_scopes(organisation)


def possible_roles(organisation: str) -> frozenset[str]:
    """Give the roles that an organisation's people and machines may hold."""
    return frozenset(ROLES) if _is_county(organisation) else frozenset(ROLES) - COUNTY_ROLES


def possible_scopes(organisation: str) -> frozenset[str]:
    """Give the scopes that anybody of this organisation can have."""
    return SCOPES if _is_county(organisation) else SCOPES - COUNTY_SCOPES


def _is_county(organisation: str) -> bool:
    return len(organisation) == 2  # noqa: PLR2004  (the form of a county code)


def served_routes(app: FastAPI) -> list[RouteContext]:
    """List the routes that the app serves, as they are after all prefixes."""
    return [route for route in iter_route_contexts(app.routes) if route.methods]


def check_every_route_has_a_row(app: FastAPI) -> None:
    """Refuse to start when a route and the table differ."""
    served = {(method, route.path) for route in served_routes(app) for method in route.methods or ()}
    if served != TABLE.keys():
        msg = f"routes and permission table differ: {sorted(map(str, served ^ TABLE.keys()))}"
        raise RuntimeError(msg)


def methods_of(app: FastAPI, path: str) -> set[str]:
    """Tell which methods an address takes."""
    found: set[str] = set()
    for route in served_routes(app):
        if route.path_regex.match(path):
            found |= route.methods or set()
    return found | ({"HEAD", "OPTIONS"} if "GET" in found else {"OPTIONS"})
