"""The OpenAPI document: what routes declare, completed by what all of them have in common."""

import json
import re
from functools import lru_cache
from typing import Any

import yaml
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from api.errors import KeyInUse, KeyReused
from api.identity.permissions import TABLE, Access
from api.openapi import TEXT, Problem, examples, problem
from api.settings import Settings

VERSION = "0.1.0"
RELEASED = "2026-11-24"
TITLE = "Samspråk"
DESCRIPTION = """\
One glossary of digital terms, joint guidelines and their adoption, for the municipalities of a Swedish county.

Public reads need no token and answer with a strong `ETag`: keep it and ask again with `If-None-Match`. Changes need a
Bearer JWT, which tells which organisation speaks. Errors are `application/problem+json`; their `type` is a page that
explains cause and remedy. Lists are paged by `limit` and `page`.

Texts may hold a small part of Markdown (emphasis, lists, links), which pages render. Nothing else in them is markup.

**Limits:** a JSON body is at most 1 MB (a text to mark 2.5 MB) and 32 levels deep; a page holds at most 100 items; an
access token lives five minutes and there is no refresh token, ask for a new one. Search is by words and parts of
words, and mends one slip of a letter. Without a token an address may ask 600 times a minute, a client 1,200 times,
all clients of an organisation 6,000 times: `RateLimit` tells what is left. Answers that are already made are not
counted.

**Lifecycle:** this is a beta (major version 0); versions are semantic, fields may be added, and changes are told in
the change log. No end-of-life date is set for this version; `/api-info` tells its state.

**På svenska:** en gemensam ordlista med digitala begrepp, gemensamma riktlinjer och hur varje kommun har ställt sig
till dem. Det är öppet att läsa utan token. Den som vill ändra något behöver en token, och den avgör vilken
organisation som talar. Begränsningar: JSON-anrop är högst 1 MB (en text att märka 2,5 MB), en sida har högst 100
poster och en token gäller i fem minuter. En adress utan token får fråga 600 gånger i minuten, en klient 1 200 gånger
och en organisation 6 000 gånger. Det här är en betaversion; inget slutdatum är satt.
"""
TAGS = [
    {"name": "terms", "description": "The glossary. Ordlistan."},
    {"name": "interpretations", "description": "How municipalities read terms. Hur kommunerna läser begreppen."},
    {"name": "guidelines", "description": "Guidelines and their frozen versions. Riktlinjer och deras versioner."},
    {"name": "proposals", "description": "The joint process. Den gemensamma processen."},
    {
        "name": "adoptions",
        "description": "Municipal decisions and what follows. Kommunernas beslut och vad som följer.",
    },
    {
        "name": "readiness",
        "description": "Prerequisites of introduction, needs and offers of help. Förutsättningar, behov och stöd.",
    },
    {
        "name": "maturity",
        "description": "Figures of external maturity models. Mätvärden från externa mognadsmodeller.",
    },
    {"name": "organisations", "description": "Municipalities and counties. Kommuner och län."},
    {"name": "events", "description": "The change feed. Händelseflödet."},
    {"name": "webhooks", "description": "Events sent to where they are needed. Händelser som skickas dit de behövs."},
    {"name": "identity", "description": "Clients, issuers, tokens and keys. Klienter, utfärdare, tokens och nycklar."},
    {"name": "service", "description": "The service itself. Själva tjänsten."},
]
_READS = (400,)
_WRITES = (400, 413, 415)
_WITH_TOKEN = (401, 403)
_SENT_HEADERS = {
    "traceparent": "W3C trace context; comes back as sent.",
    "X-Request-Id": "Your own id of the request; comes back as sent.",
    "If-None-Match": "The ETag that you have: 304 when nothing has changed. With PUT `*`: create, never replace.",
    "Samsprak-Min-Sequence": "A sequence of the public feed: the answer is not older than that.",
    "If-Match": 'The ETag of the object as you have read it, or its revision alone: `"3"`. Without it 428.',
    "Idempotency-Key": "Your own key of this request: a retry with it has no second effect.",
}
_HEADER_SCHEMAS: dict[str, dict[str, Any]] = {"Idempotency-Key": {**TEXT, "pattern": "^[!-~]{1,255}$"}}
_GIVEN_HEADERS = {
    "traceparent": "The trace context that the request came with.",
    "X-Request-Id": "The id that the request came with.",
    "ETag": "Names this representation; an object's begins with its revision.",
    "Location": "The address of what was made.",
    "Samsprak-Sequence": "The place of this change in the public feed.",
    "Allow": "The methods that the address takes.",
    "WWW-Authenticate": "How to authenticate.",
    "Retry-After": "After how many seconds to try again.",
    "RateLimit": "What is left of each budget, and in how many seconds there is more; not on kept answers.",
    "RateLimit-Policy": "How many requests each budget gives, and in how many seconds.",
}
_BY_STATUS = {
    "201": "Location",
    "304": "ETag",
    "401": "WWW-Authenticate",
    "405": "Allow",
    "429": "Retry-After",
    "503": "Retry-After",
}
# Names that would clash in generated clients, or tell of Python's modules.
_SCHEMA_NAMES = {
    "Body_issueToken": "TokenRequest",
    "Change": "Difference",
    "api__adoptions__schemas__DecisionRead": "DecisionRead",
    "api__proposals__decision_schemas__DecisionRead": "CountyDecisionRead",
}


