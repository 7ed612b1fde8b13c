"""Nothing that is sent is without bounds: each text, list, number and set of names says how large it may be."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.document import document
from api.main import create_app
from api.settings import Settings

JSON = "application/json"
# A pattern that says how long a text is: without a repeat that has no end, outside of sets of characters.
_ENDLESS = re.compile(r"[*+]|\{\d+,\}")
_SET = re.compile(r"\[(?:\\.|[^\]\\])*\]")
_KNOWN_WORDS = {"enum", "const", "format", "maxLength"}
UNBOUNDED = {
    "a text": {"type": "string"},
    "a text of any length": {"type": "string", "pattern": "^[a-z]+$"},
    "a text of at least three": {"type": "string", "pattern": "^[a-z]{3,}$"},
    "a text within a choice": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "a list": {"type": "array", "items": {"type": "boolean"}},
    "a text within a list": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
    "a number": {"type": "integer", "minimum": 0},
    "a number whose bound has a wrong name": {"type": "integer", "minimum": 0, "le": 5},
    "an object that takes any name": {"type": "object", "properties": {}},
    "an object with any number of names": {"type": "object", "patternProperties": {"^[a-z]$": {"const": 1}}},
    "a value of any kind": {},
}
BOUNDED = {
    "a code": {"type": "string", "pattern": "^[0-9]{2}([0-9]{2})?$"},
    "a sign": {"type": "string", "pattern": "^[+*]$"},
    "a word": {"type": "string", "enum": ["ska", "bör"]},
}


@pytest.fixture(scope="session")
def made() -> dict[str, Any]:
    settings = Settings()
    return document(create_app(settings), settings)


def unbounded(schema: dict[str, Any], where: str, known: dict[str, Any]) -> Iterator[str]:
    """Name each place in a schema that says of no end."""
    if "$ref" in schema:
        yield from unbounded(known[schema["$ref"].rpartition("/")[2]], where, known)
        return
    for choice in (choices := [*schema.get("anyOf", ()), *schema.get("oneOf", ())]):
        yield from unbounded(choice, where, known)
    match schema.get("type"):
        case "string" if not _ends(schema):
            yield f"{where}: a text"
        case "array":
            yield from unbounded(schema["items"], f"{where}[]", known)
            if "maxItems" not in schema:
                yield f"{where}: a list"
        case "integer" | "number" if not {"minimum", "maximum"} <= schema.keys():
            yield f"{where}: a number"
        case "object":
            yield from _unbounded_names(schema, where, known)
        case None if not choices and "const" not in schema:
            yield f"{where}: anything"


def _ends(text: dict[str, Any]) -> bool:
    pattern = text.get("pattern", "*")
    return not _KNOWN_WORDS.isdisjoint(text) or not _ENDLESS.search(_SET.sub("", pattern))


def _unbounded_names(schema: dict[str, Any], where: str, known: dict[str, Any]) -> Iterator[str]:
    for name, field in schema.get("properties", {}).items():
        yield from unbounded(field, f"{where}.{name}", known)
    others = [*schema.get("patternProperties", {}).values()]
    if schema.get("additionalProperties") is not False:
        others.append(schema.get("additionalProperties", {}))
    for other in others:
        yield from unbounded(other, f"{where}{{}}", known)
    # Names from a closed list are as many as that list has.
    if others and "maxProperties" not in schema and "propertyNames" not in schema:
        yield f"{where}: names"


@pytest.mark.parametrize("schema", UNBOUNDED.values(), ids=UNBOUNDED.keys())
def test_what_has_no_end_is_found(schema: dict[str, Any]) -> None:
    assert list(unbounded(schema, "", {}))


@pytest.mark.parametrize("schema", BOUNDED.values(), ids=BOUNDED.keys())
def test_what_ends_is_not_taken_for_endless(schema: dict[str, Any]) -> None:
    assert not list(unbounded(schema, "", {}))


def test_every_field_and_parameter_is_bounded(made: dict[str, Any]) -> None:
    known, seen = made["components"]["schemas"], 0
    found: list[str] = []
    for path, item in made["paths"].items():
        for method, operation in ((name, told) for name, told in item.items() if name != "servers"):
            sent = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
            # The token endpoint's form is RFC 6749's: a name that it does not know is passed over, not refused.
            if JSON in (content := operation.get("requestBody", {}).get("content", {})):
                sent["body"] = content[JSON]["schema"]
            for name, schema in sent.items():
                seen += 1
                found += unbounded(schema, f"{method} {path} {name}", known)
    # Each item of a batch is held against the schema of a record by itself, and told of in its own result.
    assert found == ["post /municipalities/{municipalityCode}/decision-batches body.items[]: anything"]
    assert seen > 50


def test_no_bound_has_a_name_that_json_schema_does_not_know(made: dict[str, Any]) -> None:
    assert not re.search(r'"(ge|gt|le|lt|multiple_of|min_length|max_length)":', json.dumps(made["paths"]))
