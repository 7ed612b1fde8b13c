"""Which client asks at the token endpoint: by secret or by signature, in one way only (RFC 6749 section 2.3)."""

import base64
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import unquote_plus

import structlog
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.dependencies import take_turn
from api.edge.client_address import client_network
from api.identity.assertions import ASSERTION_TYPE, Assertion
from api.identity.clients import client_by_assertion, client_by_secret, use_up
from api.identity.parts import InvalidToken
from db.clients import Client
from db.session import Database, reading, transaction

log = structlog.get_logger("samsprak.identity")

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="samsprak"'}


class TokenRefused(Exception):
    """No token, in the words of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.headers = {**NO_STORE, **(headers or {})}


async def answer_refusal(_request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, TokenRefused):
        raise refusal
    body = {"error": refusal.error, "error_description": refusal.description}
    return JSONResponse(body, refusal.status, refusal.headers)


@dataclass(frozen=True)
class Credentials:
    """What a client sent to prove itself: a secret, or an assertion that names it."""

    client_id: str = ""
    secret: str = ""
    assertion: str = ""


def credentials_of(header: str | None, form: Credentials, assertion_type: str) -> Credentials:
    """Choose the one way in which a client authenticates; raises TokenRefused when there are two."""
    if header is not None:
        if form != Credentials() or assertion_type:
            raise TokenRefused("invalid_request", "Send the credentials once: in the form or by Basic.")
        return _basic(header)
    if bool(form.assertion) != bool(assertion_type):
        raise TokenRefused("invalid_request", "client_assertion and client_assertion_type go together.")
    if form.assertion and form.secret:
        raise TokenRefused("invalid_request", "Send a secret or an assertion, not both.")
    # An assertion of a kind that we do not know is one that nobody has made.
    return form if assertion_type in ("", ASSERTION_TYPE) else Credentials(form.client_id)


async def authenticate(request: Request, sent: Credentials) -> Client:
    """Give the client that asks; raises TokenRefused, in the same words for all that is not one."""
    state = request.app.state
    address = client_network(request.scope, state.settings.trusted_proxies)
    if seconds := await state.throttle.wait(address, sent.client_id):
        # Of the registered errors this is the token endpoint's own for "too often" (RFC 8628 section 3.5).
        again = {"Retry-After": str(seconds)}
        raise TokenRefused("slow_down", "Too many failed attempts: wait as Retry-After says.", 429, again)
    client = await _proven(request, sent)
    if client is None:
        await state.throttle.count_failure(address, sent.client_id)
        raise TokenRefused("invalid_client", "The client or its secret is not known.", 401, _CHALLENGE)
    state.last_use.note(client.id)
    return client


async def _proven(request: Request, sent: Credentials) -> Client | None:
    database: Database = request.app.state.database
    if not sent.assertion:
        return await run_in_threadpool(_by_secret, database, sent)
    settings = request.app.state.settings
    audiences = frozenset({settings.base_url, settings.token_url})
    try:
        client, assertion = await run_in_threadpool(_by_assertion, database, sent, audiences)
        # Only what is signed by a client takes a turn from the writers.
        async with asynccontextmanager(take_turn)(request):
            await run_in_threadpool(_use_up, database, assertion)
    except InvalidToken as refusal:
        log.warning("assertion refused", reason=refusal.reason)
        return None
    return client


def _by_secret(database: Database, sent: Credentials) -> Client | None:
    with reading(database) as session:
        return client_by_secret(session, sent.client_id, sent.secret)


def _by_assertion(database: Database, sent: Credentials, audiences: frozenset[str]) -> tuple[Client, Assertion]:
    with reading(database) as session:
        client, assertion = client_by_assertion(session, sent.assertion, audiences)
    if sent.client_id not in ("", client.id):
        raise InvalidToken("client_id")
    return client, assertion


def _use_up(database: Database, assertion: Assertion) -> None:
    with transaction(database) as tx:
        if not use_up(tx, assertion):
            raise InvalidToken("jti-used")


def _basic(header: str) -> Credentials:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return Credentials()
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return Credentials()
    return Credentials(unquote_plus(name), unquote_plus(secret))
