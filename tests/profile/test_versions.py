"""VER, WEB and SPA: versions, the feed in place of webhooks, and traces."""

import re
from datetime import date
from typing import Any, get_args

import pytest

from api.document import RELEASED, VERSION
from api.service.routes import ApiInfo
from tests.conftest import BASE, County
from tests.profile.surface import TRACE, operations, reads

_STATES = ("alpha", "beta", "active", "deprecated", "retired", "decommissioned")


def test_ver_03_a_reader_meets_no_field_that_the_document_does_not_name(
    library: County, document: dict[str, Any]
) -> None:
    told = document["components"]["schemas"]["TermRead"]["properties"]
    assert library.get("/terms/klarsprak?municipality=2281").json().keys() == told.keys()


def test_ver_04_the_version_is_a_semantic_one(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", VERSION)
    assert document["info"]["version"] == VERSION


def test_ver_05_the_address_names_a_major_version(document: dict[str, Any]) -> None:
    assert re.search(r"/v[0-9]+$", document["servers"][0]["url"])


def test_ver_06_api_info_lies_under_the_root_of_the_api(library: County, document: dict[str, Any]) -> None:
    assert "/api-info" in document["paths"]
    assert library.client.get(f"{document['servers'][0]['url']}/api-info").status_code == 200


def test_ver_07_api_info_tells_the_five_facts(library: County) -> None:
    info = library.get("/api-info").json()
    assert list(info) == ["apiName", "apiVersion", "apiReleased", "apiDocumentation", "apiStatus"]
    assert info["apiVersion"] == VERSION
    assert info["apiReleased"] == date.fromisoformat(RELEASED).isoformat()
    assert library.client.get(info["apiDocumentation"]).status_code == 200


def test_ver_10_its_state_is_one_of_six(library: County) -> None:
    assert get_args(ApiInfo.model_fields["api_status"].annotation) == _STATES
    assert library.get("/api-info").json()["apiStatus"] in _STATES


def test_ver_11_a_beta_has_major_version_0(library: County) -> None:
    info = library.get("/api-info").json()
    assert info["apiStatus"] not in ("alpha", "beta") or info["apiVersion"].startswith("0.")


def test_ver_12_an_active_api_has_at_least_major_version_1(library: County) -> None:
    info = library.get("/api-info").json()
    assert info["apiStatus"] in ("alpha", "beta") or not info["apiVersion"].startswith("0.")


def test_web_01_to_06_until_there_are_webhooks_the_feed_is_polled_by_a_counter(library: County) -> None:
    whole = library.get("/events?limit=1000").json()["items"]
    assert [event["sequence"] for event in whole] == list(range(1, len(whole) + 1))
    assert len({event["id"] for event in whole}) == len(whole) > 100
    middle = whole[40]["sequence"]
    assert library.get(f"/events?after={middle}&limit=1000").json()["items"] == whole[41:]


def test_spa_02_every_operation_takes_traceparent(document: dict[str, Any]) -> None:
    for operation in operations(document):
        assert "traceparent" in {parameter["name"] for parameter in operation.parameters("header")}, str(operation)


@pytest.mark.parametrize("sent", ["", "x", "00-" + "0" * 200, TRACE.upper(), TRACE + "\u00e5"])
def test_spa_02_a_malformed_trace_is_passed_over(library: County, sent: str) -> None:
    answer = library.client.get(f"{BASE}/terms/klarsprak", headers={"traceparent": sent.encode()})
    assert answer.status_code == 200
    assert "traceparent" not in answer.headers


def test_spa_04_the_trace_comes_back_from_every_operation(library: County, document: dict[str, Any]) -> None:
    for operation in operations(document):
        answer = library.send(
            operation.method, operation.address(), {} if operation.writes else None, traceparent=TRACE
        )
        assert answer.headers["traceparent"] == TRACE, str(operation)


def test_spa_04_it_comes_back_from_kept_answers_and_with_304_too(library: County, document: dict[str, Any]) -> None:
    for operation in reads(document):
        for _ in range(2):
            answer = library.get(operation.address(), traceparent=TRACE)
            assert answer.headers["traceparent"] == TRACE, str(operation)
        again = library.get(operation.address(), if_none_match=answer.headers.get("etag", '"x"'), traceparent=TRACE)
        assert again.headers["traceparent"] == TRACE, str(operation)


def test_spa_04_every_answer_of_the_document_names_it(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, response in operation.told["responses"].items():
            assert "traceparent" in response["headers"], f"{operation} {status}"
