"""The OpenAPI document: what routes declare, and what all of them have in common."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import ConfigDict, Field

from api.errors import all_problems
from api.identity.permissions import TABLE, Access
from api.schemas import Output
from api.settings import Settings

VERSION = "0.1.0"
RELEASED = "2026-11-24"
TITLE = "Samspråk"
DESCRIPTION = """\
One glossary of digital terms, joint guidelines and their adoption, for the municipalities of a Swedish county.

Public reads need no token and answer with a strong `ETag`: keep it and ask again with `If-None-Match`. Changes need a
Bearer JWT, which tells which organisation speaks. Errors are `application/problem+json`; their `type` is a page that
explains cause and remedy. Lists are paged by `limit` and `page`.

**Limits:** a JSON body is at most 1 MB and 32 levels deep; a page holds at most 100 items; an access token lives five
minutes and there is no refresh token, ask for a new one. Search is by words and parts of words; spelling mistakes are
not mended yet. This is a beta (major version 0): fields may be added, and changes are told in the change log.

**På svenska:** en gemensam ordlista med digitala begrepp, gemensamma riktlinjer och hur varje kommun har ställt sig
till dem. Det är öppet att läsa utan token. Den som vill ändra något behöver en token, och den avgör vilken organisation
som talar. Begränsningar: JSON-anrop är högst 1 MB, en sida har högst 100 poster och en token gäller i fem minuter.
"""
TAGS = [
    {"name": "terms", "description": "The glossary. Ordlistan."},
    {"name": "guidelines", "description": "Guidelines and their frozen versions. Riktlinjer och deras versioner."},
    {"name": "proposals", "description": "The joint process. Den gemensamma processen."},
    {
        "name": "adoptions",
        "description": "Municipal decisions and what follows. Kommunernas beslut och vad som följer.",
    },
    {"name": "organisations", "description": "Municipalities and counties. Kommuner och län."},
    {"name": "events", "description": "The change feed. Händelseflödet."},
    {"name": "identity", "description": "Tokens and keys. Tokens och nycklar."},
    {"name": "service", "description": "The service itself. Själva tjänsten."},
]
_EXAMPLES = Path(__file__).with_name("examples.json")
# Any answer may be one of these; what each method and each token adds is put in by `_complete`.
_EVERYWHERE = (405, 422, 500, 503)
_READS = (400,)
_WRITES = (400, 413, 415)
_WITH_TOKEN = (401, 403)
_KEY_SCHEMA = {"type": "string", "pattern": "^[!-~]{1,255}$"}
_SUMMARIES = {
    200: "The answer. Svaret.",
    201: "Created. Skapat.",
}
_COMMON_HEADERS = {
    "traceparent": "W3C trace context; comes back as sent and is passed on.",
    "X-Request-Id": "Your own id of the request; comes back as sent.",
}


class FaultyField(Output):
    pointer: str = Field(description="JSON Pointer to the field; /query/… and /path/… for parameters.")
    code: str
    detail: str


class Problem(Output):
    """An error, as RFC 9457 has it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A page that explains the error.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The id of this very request, for support.")
    errors: list[FaultyField] | None = Field(None, description="Each faulty field, for 422.")
    allowed_transitions: list[str] | None = Field(None, description="What this caller may do, for 409.")


@lru_cache(maxsize=1)
def examples() -> dict[str, Any]:
    """Read the examples: real answers of the demonstration county."""
    found: dict[str, Any] = json.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return found


def answers(name: str, *statuses: int, status: int = 200, csv: bool = False) -> dict[int | str, dict[str, Any]]:
    """Declare what a route answers: the good one with its example, and each error that it can give.

    `statuses` may hold a second good status, which answers in the same form.
    """
    declared: dict[int | str, dict[str, Any]] = {}
    good = {"application/json": {"examples": {name: {"value": examples()[name]}}}}
    if csv:
        good["text/csv"] = {"schema": {"type": "string"}, "examples": {name: {"value": examples()[f"{name}.csv"]}}}  # type: ignore[dict-item]
    for code in sorted({status, *statuses, *_EVERYWHERE}):
        if code < 400:  # noqa: PLR2004
            declared[code] = {"description": _SUMMARIES[code], "content": good}
        else:
            declared[code] = _problem(code)
    return declared


