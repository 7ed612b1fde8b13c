"""DOK: what the OpenAPI document tells, and where it stands."""

import re
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from api.identity.permissions import ROUTES
from tests.conftest import County
from tests.profile.surface import media_types, operations, reads

_SWEDISH = re.compile(r"\b(och|i|av|den|det|en|ett|till|för|på|är|om|kan|som|efter|med|vad|hur|inte)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(the|of|and|in|by|one|a|is|are|what|with|that|to|this|or|not|on|every)\b", re.IGNORECASE)
# Everything under the base but the document itself.
_SERVED = {
    (row.method, row.path.removeprefix("/api/v1"))
    for row in ROUTES
    if row.path.startswith("/api/v1/") and "/openapi." not in row.path
}


def test_dok_01_the_documentation_is_open_to_everybody(library: County, document: dict[str, Any]) -> None:
    docs = document["externalDocs"]
    assert docs["description"]
    assert library.client.get(docs["url"]).status_code == 200


def test_dok_03_the_document_tells_about_terms_contact_and_lifecycle(document: dict[str, Any]) -> None:
    info = document["info"]
    assert all(info[name] for name in ("title", "version", "description", "termsOfService"))
    assert all(info["contact"][name] for name in ("name", "url", "email"))
    assert all(info["license"][name] for name in ("name", "url"))
    assert "Lifecycle" in info["description"]
    assert "Bearer" in info["description"]


def test_dok_06_the_overview_is_in_swedish_and_english(document: dict[str, Any]) -> None:
    english, _, swedish = document["info"]["description"].partition("**På svenska:**")
    assert len(_ENGLISH.findall(english)) > 10
    assert len(_SWEDISH.findall(swedish)) > 10


def test_dok_06_every_operation_is_described_in_swedish_and_english(document: dict[str, Any]) -> None:
    told = {str(operation): operation.told["description"] for operation in operations(document)}
    assert [name for name, text in told.items() if not (_ENGLISH.search(text) and _SWEDISH.search(text))] == []


def test_dok_06_every_answer_is_described_in_two_sentences(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, response in operation.told["responses"].items():
            assert response["description"].count(".") >= 2, f"{operation} {status}"


def test_dok_07_there_is_an_overview_with_a_tag_for_each_part(document: dict[str, Any]) -> None:
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for operation in operations(document) for tag in operation.told["tags"]} <= described


def test_dok_08_the_service_level_is_told(document: dict[str, Any]) -> None:
    level = document["info"]["x-sla"]
    assert all(level[name] for name in ("availability", "responseTime", "support"))


def test_dok_09_the_limits_are_told_in_both_languages(document: dict[str, Any]) -> None:
    info = document["info"]
    assert "Limits:" in info["description"]
    assert "Begränsningar:" in info["description"]
    assert info["x-limitations"]


def test_dok_09_the_limits_that_are_told_are_those_that_hold(library: County, document: dict[str, Any]) -> None:
    assert "1 MB" in document["info"]["x-limitations"]
    assert "100 items" in document["info"]["x-limitations"]
    assert library.get("/terms?limit=100").status_code == 200
    assert library.get("/terms?limit=101").status_code == 422
    editor = library.token("2281")
    assert library.raw("POST", "/proposals", b" " * 1_000_000, editor).status_code == 400
    assert library.raw("POST", "/proposals", b" " * 1_000_001, editor).status_code == 413


def test_dok_10_it_is_told_whether_an_end_of_life_date_is_known(document: dict[str, Any]) -> None:
    assert "end-of-life" in document["info"]["description"]
    assert "slutdatum" in document["info"]["description"]


def test_dok_11_purpose_and_behaviour_are_described(document: dict[str, Any]) -> None:
    assert len(document["info"]["description"]) > 500


def test_dok_12_every_address_that_is_served_is_in_the_document(document: dict[str, Any]) -> None:
    told = {(operation.method, operation.path) for operation in operations(document)}
    assert told - {("POST", "/oauth2/token")} == _SERVED


def test_dok_12_every_parameter_is_described(document: dict[str, Any]) -> None:
    assert [
        f"{operation} {parameter['name']}"
        for operation in operations(document)
        for parameter in operation.told["parameters"]
        if not parameter.get("description")
    ] == []


def test_dok_13_the_codes_that_any_address_may_answer_are_listed(document: dict[str, Any]) -> None:
    for operation in operations(document):
        codes = set(operation.told["responses"])
        expected = {"400", "405", "422", "500", "503"}
        expected |= {"413", "415"} if operation.writes else {"304"}
        expected |= {"404"} if operation.parameters("path") else set()
        assert expected <= codes, str(operation)
        assert any(code in ("200", "201") for code in codes), str(operation)


def test_dok_15_every_json_body_has_an_example_that_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for operation in operations(document):
        for where, media_type, told in media_types(operation):
            validator = Draft202012Validator({**told["schema"], "components": document["components"]})
            for name, example in told["examples"].items():
                faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(example["value"])]
                assert faults == [], f"{where} {media_type} {name}"
                checked += 1
    assert checked > 300


def test_dok_15_every_path_parameter_has_an_example_that_can_be_asked_for(
    library: County, document: dict[str, Any]
) -> None:
    for operation in reads(document):
        assert library.get(operation.address()).status_code in (200, 404), str(operation)


def test_dok_16_the_document_can_be_read_by_programs(document: dict[str, Any]) -> None:
    assert document["openapi"]
    assert document["paths"]


def test_dok_17_it_is_the_newest_major_version_of_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")


def test_dok_18_it_is_served_as_json_and_as_yaml(library: County, document: dict[str, Any]) -> None:
    in_json, in_yaml = library.get("/openapi.json"), library.get("/openapi.yaml")
    assert in_json.headers["content-type"] == "application/json"
    assert in_yaml.headers["content-type"] == "application/yaml"
    assert yaml.safe_load(in_yaml.text) == document


def test_dok_19_every_operation_has_a_description(document: dict[str, Any]) -> None:
    assert [str(operation) for operation in operations(document) if not operation.told.get("description")] == []


def test_dok_20_every_answer_has_a_description(document: dict[str, Any]) -> None:
    assert [
        f"{operation} {status}"
        for operation in operations(document)
        for status, response in operation.told["responses"].items()
        if not response.get("description")
    ] == []


def test_dok_21_the_document_says_where_a_token_is_needed(document: dict[str, Any]) -> None:
    scopes = {(row.method, row.path.removeprefix("/api/v1")): row.scopes for row in ROUTES}
    for operation in operations(document):
        needed = scopes[operation.method, operation.path]
        security = operation.told.get("security", [])
        assert ({} not in security and security != []) == bool(needed), str(operation)
        assert not needed or security == [{"bearer": sorted(needed)}], str(operation)
    assert document["components"]["securitySchemes"]["bearer"]["description"]


def test_dok_23_the_document_lies_under_the_base_of_the_api(library: County, document: dict[str, Any]) -> None:
    base = document["servers"][0]["url"]
    assert library.client.get(f"{base}/openapi.json").status_code == 200
    assert library.client.get(f"{base}/openapi.yaml").status_code == 200


def test_dok_24_the_document_has_the_name_that_is_asked_for(library: County) -> None:
    assert str(library.get("/openapi.json").url).endswith("/api/v1/openapi.json")
    assert str(library.get("/openapi.yaml").url).endswith("/api/v1/openapi.yaml")


def test_for_02_no_get_takes_a_body(document: dict[str, Any]) -> None:
    assert [str(operation) for operation in reads(document) if "requestBody" in operation.told] == []
