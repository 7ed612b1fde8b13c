"""Every route, with every method, by every caller, on every tenant's objects: the table against the service."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext

from api.identity.clients import create_client
from api.identity.issuing import issue_token
from api.identity.permissions import COUNTY_ROLES, ROLES, ROUTES, SCOPES, TABLE, Access, effective_scopes, served_routes
from api.main import BASE, create_app
from api.settings import Settings
from api.terms.routes import router as terms_router
from db.session import transaction
from tests.conftest import County, Store, running, serving
from tests.edge.wire import connect
from tests.examples import DECISION_BODY, INTERPRETATION_BODY, MANUAL_BODY, MATURITY_BODY
from tests.proposals.acts import APPROVAL, WITHDRAWAL, amendment, draft, edit, etag, move, submitted
from tests.rounds.acts import SUPPORT, referral

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
TENANTS = ("2281", "2260", "22")
CALLERS = (None, *((("22" if role in COUNTY_ROLES else "2281"), role) for role in ROLES))
REGISTRATION = {
    "organisation": "2281",
    "issuer": "https://login.example.se",
    "audience": "api://samsprak",
    "algorithms": ["RS256"],
    "roleMap": {"Ordlista redaktör": "editor"},
}
WEBHOOK = {"url": "https://arenden.sundsvall.example/samsprak"}
NEVER_MADE = "/proposals/0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
FILLED = {
    "slug": "not-found",
    "termId": "digital-mognad",
    "guidelineId": "gemensamt-sprak",
    "number": "1.0",
    "roundNumber": "1",
    "statementId": "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f52",
    "source": "demo",
    "externalId": "DEMO-1",
    "model": "DiMiOS",
    "modelVersion": "2026",
    "issuerId": NEVER_MADE.rpartition("/")[2],
    "submissionNumber": "1",
    "commentId": NEVER_MADE.rpartition("/")[2],
    "secretId": "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f51",
}
_DECISION = f"{BASE}/proposals/{{proposalId}}/decision"
_ROUNDS = f"{BASE}/proposals/{{proposalId}}/rounds"
_ROUND, _STATEMENTS = f"{_ROUNDS}/{{roundNumber}}", f"{_ROUNDS}/{{roundNumber}}/statements"
# Where others act on what an organisation owns: the county's editor, and those who are invited.
OF_OTHERS = (_DECISION, _ROUNDS, _ROUND, _STATEMENTS)
# Where any organisation speaks of what others propose.
OF_ALL = f"{BASE}/proposals/{{proposalId}}/comments"
OF_A_TERM = f"{BASE}/municipalities/{{municipalityCode}}/interpretations/{{termId}}"
OF_A_GUIDELINE = f"{BASE}/municipalities/{{municipalityCode}}/readiness/{{guidelineId}}"
OF_A_MODEL = f"{BASE}/municipalities/{{municipalityCode}}/maturity-results/{{model}}/{{modelVersion}}"
# Of what no municipality has said anything yet.
UNSAID = (OF_A_TERM, OF_A_GUIDELINE)
WITHOUT_TOKENS = ("/", "/docs", "/problems/{slug}", "/healthz", "/readyz", "/metrics")
PUBLIC = [row for row in ROUTES if row.method == "GET" and not row.scopes and row.path not in WITHOUT_TOKENS]
_OWNED = ("{proposalId}", "{clientId}", "{webhookId}", "{municipalityCode}", "{organisationCode}")
# What the offices have none of.
NOT_THERE = ("externalId", "issuerId", "commentId")
CASES = [
    (tenant, path)
    for path in dict.fromkeys(row.path for row in ROUTES)
    for tenant in (TENANTS if any(name in path for name in _OWNED) else TENANTS[:1])
]


@dataclass(frozen=True)
class Offices:
    """A county in which every tenant has a client, a draft and a submitted proposal."""

    county: County
    tokens: dict[Any, str | None]
    drafts: dict[str, str]
    submitted: dict[str, str]
    clients: dict[str, str]
    webhooks: dict[str, str]
    bodies: dict[str, Any]

    def address(self, path: str, tenant: str, proposal: str) -> str:
        """Fill a path's parameters with things of a tenant."""
        asked = f"{path}?q=digital" if path.endswith("/suggestions") else path
        codes = dict.fromkeys(("organisationCode", "municipalityCode"), tenant)
        codes["clientId"] = self.clients.get(tenant, "")
        codes["webhookId"] = self.webhooks.get(tenant, "")
        codes["proposalId"] = proposal.rpartition("/")[2]
        return asked.replace("/proposals/{proposalId}", proposal).format_map(FILLED | codes)

    def send(self, row: Access, address: str, caller: Any, *, spoilt: bool = False) -> httpx2.Response:
        """Send a perfect request of a route, or one whose body has a field too much."""
        body = self.bodies.get(f"{row.method} {row.path}", {})
        headers = {"if_match": '"2"'} if row.method in ("POST", "PATCH") else {}
        sent = {**body, "unheard": 1} if spoilt else body
        return self.county.send(row.method, address, sent, self.tokens[caller], **headers)


