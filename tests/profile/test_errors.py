"""FEL, and what SAK asks of errors: one form, one media type, and nothing that helps an attacker."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from httpx2 import Response

from api.errors import all_problems
from tests.conftest import HOST, County
from tests.examples import DECISION_BODY
from tests.profile.conftest import Played
from tests.profile.surface import TOKEN, operations

_SECRET = "zebra-7c1f"
_ENTRAILS = ("traceback", ".py", "sqlalchemy", "psycopg", "sqlite", "select ", "insert ", "pydantic", "/usr/")
# A plain name that nobody knows is named again, so that it can be mended; markup and values are not.
_SENT = {"title": _SECRET, f"<{_SECRET}>": 1, "colour": _SECRET}


def _editor(played: Played) -> str:
    return played.county.token("2281")


def _sender(played: Played) -> str:
    return played.county.token("2281", "integrator")


def _move(played: Played, **headers: str) -> Response:
    body = {"action": "withdraw", "reason": _SECRET}
    return played.county.send("POST", f"{played.proposal}/transitions", body, _editor(played), **headers)


# The operation, and how to meet each status there; none of them changes anything.
_CASES: dict[int, tuple[str, str, Callable[[Played], Response]]] = {
    400: (
        "post",
        "/proposals",
        lambda played: played.county.raw("POST", "/proposals", f'{{"{_SECRET}'.encode(), _editor(played)),
    ),
    401: ("get", "/terms", lambda played: played.county.get(f"/terms?q={_SECRET}", _SECRET)),
    403: (
        "post",
        "/proposals",
        lambda played: played.county.send("POST", "/proposals", _SENT, played.county.token("2281", "reader")),
    ),
    404: ("get", "/terms/{termId}", lambda played: played.county.get(f"/terms/{_SECRET}")),
    405: ("get", "/terms", lambda played: played.county.send("DELETE", f"/terms?q={_SECRET}")),
    409: (
        "put",
        "/municipalities/{municipalityCode}/decisions/{source}/{externalId}",
        lambda played: played.county.send("PUT", played.decision, DECISION_BODY | {"reason": _SECRET}, _sender(played)),
    ),
    412: (
        "post",
        "/proposals/{proposalId}/transitions",
        lambda played: _move(played, if_match='"9999"'),
    ),
    413: (
        "post",
        "/proposals",
        lambda played: played.county.raw("POST", "/proposals", _SECRET.encode() * 200_000, _editor(played)),
    ),
    415: (
        "post",
        "/proposals",
        lambda played: played.county.raw(
            "POST", "/proposals", _SECRET.encode(), _editor(played), **{"Content-Type": _SECRET}
        ),
    ),
    422: ("post", "/proposals", lambda played: played.county.send("POST", "/proposals", _SENT, _editor(played))),
    428: ("post", "/proposals/{proposalId}/transitions", _move),
}


@pytest.fixture(params=_CASES)
def error(request: pytest.FixtureRequest, played: Played) -> Response:
    """Meet an error of each status."""
    answer = _CASES[request.param][2](played)
    assert answer.status_code == request.param
    return answer


def test_fel_01_an_error_has_the_five_fields_of_rfc_9457(error: Response) -> None:
    body = error.json()
    assert list(body)[:5] == ["type", "title", "status", "detail", "instance"]
    assert body["status"] == error.status_code
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", body["instance"])
    assert all(isinstance(body[name], str) and body[name] for name in ("type", "title", "detail"))


def test_fel_01_its_type_is_a_page_that_opens(error: Response, played: Played) -> None:
    address = error.json()["type"]
    assert address.startswith(f"{HOST}/problems/")
    assert played.county.client.get(address).status_code == 200


def test_fel_02_an_error_is_problem_json_and_never_kept(error: Response) -> None:
    assert error.headers["content-type"] == "application/problem+json"
    assert error.headers["cache-control"] == "no-store"


def test_fel_02_every_error_of_the_document_is_problem_json(document: dict[str, Any]) -> None:
    other = [
        f"{operation} {status}"
        for operation in operations(document)
        for status, response in operation.told["responses"].items()
        if status >= "400" and "application/problem+json" not in response["content"]
    ]
    # RFC 6749, section 5.2, gives this answer its form and its media type.
    assert other == [f"POST {TOKEN} {status}" for status in (401, 429)]


def test_fel_02_the_declared_problem_has_the_fields(document: dict[str, Any]) -> None:
    problem = document["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "detail", "instance"} <= set(problem["required"])


def test_fel_02_each_declared_problem_shows_its_own_status(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, response in operation.told["responses"].items():
            told = response.get("content", {}).get("application/problem+json", {"examples": {}})
            assert {str(example["value"]["status"]) for example in told["examples"].values()} <= {status}, str(
                operation
            )


def test_fel_02_what_was_not_foreseen_is_problem_json_too(library: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.guidelines.routes.guidelines", _fail)
    with structlog.testing.capture_logs():
        answer = library.get("/guidelines?limit=97")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["title"] == "Something went wrong on our side"


def test_fel_02_a_database_that_does_not_answer_is_503(library: County, monkeypatch: pytest.MonkeyPatch) -> None:
    def stall(*_: object) -> None:
        raise sa.exc.OperationalError(f"SELECT {_SECRET}", {}, TimeoutError(_SECRET))

    monkeypatch.setattr("api.guidelines.routes.guidelines", stall)
    answer = library.get("/guidelines?limit=96")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"].isdecimal()
    assert _SECRET not in answer.text


@pytest.mark.parametrize("status", _CASES)
def test_dok_13_an_error_that_is_met_is_one_that_is_documented(document: dict[str, Any], status: int) -> None:
    method, path, _ = _CASES[status]
    assert str(status) in document["paths"][path][method]["responses"]


def test_sak_24_an_error_does_not_repeat_what_was_sent(error: Response) -> None:
    assert _SECRET not in error.text
    assert not any(_SECRET in value for value in error.headers.values())


def test_sak_25_an_error_shows_nothing_of_the_inside(error: Response) -> None:
    told = error.text.lower()
    assert [word for word in _ENTRAILS if word in told] == []


def test_sak_26_an_error_is_one_of_a_short_list(error: Response) -> None:
    kinds = {f"{HOST}/problems/{kind.slug}": kind.title for kind in all_problems()}
    assert kinds[error.json()["type"]] == error.json()["title"]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": _SECRET, "client_secret": _SECRET}, 401, "invalid_client"),
        ({}, 400, "invalid_request"),
    ],
)
def test_sak_26_the_token_endpoint_does_not_tell_which_part_was_wrong(
    library: County, form: dict[str, str], status: int, code: str
) -> None:
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = library.client.post(TOKEN, data=form, headers=sent)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert _SECRET not in answer.text


def _fail(*_: object) -> None:
    raise RuntimeError(_SECRET)