def body_example(*names: str) -> dict[str, Any]:
    """Put complete examples beside the schema of a JSON body."""
    content = {"application/json": {"examples": {name: {"value": examples()[name]} for name in names}}}
    return {"requestBody": {"content": content}}


def _problem(status: int) -> dict[str, Any]:
    kind = next(kind for kind in all_problems() if kind.status == status)
    example = {
        "type": f"https://samsprak.example/problems/{kind.slug}",
        "title": kind.title,
        "status": status,
        "detail": kind.remedy,
        "instance": "urn:uuid:0f8b1c6e-6a0d-4d0f-9a55-1f6f3f0f1a11",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema, "examples": {kind.slug: {"value": example}}}}
    return {"description": f"{kind.title}. {kind.titel}.", "content": content}


def document(app: FastAPI, settings: Settings) -> dict[str, Any]:
    """Build the OpenAPI document of the API base."""
    shown = [route for route in iter_route_contexts(app.routes) if _is_shown(route.path or "")]
    made = get_openapi(
        title=TITLE,
        version=VERSION,
        summary="A shared language for the digital work of municipalities",
        description=DESCRIPTION,
        routes=shown,
        tags=TAGS,
        servers=[{"url": settings.api_url, "description": "This service. Den här tjänsten."}],
        terms_of_service=f"{settings.base_url}/#villkor",
        contact={"name": "Samspråk", "url": settings.base_url},
        license_info={"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
        external_docs={
            "description": "Documentation and service level. Dokumentation.",
            "url": f"{settings.base_url}/docs",
        },
    )
    # Set here, since FastAPI would load a library to check it.
    made["info"]["contact"]["email"] = "samsprak@example.org"
    made["info"]["x-limitations"] = "JSON bodies of at most 1 MB; pages of at most 100 items."
    made["info"]["x-sla"] = {
        "availability": "best effort while in beta",
        "responseTime": "public reads within 100 ms",
        "support": "by e-mail on working days",
    }
    made["components"]["schemas"]["Problem"] = Problem.model_json_schema(
        by_alias=True, ref_template="#/components/schemas/{model}"
    )
    made["components"]["schemas"] |= made["components"]["schemas"]["Problem"].pop("$defs", {})
    for name in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name, None)
    for path, item in made["paths"].items():
        for method, operation in item.items():
            _complete(method, operation, TABLE[method.upper(), path])
    made["paths"] = {path.removeprefix("/api/v1"): item for path, item in made["paths"].items()}
    made["security"] = []
    made["paths"]["/oauth2/token"]["servers"] = [{"url": settings.base_url, "description": "The root. Roten."}]
    return made


def _is_shown(path: str) -> bool:
    return path.startswith("/api/v1/") or path == "/oauth2/token"


def _complete(method: str, operation: dict[str, Any], access: Access) -> None:
    """Add what all operations have: who may call them, and the headers that they take."""
    if access.scopes:
        operation["security"] = [{"bearer": sorted(access.scopes)}]
    elif "security" in operation:
        operation["security"] = [{}, {"bearer": []}]
    added = (*(_WITH_TOKEN if "security" in operation else ()), *(_WRITES if method != "get" else _READS))
    for status in added:
        operation["responses"].setdefault(str(status), _problem(status))
    if method == "get":
        operation["responses"]["304"] = {"description": "Nothing has changed. Ingenting har ändrats."}
    operation["responses"] = dict(sorted(operation["responses"].items()))
    parameters = operation.setdefault("parameters", [])
    headers = dict(_COMMON_HEADERS)
    if method == "get":
        headers["If-None-Match"] = "The ETag that you have: 304 when nothing has changed."
    if method == "post" and access.scopes:
        headers["Idempotency-Key"] = "Your own key of this request: a retry with it has no second effect."
    for name, description in headers.items():
        parameters.append(
            {
                "name": name,
                "in": "header",
                "required": False,
                "description": description,
                "schema": _KEY_SCHEMA if name == "Idempotency-Key" else {"type": "string"},
            }
        )