@lru_cache(maxsize=2)
def document_texts(app: FastAPI, settings: Settings) -> tuple[bytes, bytes]:
    """Give the OpenAPI document as JSON and as YAML; each takes too long to be made at every request."""
    made = document(app, settings)
    in_yaml = yaml.dump(made, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)
    return json.dumps(made, ensure_ascii=False).encode(), in_yaml.encode()


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
    made["info"]["contact"]["email"] = settings.contact
    made["info"]["x-limitations"] = (
        "JSON bodies of at most 1 MB, texts to mark 2.5 MB, batches of decisions 10 MB; pages of at most 100 items."
    )
    made["info"]["x-sla"] = {
        "availability": "best effort while in beta",
        "responseTime": "public reads within 100 ms",
        "support": "by e-mail on working days",
    }
    for path, item in made["paths"].items():
        for method, operation in item.items():
            _complete(method, operation, TABLE[method.upper(), path])
    made["paths"] = {path.removeprefix("/api/v1"): item for path, item in made["paths"].items()}
    made["security"] = []
    made["paths"]["/oauth2/token"]["servers"] = [{"url": settings.base_url, "description": "The root. Roten."}]
    components = made["components"]
    components["schemas"] = _tidied(components["schemas"])
    components["headers"] = {name: {"description": told, "schema": TEXT} for name, told in _GIVEN_HEADERS.items()}
    return _renamed(made)


def _is_shown(path: str) -> bool:
    return path.startswith("/api/v1/") or path == "/oauth2/token"


def _complete(method: str, operation: dict[str, Any], access: Access) -> None:
    """Add what all operations have: who may call them, their headers, and examples in whole."""
    operation["summary"] = re.sub("[A-Z]", lambda found: f" {found[0].lower()}", operation["operationId"]).capitalize()
    if access.scopes:
        operation["security"] = [{"bearer": sorted(access.scopes)}]
    elif "security" in operation:
        operation["security"] = [{}, {"bearer": []}]
    responses = operation["responses"]
    added = (*(_WITH_TOKEN if "security" in operation else ()), *(_WRITES if method != "get" else _READS))
    for status in added:
        told = problem(status)
        responses.setdefault(str(status), told)["content"] |= told["content"]
    if method == "get":
        responses["304"] = {"description": "Nothing has changed. Ingenting har ändrats."}
    takes_key = method == "post" and bool(access.scopes)
    if takes_key:
        responses["409"] = problem(409, KeyInUse)
        responses["422"] = problem(422, KeyReused)
    operation["responses"] = responses = dict(sorted(responses.items()))
    good = [response for status, response in responses.items() if status < "300"]
    _share_schema(good)
    for body in (operation.get("requestBody", {}), *good):
        _fill(body.get("content", {}))
    for status, response in responses.items():
        given = [
            "traceparent",
            "X-Request-Id",
            "RateLimit",
            "RateLimit-Policy",
            *([_BY_STATUS[status]] if status in _BY_STATUS else ()),
        ]
        if status < "300" and (method == "get" or access.scopes):
            given.append("ETag" if method == "get" else "Samsprak-Sequence")
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in given}
    _name_headers(operation, {"if-none-match"} if method == "get" else {"idempotency-key"} if takes_key else set())


def _share_schema(good: list[dict[str, Any]]) -> None:
    """Let a second good status answer in the form of the first, where it has none of its own."""
    told = [response["content"] for response in good if any("schema" in of for of in response["content"].values())]
    for response in good:
        if response["content"] not in told:
            response["content"] = told[0]


def _fill(content: dict[str, Any]) -> None:
    """Put the nulls back into examples: FastAPI has left them out."""
    for name, example in content.get("application/json", {}).get("examples", {}).items():
        example["value"] = examples()[name]


def _name_headers(operation: dict[str, Any], more: set[str]) -> None:
    """Describe the headers that an operation takes: what its signature names, and what every one has."""
    parameters = operation.get("parameters", [])
    known = {name.lower() for name in _SENT_HEADERS}
    asked = {parameter["name"] for parameter in parameters if parameter["in"] == "header"} & known
    taken = asked | more | {"traceparent", "x-request-id"}
    operation["parameters"] = [parameter for parameter in parameters if parameter["name"] not in asked] + [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": told,
            "schema": _HEADER_SCHEMAS.get(name, TEXT),
        }
        for name, told in _SENT_HEADERS.items()
        if name.lower() in taken
    ]


def _tidied(schemas: dict[str, Any]) -> dict[str, Any]:
    """Put the problem in the place of FastAPI's own errors, and drop titles that only repeat a field's name."""
    problem = Problem.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    found = {**schemas, **problem.pop("$defs"), "Problem": problem}
    for name in ("HTTPValidationError", "ValidationError"):
        found.pop(name, None)
    for schema in found.values():
        for field in schema.get("properties", {}).values():
            field.pop("title", None)
            if field.get("format") == "date":
                field.setdefault("example", "2027-01-31")
    return found


def _renamed(made: dict[str, Any]) -> dict[str, Any]:
    """Give each schema a name of its own without underscores, where it stands and wherever it is meant."""
    schemas = made["components"]["schemas"]
    names = {name: _SCHEMA_NAMES.get(name, name.replace("_", "")) for name in schemas}
    made["components"]["schemas"] = {names[name]: {**schema, "title": names[name]} for name, schema in schemas.items()}
    reference = re.compile('"#/components/schemas/([A-Za-z0-9_]+)"')
    text = reference.sub(lambda found: f'"#/components/schemas/{names[found[1]]}"', json.dumps(made))
    renamed: dict[str, Any] = json.loads(text)
    return renamed
