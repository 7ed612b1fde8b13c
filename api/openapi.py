"""What routes declare of themselves: each good answer with its example, each error that it can give."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ConfigDict, Field

from api.errors import DomainError, FieldError, Unprocessable, all_problems
from api.schemas import Output
from api.tables import CSV, XLSX

_EXAMPLES = Path(__file__).with_name("examples.json")
# Any answer may be one of these; what each method and each token adds is put in where the document is made.
_EVERYWHERE = (405, 414, 422, 429, 431, 500, 503)
_SUMMARIES = {200: "The answer. Svaret.", 201: "Created. Skapat."}
# Where a status has several kinds, the one that any address may answer.
_GENERAL: dict[int, type[DomainError]] = {kind.status: kind for kind in reversed(all_problems())} | {422: Unprocessable}
TEXT = {"type": "string"}


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


def answers(
    name: str,
    *statuses: int,
    status: int = 200,
    csv: bool = False,
    page: bool = False,
    sheet: bool = False,
    files: Mapping[str, str] = MappingProxyType({}),
) -> dict[int | str, dict[str, Any]]:
    """Declare what a route answers: the good one with its example, and each error that it can give.

    `statuses` may hold a second good status, which answers in the same form; `files` are further forms, each with the
    name of its example.
    """
    declared: dict[int | str, dict[str, Any]] = {}
    good: dict[str, Any] = {"application/json": {"examples": {name: {"value": examples()[name]}}}}
    if csv:
        good[CSV] = {"schema": {"type": "string"}, "examples": {name: {"value": examples()[f"{name}.csv"]}}}
    if page:
        good["text/html"] = {"schema": {"type": "string"}, "examples": {name: {"value": examples()["redline.html"]}}}
    if sheet:
        good["text/html"] = {"schema": {"type": "string"}, "examples": {name: {"value": examples()["sheet.html"]}}}
        good[XLSX] = {"schema": {"type": "string"}, "examples": {name: {"value": examples()["sheet.xlsx"]}}}
    for media_type, example in files.items():
        good[media_type] = {"schema": TEXT, "examples": {name: {"value": examples()[example]}}}
    for code in sorted({status, *statuses, *_EVERYWHERE}):
        if code < 400:  # noqa: PLR2004
            declared[code] = {"description": _SUMMARIES[code], "content": good}
        else:
            declared[code] = problem(code)
    return declared


def file_answer(media_type: str, name: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare a route that answers with a file, and each error that it can give."""
    content = {media_type: {"schema": TEXT, "examples": {name: {"value": examples()[name]}}}}
    declared: dict[int | str, dict[str, Any]] = {200: {"description": _SUMMARIES[200], "content": content}}
    return declared | {code: problem(code) for code in sorted({*statuses, *_EVERYWHERE})}


def answer_of(model: type[Output], name: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Declare a good answer in a form of its own, beside that of the route."""
    content = {"application/json": {"examples": {name: {"value": examples()[name]}}}}
    return {status: {"model": model, "description": _SUMMARIES[status], "content": content}}


def body_example(*names: str) -> dict[str, Any]:
    """Put complete examples beside the schema of a JSON body."""
    content = {"application/json": {"examples": {name: {"value": examples()[name]} for name in names}}}
    return {"requestBody": {"content": content}}


def problem(status: int, *others: type[DomainError]) -> dict[str, Any]:
    kind = _GENERAL[status]
    shown = {each.slug: {"value": problem_example(each)} for each in (kind, *others)}
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema, "examples": shown}}
    return {"description": f"{kind.title}. {kind.titel}.", "content": content}


def problem_example(kind: type[DomainError]) -> dict[str, Any]:
    if kind is Unprocessable:
        error: DomainError = Unprocessable([FieldError("/title", "missing", "Field required")])
    else:
        error = kind(kind.remedy)
    return {
        "type": f"https://samsprak.example/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": error.detail,
        "instance": "urn:uuid:0f8b1c6e-6a0d-4d0f-9a55-1f6f3f0f1a11",
        **error.members,
    }
