"""FNS and CAC: parameters, pages, and what a cache may keep."""

import re
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import County
from tests.profile.surface import CAMEL_CASE, Operation, lists, operations, reads


def _query(document: dict[str, Any]) -> list[tuple[Operation, dict[str, Any]]]:
    return [(one, parameter) for one in operations(document) for parameter in one.parameters("query")]


def test_fns_01_query_parameters_are_camel_case(document: dict[str, Any]) -> None:
    assert len(_query(document)) > 30
    assert [parameter["name"] for _, parameter in _query(document) if not CAMEL_CASE.fullmatch(parameter["name"])] == []


@pytest.mark.parametrize("written", ["f%C3%B6rs%C3%B6rj", "f%c3%b6rs%c3%b6rj", "fo%CC%88rso%CC%88rj"])
def test_fns_02_values_are_read_as_percent_encoded_utf_8(library: County, written: str) -> None:
    found = library.get(f"/suggestions?q={written}").json()["items"]
    assert found == library.get("/suggestions?q=försörj").json()["items"]


def test_fns_02_values_come_back_percent_encoded_in_links(library: County) -> None:
    href = library.get("/terms?q=förslag å&limit=1").json()["_links"]["self"]["href"]
    assert href.isascii()
    assert parse_qs(urlsplit(href).query)["q"] == ["förslag å"]


def test_fns_03_parameters_start_with_a_letter(document: dict[str, Any]) -> None:
    assert [parameter["name"] for _, parameter in _query(document) if not parameter["name"][0].isalpha()] == []


def test_fns_05_parameters_are_optional_but_the_text_to_complete(document: dict[str, Any]) -> None:
    needed = [f"{operation} {parameter['name']}" for operation, parameter in _query(document) if parameter["required"]]
    assert needed == ["GET /suggestions q"]


def test_fns_06_parameter_names_need_no_encoding(document: dict[str, Any]) -> None:
    for _, parameter in _query(document):
        assert re.fullmatch("[A-Za-z0-9._~-]+", parameter["name"])


def test_fns_07_lists_are_paged_by_limit_and_page(document: dict[str, Any]) -> None:
    paged = lists(document)
    assert len(paged) > 8
    for operation in paged:
        assert {"limit", "page"} <= {parameter["name"] for parameter in operation.parameters("query")}, str(operation)


def test_fns_07_only_the_feeds_and_suggestions_have_a_limit_without_pages(document: dict[str, Any]) -> None:
    limited = {one.path for one in reads(document) if "limit" in {each["name"] for each in one.parameters("query")}}
    assert limited - {one.path for one in lists(document)} == {"/events", "/feed", "/suggestions"}


def test_fns_08_the_first_page_is_1(library: County, document: dict[str, Any]) -> None:
    for operation in lists(document):
        [page] = [each for each in operation.parameters("query") if each["name"] == "page"]
        assert (page["schema"]["default"], page["schema"]["minimum"]) == (1, 1), str(operation)
    assert library.get("/terms?page=1").json()["items"] == library.get("/terms").json()["items"]


def test_fns_09_a_page_holds_20_unless_asked_otherwise(library: County, document: dict[str, Any]) -> None:
    for operation in lists(document):
        [limit] = [each for each in operation.parameters("query") if each["name"] == "limit"]
        assert limit["schema"]["default"] == 20, str(operation)
    assert len(library.get("/terms").json()["items"]) == 20


def test_fns_10_a_list_tells_its_size_and_place(library: County, document: dict[str, Any]) -> None:
    for operation in lists(document):
        answer = library.get(operation.address())
        if answer.status_code == 200:
            meta, items = answer.json()["_meta"], answer.json()["items"]
            assert list(meta) == ["totalRecords", "page", "limit", "count"], str(operation)
            assert (meta["page"], meta["limit"], meta["count"]) == (1, 20, len(items)), str(operation)


def test_fns_11_a_list_links_to_its_ends_and_neighbours(library: County, document: dict[str, Any]) -> None:
    for operation in lists(document):
        answer = library.get(operation.address())
        assert answer.status_code == 404 or list(answer.json()["_links"]) == ["self", "first", "last", "next", "prev"]


def test_fns_11_following_next_meets_each_item_once(library: County) -> None:
    href: str | None = "/terms?limit=7"
    pages = []
    while href:
        page = library.client.get(href if href.startswith("http") else f"/api/v1{href}").json()
        pages.append(page)
        href = page["_links"]["next"] and page["_links"]["next"]["href"]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert len(ids) == len(set(ids)) == pages[0]["_meta"]["totalRecords"]
    assert all(
        later["_links"]["prev"]["href"] == earlier["_links"]["self"]["href"] for earlier, later in pairwise(pages)
    )
    assert pages[-1]["_links"]["self"]["href"] == pages[0]["_links"]["last"]["href"]


@pytest.mark.parametrize(
    "address",
    [
        "/terms?language=sv&status=approved&limit=2&page=2",
        "/terms?q=digital&domain=grundbegrepp&limit=1",
        "/municipalities?county=22&limit=3&page=2",
        "/adoptions?asOf=2026-06-30&municipality=2281&limit=2",
        "/municipalities/2281/adoptions?asOf=2026-06-30&limit=2",
        "/proposals?targetType=guideline&targetId=gemensamt-sprak&organisation=2281",
    ],
)
def test_fns_12_paging_links_keep_the_other_parameters(library: County, address: str) -> None:
    sent = parse_qs(urlsplit(address).query)
    kept = {name: values for name, values in sent.items() if name not in ("page", "limit")}
    for name, link in library.get(address).raise_for_status().json()["_links"].items():
        if link is not None:
            query = parse_qs(urlsplit(link["href"]).query)
            assert kept.items() <= query.items(), name
            assert query["limit"] == sent.get("limit", ["20"]), name


def test_fns_13_the_numbers_agree_with_the_links(library: County) -> None:
    page = library.get("/municipalities?limit=50&page=3").json()
    assert page["_meta"] == {"totalRecords": 290, "page": 3, "limit": 50, "count": 50}
    pages = {name: parse_qs(urlsplit(link["href"]).query)["page"] for name, link in page["_links"].items()}
    assert pages == {"self": ["3"], "first": ["1"], "last": ["6"], "next": ["4"], "prev": ["2"]}


def test_fns_14_a_page_past_the_end_is_an_empty_list(library: County, document: dict[str, Any]) -> None:
    for operation in lists(document):
        answer = library.get(f"{operation.address()}?page=9999")
        if answer.status_code != 404:
            assert (answer.status_code, answer.json()["items"]) == (200, []), str(operation)
            assert answer.json()["_links"]["next"] is None, str(operation)


def test_cac_01_every_public_read_may_be_kept_and_asked_for_again(library: County, document: dict[str, Any]) -> None:
    # A stream is a conversation, not a document.
    for operation in (operation for operation in reads(document) if operation.path != "/events/stream"):
        answer = library.get(operation.address())
        if answer.status_code == 200:
            assert answer.headers["cache-control"].startswith("public, max-age="), str(operation)
            assert "Accept-Encoding" in answer.headers["vary"], str(operation)
            again = library.get(operation.address(), if_none_match=answer.headers["etag"])
            assert (again.status_code, again.content) == (304, b""), str(operation)


def test_cac_01_what_a_token_opens_is_kept_by_nobody_else(library: County) -> None:
    answer = library.get("/events?stream=2281", library.token("2281", "coordinator"))
    assert "public" not in answer.headers.get("cache-control", "")
