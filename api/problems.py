"""Turn every error into an answer of problem+json (RFC 9457)."""

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

import db
from api.edge.context import context_of
from api.edge.idempotency import Replay
from api.errors import (
    Conflict,
    DomainError,
    FieldError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Unavailable,
    Unprocessable,
    all_problems,
)
from api.identity.permissions import methods_of

_FRAMEWORK_ERRORS = {kind.status: kind for kind in reversed(all_problems())}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.:~-]{1,64}")

# pydantic's names for faults → ours; what is not listed keeps pydantic's name with hyphens.
_CODES = {
    "extra_forbidden": "unknown-field",
    "enum": "unknown-value",
    "literal_error": "unknown-value",
    "string_pattern_mismatch": "wrong-form",
    "string_too_long": "too-long",
    "string_too_short": "too-short",
    "date_from_datetime_parsing": "not-a-day",
    "date_parsing": "not-a-day",
}

# What must never be false is guarded by the database: constraint → what it means to the caller.
_CONSTRAINTS = {
    "uq_proposal_open_create": "An open proposal already wants this id.",
    "uq_proposal_reserved_number": "Another proposal took the number just now; send it again.",
    "uq_county_decision_proposal_id": "The proposal is already decided.",
    "uq_decision_municipality_source_external": "The decision was just recorded; send it again.",
    "pk_decision": "The decision was just recorded; send it again.",
    "pk_guideline": "A guideline with this id exists.",
    "uq_guideline_number": "A guideline with this number exists.",
    "pk_guideline_version": "That version is already published.",
    "pk_term": "A term with this id exists.",
    "pk_term_version": "That version is already published.",
    "uq_term_label_preferred": "A term has one preferred label in each language.",
    "uq_term_label_value": "A label stands once in each language of a term.",
    "pk_term_pair": "Two terms have one relation: broader, narrower or related.",
    "ck_term_pair_order": "A term cannot relate to itself.",
}


def install_handlers(app: FastAPI, base_url: str) -> None:
    """Answer every error of the app with problem+json."""

    def answer(request: Request, error: DomainError) -> Response:
        return problem_response(error, context_of(request.scope).request_id, base_url)

    @app.exception_handler(DomainError)
    async def domain(request: Request, error: DomainError) -> Response:
        return answer(request, error)

    @app.exception_handler(Replay)
    async def replay(_request: Request, earlier: Replay) -> Response:
        return earlier.response

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, error: RequestValidationError) -> Response:
        return answer(request, _from_validation(request.method, error.errors()))

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        return answer(request, _from_framework(request, error))

    @app.exception_handler(sa.exc.IntegrityError)
    async def integrity(request: Request, error: sa.exc.IntegrityError) -> Response:
        meaning = _CONSTRAINTS.get(constraint_name(error))
        if meaning is None:
            raise error
        return answer(request, Conflict(meaning))

    @app.exception_handler(sa.exc.OperationalError)
    async def operational(request: Request, error: sa.exc.OperationalError) -> Response:
        # A lock or statement timeout, a lost connection, a full disk: nothing was committed.
        busy = Unavailable("The database did not answer in time.", {"Retry-After": "2"})
        busy.__cause__ = error
        return answer(request, busy)


def problem_response(error: DomainError, request_id: str, base_url: str) -> Response:
    """Build the answer; `instance` is the request's own id."""
    body = {
        "type": f"{base_url}/problems/{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": f"urn:uuid:{request_id or uuid.uuid4()}",
        **error.members,
    }
    headers = {"Cache-Control": "no-store", "Content-Language": "en", **error.headers}
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, error.status, headers, media_type="application/problem+json")


def _from_framework(request: Request, error: HTTPException) -> DomainError:
    kind = _FRAMEWORK_ERRORS.get(error.status_code, MalformedRequest)
    headers = dict(error.headers or {})
    if kind is NotFound:
        return NotFound("No resource has this address.")
    if kind is MethodNotAllowed:
        allowed = ", ".join(sorted(methods_of(request.app, request.url.path)))
        return MethodNotAllowed(f"{request.method} is not for this address.", {"Allow": allowed})
    return kind(kind.remedy, headers)


def _from_validation(method: str, errors: Iterable[Mapping[str, Any]]) -> DomainError:
    listed = list(errors)
    # An id that no object can have is an address with nothing at it; PUT would have made it.
    if method != "PUT" and all(error["loc"][0] == "path" for error in listed):
        return NotFound("No resource has this address.")
    return Unprocessable([_field_error(error) for error in listed[:50]])


def _field_error(error: Mapping[str, Any]) -> FieldError:
    where = error["loc"][1:] if error["loc"][0] == "body" else error["loc"]
    # What is in brackets is not of the document: a dictionary's key itself, a form of a union.
    steps = [str(step) for step in where if str(step) != "[key]" and not str(step).startswith("<")]
    pointer = "".join(f"/{_shown(step)}" for step in steps)
    code = _CODES.get(error["type"], error["type"].replace("_", "-"))
    detail = str(error["msg"])
    if code == "unknown-field":
        detail = "is not a field that this address takes: remove it or correct its spelling"
    return FieldError(pointer, code, detail)


def _shown(name: str) -> str:
    """Name a field without giving back what a stranger wrote."""
    return name if _PLAIN_NAME.fullmatch(name) else "…"


def constraint_name(error: sa.exc.IntegrityError) -> str:
    """Name the broken constraint, as both databases tell it in their own way."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return diagnostics.constraint_name or ""
    _, _, told = str(error.orig).partition(" failed: ")
    if told.startswith("index '"):
        return told.removeprefix("index '").rstrip("'")
    return _unique_constraints().get(told, told)


@lru_cache(maxsize=1)
def _unique_constraints() -> dict[str, str]:
    """Map SQLite's way of telling a broken key (its columns) to the key's name."""
    names: dict[str, str] = {}
    for table in db.metadata.tables.values():
        constraints: list[sa.PrimaryKeyConstraint | sa.UniqueConstraint | sa.Index] = [table.primary_key]
        constraints += [found for found in table.constraints if isinstance(found, sa.UniqueConstraint)]
        constraints += [index for index in table.indexes if index.unique]
        for constraint in constraints:
            columns = ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
            names[columns] = str(constraint.name)
    return names
