"""The served OpenAPI document and real answers, taken apart for the tests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CAMEL_CASE = re.compile(r"_?[a-z][a-zA-Z0-9]*")
# RFC 6749 gives these their names; the address is outside the API base.
OF_THE_TOKEN_ENDPOINT = frozenset({"TokenRequest", "TokenAnswer", "TokenError"})
TOKEN = "/oauth2/token"
# What is asked for by POST, since a URL does not hold it, and changes nothing.
ASKED_BY_POST = frozenset({"/annotations"})
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Operation:
    """A method of a path; `told` is what the document says of it."""

    method: str
    path: str
    told: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def private(self) -> bool:
        return {} not in self.told.get("security", [{}])

    def parameters(self, where: str) -> list[dict[str, Any]]:
        """List the parameters that stand in the path, the query or the headers."""
        return [parameter for parameter in self.told["parameters"] if parameter["in"] == where]

    def address(self) -> str:
        """Fill the path and the required parameters with the document's own examples."""
        path = self.path
        for parameter in self.parameters("path"):
            path = path.replace(f"{{{parameter['name']}}}", _example(parameter))
        needed = [f"{one['name']}={_example(one)}" for one in self.parameters("query") if one["required"]]
        return f"{path}?{'&'.join(needed)}" if needed else path


def operations(document: dict[str, Any]) -> list[Operation]:
    """List all operations of a document."""
    return [
        Operation(method.upper(), path, told)
        for path, item in document["paths"].items()
        for method, told in item.items()
        if method != "servers"
    ]


def reads(document: dict[str, Any]) -> list[Operation]:
    """List the public operations that change nothing."""
    return [operation for operation in operations(document) if not operation.writes and not operation.private]


def private_reads(document: dict[str, Any]) -> list[Operation]:
    """List the operations that show only its own to an organisation."""
    return [operation for operation in operations(document) if not operation.writes and operation.private]


def writes(document: dict[str, Any]) -> list[Operation]:
    """List the operations under the API base that take a body."""
    return [operation for operation in operations(document) if operation.writes and operation.path != TOKEN]


def changes(document: dict[str, Any]) -> list[Operation]:
    """List the operations under the API base that change something."""
    return [operation for operation in writes(document) if operation.path not in ASKED_BY_POST]


def lists(document: dict[str, Any]) -> list[Operation]:
    """List the operations that answer in pages."""
    return [
        operation
        for operation in reads(document)
        if any(parameter["name"] == "page" for parameter in operation.parameters("query"))
    ]


def media_types(operation: Operation) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give where each body of an operation stands, its media type, and what is said of it."""
    for media_type, told in operation.told.get("requestBody", {}).get("content", {}).items():
        yield f"{operation} body", media_type, told
    for status, response in operation.told["responses"].items():
        for media_type, told in response.get("content", {}).items():
            yield f"{operation} {status}", media_type, told


def fields(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each field of each schema: the schema's name, the field's name, its own schema."""
    for name, schema in document["components"]["schemas"].items():
        for field, told in schema.get("properties", {}).items():
            yield name, field, told


def forms(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """List what a schema may be: itself, or its alternatives."""
    found: list[dict[str, Any]] = [schema, *schema.get("anyOf", []), *schema.get("oneOf", [])]
    return found


def objects(answer: Any) -> Iterator[dict[str, Any]]:
    """Give every object of an answer, however deep it lies."""
    if isinstance(answer, dict):
        yield answer
        for value in answer.values():
            yield from objects(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from objects(value)


def links(answer: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every link of an answer, with the name that it stands under."""
    for found in objects(answer):
        for name, link in found.get("_links", {}).items():
            if link is not None:
                yield name, link


def _example(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    shown: list[Any] = parameter.get("examples") or schema.get("examples") or ["mogn"]
    return str(shown[0])