@pytest.fixture(scope="module")
def offices(store: Store) -> Iterator[Offices]:
    url = store.copy()
    with running(url) as county:
        editors = {code: county.token(code, "editor" if len(code) == 4 else "county_editor") for code in TENANTS}
        tokens = {caller: county.token(*caller, subject="another") if caller else None for caller in CALLERS}
        drafts = {code: draft(county, by) for code, by in editors.items()}
        bodies = {
            f"POST {BASE}/proposals": amendment(county),
            f"PATCH {BASE}/proposals/{{proposalId}}": {"title": "En annan rubrik"},
            f"POST {BASE}/proposals/{{proposalId}}/transitions": WITHDRAWAL,
            f"POST {_DECISION}": APPROVAL,
            f"POST {_ROUNDS}": referral(),
            f"PATCH {_ROUND}": {"closesOn": referral()["closesOn"], "reason": "Nämnden möts senare."},
            f"POST {_STATEMENTS}": SUPPORT,
            f"POST {OF_ALL}": {"text": "Vad menas här?"},
            f"PATCH {OF_ALL}/{{commentId}}": {"resolution": "Förklaras i vägledningen."},
            f"POST {BASE}/issuers": REGISTRATION,
            f"PATCH {BASE}/issuers/{{issuerId}}": {"disabled": True},
            f"POST {BASE}/clients": {"name": "Diariet", "scopes": ["events:read"]},
            f"PATCH {BASE}/clients/{{clientId}}": {"name": "Arkivet"},
            f"POST {BASE}/webhooks": WEBHOOK,
            f"PATCH {BASE}/webhooks/{{webhookId}}": {"disabled": True},
            f"POST {BASE}/webhooks/{{webhookId}}/replays": {"after": 0},
            f"PUT {BASE}/municipalities/{{municipalityCode}}/decisions/{{source}}/{{externalId}}": DECISION_BODY,
            f"POST {BASE}/municipalities/{{municipalityCode}}/decisions": MANUAL_BODY,
            f"PUT {OF_A_GUIDELINE}": {"items": []},
            f"PUT {OF_A_MODEL}": MATURITY_BODY,
            f"POST {BASE}/municipalities/{{municipalityCode}}/decision-batches": {"source": "a", "items": [{}]},
            f"PUT {OF_A_TERM}": INTERPRETATION_BODY,
        }
        with transaction(county.app.state.database) as tx:
            clients = {code: create_client(tx, code, "Diariet", ["events:read"])[0].id for code in TENANTS}
        webhooks = {}
        for code in TENANTS:
            manager = county.token(code, "coordinator" if len(code) == 4 else "county_admin")
            webhooks[code] = county.send("POST", "/webhooks", WEBHOOK, manager).raise_for_status().json()["id"]
        sent = {code: submitted(county, by) for code, by in editors.items()}
        yield Offices(county, tokens, drafts, sent, clients, webhooks, bodies)
    store.drop(url)


