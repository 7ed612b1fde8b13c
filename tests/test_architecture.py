"""The rules of the house, read from the imports and the calls."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(path.relative_to(ROOT) for folder in ("api", "db", "seed") for path in (ROOT / folder).rglob("*.py"))
SLICES = {
    *("terms", "interpretations", "guidelines", "proposals", "rounds", "adoptions"),
    *("organisations", "events", "clients", "issuers", "webhooks"),
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            # `from api import clock` imports api.clock.
            yield from (f"{node.module}.{name.name}" for name in node.names)


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def files_that_import(*names: str) -> set[str]:
    return {str(path) for path in FILES for found in imports(path) if found.split(".")[0] in names}


def files_that_call(name: str) -> set[str]:
    return {str(path) for path in FILES if name in calls(path)}


def test_tables_know_nothing_of_the_api() -> None:
    assert not {path for path in files_that_import("api", "fastapi", "seed") if path.startswith("db/")}


def test_one_file_imports_jose() -> None:
    assert files_that_import("jose") == {"api/identity/tokens.py"}


def test_one_file_signs_for_receivers() -> None:
    assert files_that_import("standardwebhooks") == {"api/webhooks/sending.py"}


def test_one_file_calls_out() -> None:
    assert files_that_import("httpcore") == {"api/outbound/calls.py"}
    # But for the health check, which asks the server beside it and loads nothing for it.
    assert files_that_import("httpx", "requests", "urllib3") == set()
    assert {str(path) for path in FILES if "urllib.request" in set(imports(path))} == {"api/healthcheck.py"}


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "rules.py"], ids=str)
def test_rules_are_pure(path: Path) -> None:
    forbidden = {"sqlmodel", "sqlalchemy", "fastapi", "starlette", "httpx", "time"}
    found = set(imports(path))
    assert not {name for name in found if name.split(".")[0] in forbidden}
    assert not found & {"api.clock", "api.settings", "db.session"}
    assert not set(calls(path)) & {"now", "today", "utcnow"}


def test_questions_to_the_database_stand_beside_its_tables() -> None:
    assert not {path for path in files_that_call("select") if not path.startswith("db/")}


def test_a_route_cannot_look_at_the_caller_and_have_its_answer_kept_for_all() -> None:
    """What takes Asker is marked as personal; Anyone is for what stands before a route."""
    using = {str(path) for path in FILES if "api.identity.authenticate.Anyone" in set(imports(path))}
    assert using == {"api/dependencies.py"}
    assert files_that_call("maybe_caller") == {"api/identity/authenticate.py"}


def test_nothing_looks_at_the_address_that_the_host_header_is_a_part_of() -> None:
    """`request.url` is put together from what the sender says; the path alone is in the scope."""
    for path in FILES:
        code = (ROOT / path).read_text(encoding="utf-8")
        assert not re.search(r"request\.(url|base_url|url_for)\b|request\.headers(\.get\(|\[)\"host\"", code), path


# What may be private, loaded by its id: each only where it is also asked who may see it.
BY_ID = {
    "find_proposal": {"api/proposals/reading.py"},
    "lock_proposal": {"api/proposals/standing.py"},
    "find_comment": {"api/comments/reading.py"},
    "find_client": {"api/clients/reading.py", "api/identity/clients.py"},
    "lock_client": {"api/clients/service.py"},
}


@pytest.mark.parametrize(("question", "places"), BY_ID.items())
def test_what_may_be_private_is_loaded_where_it_is_asked_who_may_see_it(question: str, places: set[str]) -> None:
    assert {path for path in files_that_call(question) if path.startswith("api/")} == places


def test_one_file_commits() -> None:
    assert files_that_call("commit") == {"db/session.py"}
    assert files_that_call("rollback") == set()


def test_no_base_http_middleware() -> None:
    assert not [path for path in FILES if "BaseHTTPMiddleware" in (ROOT / path).read_text(encoding="utf-8")]


def test_a_slice_does_not_use_the_service_of_another() -> None:
    for path in FILES:
        if path.parts[0] == "api" and path.parts[1] in SLICES:
            used = {name.split(".")[1] for name in imports(path) if ".service" in name and name.startswith("api.")}
            assert used <= {path.parts[1], "service"}, path
