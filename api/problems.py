"""Turn every error into an answer of problem+json (RFC 9457)."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

import db
from api.edge.context import context_of
from api.edge.idempotency import Replay
from api.errors import (
    Conflict,
    DomainError,
    FieldError,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Unavailable,
    Unprocessable,
)
from api.identity.permissions import methods_of

Translation = Callable[[Request, Any], DomainError]
Handler = Callable[[Request, Any], Awaitable[Response]]

log = structlog.get_logger("samsprak.problems")

_MOST_FAULTS = 50
# Of each of a thousand rows: what is wrong with more of its fields is wrong with the file.
_MOST_FAULTS_OF_A_ROW = 5
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
    "uq_county_decision_proposal_id": "The proposal is already decided.",
    "uq_referral_round_open": "A round is open already.",
    "pk_guideline": "A guideline with this id exists.",
    "uq_guideline_number": "A guideline with this number exists.",
    "pk_guideline_version": "That version is already published.",
    "pk_term": "A term with this id exists.",
    "pk_term_version": "That version is already published.",
    "uq_term_label_preferred": "A term has one preferred label in each language.",
    "uq_term_label_value": "A label stands once in each language of a term.",
    "uq_issuer_issuer": "This issuer is registered: change or disable it where it stands in the list.",
    "pk_term_pair": "Two terms have one relation: broader, narrower or related.",
    "ck_term_pair_order": "A term cannot relate to itself.",
}


def install_handlers(app: FastAPI, base_url: str) -> None:
    """Answer every error of the app with problem+json."""
    for kind, translate in _TRANSLATIONS.items():
        app.add_exception_handler(kind, _handler(translate, base_url))
    app.add_exception_handler(Replay, _replay)
    app.add_exception_handler(HTTPException, _options_or(_handler(_from_framework, base_url)))


def _handler(translate: Translation, base_url: str) -> Handler:
    async def handle(request: Request, error: Any) -> Response:
        return problem_response(translate(request, error), context_of(request.scope).request_id, base_url)

    return handle


async def _replay(_request: Request, earlier: Any) -> Response:
    response: Response = earlier.response
    return response


def _options_or(handle: Handler) -> Handler:
    """Answer OPTIONS where the framework knows only 405."""

    async def options(request: Request, error: Any) -> Response:
        if request.method == "OPTIONS" and error.status_code == MethodNotAllowed.status:
            return Response(status_code=204, headers={"Allow": _allow(request)})
        return await handle(request, error)

    return options


def problem_response(error: DomainError, request_id: str, base_url: str) -> Response:
    """Build the answer; `instance` is the request's own id."""
    body = problem_body(error, request_id, base_url)
    headers = {"Cache-Control": "no-store", "Content-Language": "en", **error.headers}
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, error.status, headers, media_type="application/problem+json")


def problem_body(error: DomainError, request_id: str, base_url: str) -> dict[str, Any]:
    """Give the members of an answer, also of one that stands within another: a row that was refused."""
    return {
        "type": f"{base_url}/problems/{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": f"urn:uuid:{request_id or uuid.uuid4()}",
        **error.members,
    }


def _itself(_request: Request, error: DomainError) -> DomainError:
    return error


def _from_framework(request: Request, error: HTTPException) -> DomainError:
    if error.status_code == NotFound.status:
        return NotFound("No resource has this address.")
    if error.status_code == MethodNotAllowed.status:
        return MethodNotAllowed("The method is not for this address: see Allow.", {"Allow": _allow(request)})
    return MalformedRequest("The request cannot be taken as it is.", error.headers)


def _allow(request: Request) -> str:
    return ", ".join(sorted(methods_of(request.app, request.scope["path"])))


def _from_integrity(_request: Request, error: sa.exc.IntegrityError) -> DomainError:
    meaning = _CONSTRAINTS.get(constraint_name(error))
    return Conflict(meaning) if meaning else _from_unforeseen(_request, error)


def _from_operational(_request: Request, error: sa.exc.OperationalError) -> DomainError:
    """Tell of a lock or statement timeout, a lost connection, a full disk: nothing was committed."""
    log.error("database", reason=str(error.orig).split("\n", 1)[0])
    return Unavailable("The database did not answer in time.", {"Retry-After": "2"})


def _from_unforeseen(request: Request, error: Exception) -> DomainError:
    log.error("unforeseen", request_id=context_of(request.scope).request_id, exc_info=error)
    return InternalError("The error is in our log under this request's id.")


def _from_invalid(request: Request, error: RequestValidationError) -> DomainError:
    return _from_validation(request.method, error.errors())


def _from_hung_up(_request: Request, _error: ClientDisconnect) -> DomainError:
    """Give what is logged; the client has gone, or was too slow and has its answer."""
    return MalformedRequest("The body ended before it was whole.")


_TRANSLATIONS: dict[type[Exception], Translation] = {
    DomainError: _itself,
    RequestValidationError: _from_invalid,
    sa.exc.IntegrityError: _from_integrity,
    sa.exc.OperationalError: _from_operational,
    ClientDisconnect: _from_hung_up,
    Exception: _from_unforeseen,
}


def _from_validation(method: str, errors: Iterable[Mapping[str, Any]]) -> DomainError:
    listed = list(errors)
    # An id that no object can have is an address with nothing at it; PUT would have made it.
    if method != "PUT" and all(error["loc"][0] == "path" for error in listed):
        return NotFound("No resource has this address.")
    return Unprocessable([_field_error(error) for error in listed[:_MOST_FAULTS]])


def row_faults(error: ValidationError) -> list[FieldError]:
    """List what is wrong with a part of a body that is read by itself, as seen from that part."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FAULTS_OF_A_ROW]
    return [_field_error({**each, "loc": ("body", *each["loc"])}) for each in errors]


def _field_error(error: Mapping[str, Any]) -> FieldError:
    where = error["loc"][1:] if error["loc"][0] == "body" else error["loc"]
    steps = [str(step) for step in where]
    # A field that nobody knows may have any name; what else is in brackets is not of the document: a
    # dictionary's key itself, a form of a union.
    unknown = steps[-1:] if error["type"] == "extra_forbidden" else []
    known = [step for step in steps[: len(steps) - len(unknown)] if step != "[key]" and not step.startswith("<")]
    pointer = "".join(f"/{_shown(step)}" for step in (*known, *unknown))
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