def verdict(row: Access, caller: Any, tenant: str) -> int | None:
    """Say with which status a caller is turned away from a tenant's public object; None is let through."""
    if not row.scopes:
        return None
    if caller is None:
        return 401
    organisation, role = caller
    if row.scopes.isdisjoint(ROLES[role]):
        return 403
    # A municipality's code has four digits: 22 is refused as a field would be.
    owned = "{municipalityCode}" in row.path if tenant != "22" else False
    owned = owned or ("{proposalId}" in row.path and row.path not in OF_OTHERS and not row.path.startswith(OF_ALL))
    return 403 if owned and organisation != tenant else None


@pytest.mark.parametrize(("tenant", "path"), CASES)
def test_the_table_is_what_happens(offices: Offices, tenant: str, path: str) -> None:
    address = offices.address(path, tenant, offices.submitted[tenant])
    taken = {method for method, listed in TABLE if listed == path}
    for method in METHODS:
        row = TABLE.get(("GET" if method == "HEAD" else method, path))
        for caller in CALLERS:
            seen = f"{method} {address} by {caller}"
            if row is None:
                answer = offices.county.send(method, address, None, offices.tokens[caller])
                allowed = set(answer.headers["allow"].split(", ")) - {"OPTIONS"}
                assert (answer.status_code, allowed) == (405, taken | ({"HEAD"} if "GET" in taken else set())), seen
            elif expected := verdict(row, caller, tenant):
                answer = offices.send(row, address, caller)
                assert answer.status_code == expected, f"{seen}: {answer.text}"
                assert answer.headers.get("www-authenticate", "").startswith("Bearer") or expected == 403, seen
            else:
                answer = offices.send(row._replace(method=method), address, caller, spoilt=True)
                assert answer.status_code in _let_through(row, tenant, caller), f"{seen}: {answer.text}"


def _let_through(row: Access, tenant: str, caller: Any) -> set[int]:
    if row.method != "GET":
        # As far as the body, which has a field too much; the token endpoint takes no JSON at all.
        return {415} if row.path == "/oauth2/token" else {422}
    if "{webhookId}" in row.path:
        return {200} if caller[0] == tenant else {404}
    if "{clientId}" in row.path:
        return {200} if caller[0] in (tenant, "22") else {404}
    if row.path.startswith(UNSAID):
        return {404}
    nothing_there = (
        row.path == _DECISION or "roundNumber" in row.path or (tenant == "22" and "municipalityCode" in row.path)
    )
    return {404} if nothing_there or any(name in row.path for name in NOT_THERE) else {200}


@pytest.mark.parametrize("row", [row for row in ROUTES if "proposalId" in row.path], ids=lambda row: f"{row[:2]}")
@pytest.mark.parametrize("tenant", TENANTS)
def test_a_draft_of_another_is_as_if_it_never_was(offices: Offices, row: Access, tenant: str) -> None:
    for caller in CALLERS:
        answer, never = (
            offices.send(row, offices.address(row.path, tenant, proposal), caller)
            for proposal in (offices.drafts[tenant], NEVER_MADE)
        )
        if caller is not None and caller[0] == tenant:
            assert answer.status_code in (200, 201, 403, 404, 412), answer.text
            continue
        may_ask = not row.scopes or (caller is not None and row.scopes & ROLES[caller[1]])
        assert answer.status_code == (404 if may_ask else 401 if caller is None else 403)
        # But for the count of the caller's requests.
        assert {**answer.headers, "ratelimit": ""} == {**never.headers, "ratelimit": ""}
        assert {**answer.json(), "instance": ""} == {**never.json(), "instance": ""}


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: row.path)
def test_a_public_read_needs_no_token_but_refuses_a_bad_one(library: County, row: Access) -> None:
    wrong = {
        "no token at all": "Bearer rubbish",
        "two words": "Bearer a b",
        "another scheme": "Basic YTpi",
        "expired": f"Bearer {library.token('2281', lifetime=-60)}",
    }
    path = Offices(library, {}, {}, {}, {}, {}, {}).address(row.path, "2281", NEVER_MADE)
    assert library.get(path).status_code in (200, 404, 422)
    for name, value in wrong.items():
        answer = library.get(path, Authorization=value)
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"].startswith("Bearer"), name


def test_the_scopes_in_the_signatures_are_those_of_the_table(library: County) -> None:
    for route in served_routes(library.app):
        for method in route.methods or ():
            assert _scopes_of(route) == TABLE[method, route.path].scopes, f"{method} {route.path}"


def test_each_scope_that_a_role_gives_opens_a_route_and_is_told_to_operators() -> None:
    """What opens nothing today would lie in stored clients on the day when it does."""
    assert frozenset[str]().union(*(row.scopes for row in ROUTES)) == SCOPES
    manual = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
    table = manual.partition("| Scope | Opens |")[2].partition("\n\n")[0]
    assert set(re.findall("`([a-z]+:[a-z]+)`", table)) == SCOPES


def test_whoever_may_not_write_is_told_before_anything_is_sent(store: Store, subtests: pytest.Subtests) -> None:
    url = store.copy()
    with serving(url) as county:
        port = int(county.settings.base_url.rpartition(":")[2])
        callers = {"": 401, "rubbish": 401, county.token("2281", "reader"): 403}
        for row, (token, status) in product(
            (row for row in ROUTES if row.scopes and row.method != "GET"), callers.items()
        ):
            path = row.path.format_map(
                FILLED | dict.fromkeys(("proposalId", "clientId", "webhookId"), "a") | {"municipalityCode": "2281"}
            )
            proof = f"Authorization: Bearer {token}\r\n" if token else ""
            with subtests.test(f"{row.method} {path} {status}"), connect(port) as client:
                # A body is announced, and none comes.
                client.sendall(f"{row.method} {path} HTTP/1.1\r\nHost: a\r\n{proof}Content-Length: 9\r\n\r\n".encode())
                assert client.recv(12) == f"HTTP/1.1 {status}".encode()
    store.drop(url)


def _scopes_of(route: RouteContext) -> set[str]:
    def walk(dependant: Dependant) -> Iterator[str]:
        yield from dependant.own_oauth_scopes or ()
        for needed in dependant.dependencies:
            yield from walk(needed)

    # Pages are plain routes: FastAPI asks nothing on their behalf.
    return set(walk(route.dependant)) if hasattr(route, "dependant") else set()


def test_a_route_without_a_row_keeps_the_app_from_starting() -> None:
    terms_router.add_api_route("/unlisted", lambda: None)
    try:
        with pytest.raises(RuntimeError, match="/api/v1/unlisted"):
            create_app(Settings())
    finally:
        terms_router.routes.pop()
    assert isinstance(create_app(Settings()), FastAPI)


@pytest.mark.parametrize("role", sorted(COUNTY_ROLES))
def test_a_role_of_the_county_means_nothing_in_a_municipality(offices: Offices, role: str) -> None:
    county = offices.county
    assert effective_scopes("2281", frozenset({role}), frozenset()) == set()
    token = county.token("2281", role)
    for row in ROUTES:
        if row.scopes:
            address = offices.address(row.path, "2281", offices.submitted["2281"])
            assert county.send(row.method, address, {}, token).status_code == 403, row


def test_a_scope_of_the_county_means_nothing_in_a_municipality(offices: Offices) -> None:
    county, address = offices.county, offices.submitted["2260"]
    scopes = ["proposals:decide", "proposals:moderate"]
    keys, settings = county.app.state.keys, county.settings
    token = issue_token(keys, settings, subject="a", organisation="2281", scopes=scopes)
    for path, body in (("decision", APPROVAL), ("transitions", {"action": "return", "reason": "Nej"})):
        answer = county.send("POST", f"{address}/{path}", body, token, if_match=etag(county, address, None))
        assert answer.status_code == 403, path


@pytest.mark.parametrize("code", ["0180", "01", "2321"])
def test_an_organisation_outside_the_county_is_refused(library: County, code: str) -> None:
    token = library.token(code, "editor")
    assert library.get("/terms", token).status_code == 403
    assert library.send("POST", "/proposals", amendment(library), token).status_code == 403


def test_a_token_for_terms_only_does_not_edit_a_guideline(county: County) -> None:
    address = draft(county, county.token("2281"))
    settings = county.settings
    terms_only = issue_token(
        county.app.state.keys, settings, subject="a", organisation="2281", scopes=["terms:propose"]
    )
    assert move(county, address, "submit", terms_only).status_code == 403
    assert edit(county, address, terms_only, title="En annan rubrik").status_code == 403
