"""The OpenAPI document as others use it: validators, readers, generators of clients."""

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.document import document
from api.main import create_app
from api.openapi import examples
from api.settings import Settings
from tests.conftest import County, Store, serving
from tests.examples import DECISION_BODY, playing

# Names that clients call: none may change or go away.
OPERATION_IDS = {
    "addClientSecret",
    "addWebhookSecret",
    "annotateText",
    "compareGuidelineVersions",
    "compareProposal",
    "compareTermVersions",
    "createClient",
    "createComment",
    "createIssuer",
    "createProposal",
    "createWebhook",
    "decideProposal",
    "deleteWebhook",
    "editClient",
    "editIssuer",
    "editProposal",
    "editWebhook",
    "extendRound",
    "getAdoptionMatrix",
    "getAnswerSheet",
    "getApiInfo",
    "getClient",
    "getCalendar",
    "getComment",
    "getDecision",
    "getFeed",
    "getGlossary",
    "getGuideline",
    "getGuidelinePackage",
    "getGuidelineVersion",
    "getInterpretation",
    "getIssuer",
    "getMunicipality",
    "getOrganisation",
    "getProposal",
    "getProposalDecision",
    "getRound",
    "getStatement",
    "getStatistics",
    "getProposalImpact",
    "getSubmission",
    "getTerm",
    "getTermVersion",
    "getWebhook",
    "issueToken",
    "listAdoptions",
    "listClients",
    "listCheckpoints",
    "listComments",
    "listDecisions",
    "listDeliveries",
    "listDivergences",
    "listDomains",
    "listEvents",
    "listGuidelineVersions",
    "listGuidelines",
    "listInterpretationRevisions",
    "listIssuers",
    "listMunicipalities",
    "listMunicipalityAdoptions",
    "listMunicipalityInterpretations",
    "listProposals",
    "listTasks",
    "listSubmissions",
    "listTermInterpretations",
    "listRounds",
    "listStatements",
    "listTermVersions",
    "listenToEvents",
    "listTerms",
    "listWebhooks",
    "makeStatement",
    "moveProposal",
    "openRound",
    "previewProposal",
    "listDecisionRevisions",
    "listDeviations",
    "recordReadiness",
    "getReadiness",
    "listReadiness",
    "listReadinessRevisions",
    "listSupportMatches",
    "recordMaturityResult",
    "listMaturityResultsOfModel",
    "listMaturityResults",
    "listCountyMaturityResults",
    "recordDecision",
    "replayDeliveries",
    "recordDecisions",
    "writeDecision",
    "resolveComment",
    "recordInterpretation",
    "revokeClientSecret",
    "revokeWebhookSecret",
    "signCheckpoint",
    "suggestTerms",
    "testIssuer",
    "testWebhook",
    "withdrawInterpretation",
}
# What examples.json holds for the pages, beside what the document shows.
_FOR_THE_PAGES = {
    "jwks",
    "issuer-metadata",
    "adoption-matrix.csv",
    "redline.html",
    "deviations.csv",
    "county-maturity-results.csv",
    "divergences.csv",
    "sheet.html",
    "sheet.xlsx",
    "adoption-matrix.svg",
    "adoption-matrix.xlsx",
    "statistics.csv",
}


def _operations(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [told for item in made["paths"].values() for method, told in item.items() if method != "servers"]


@pytest.fixture(scope="session")
def made() -> dict[str, Any]:
    settings = Settings(base_url="https://samsprak.example")
    return document(create_app(settings), settings)


def test_the_document_is_valid_openapi(made: dict[str, Any]) -> None:
    faults = [f"{list(fault.absolute_path)}: {fault.message}" for fault in OpenAPIV31SpecValidator(made).iter_errors()]
    assert faults == []


def test_every_schema_is_a_valid_one(made: dict[str, Any]) -> None:
    for name, schema in made["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema["title"] == name


def test_schemas_have_names_that_tell_nothing_of_the_code(made: dict[str, Any]) -> None:
    assert [name for name in made["components"]["schemas"] if not re.fullmatch("[A-Z][A-Za-z0-9]*", name)] == []


def test_json_and_yaml_are_the_same_document(library: County) -> None:
    in_json = library.get("/openapi.json").json()
    in_yaml = library.get("/openapi.yaml").text
    assert yaml.load(in_yaml, Loader=yaml.CSafeLoader) == in_json
    assert "&id" not in in_yaml


def test_the_served_document_is_the_one_that_the_code_makes(library: County) -> None:
    assert library.get("/openapi.json").json() == document(library.app, library.settings)


def test_operation_ids_are_unique_camel_case_and_stay(made: dict[str, Any]) -> None:
    ids = [told["operationId"] for told in _operations(made)]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", name)] == []
    assert set(ids) == OPERATION_IDS


def test_every_reference_leads_somewhere(made: dict[str, Any]) -> None:
    references = set(re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(made)))
    assert len(references) > 80
    assert [one for one in references if one[1] not in made["components"][one[0]]] == []


def _shape(value: Any) -> Any:
    """Keep the names and kinds of what an answer holds, and leave out the values."""
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return type(value).__name__


def test_the_examples_have_the_shape_of_todays_answers(store: Store) -> None:
    url = store.copy()
    with playing(url) as (_, today):
        pass
    store.drop(url)
    assert today.keys() == examples().keys()
    for name, answer in today.items():
        assert _shape(answer) == _shape(examples()[name]), f"{name}: run python -m tests.examples"


def test_every_example_stands_in_the_document(made: dict[str, Any]) -> None:
    shown: set[str] = set()
    for told in _operations(made):
        for body in [told.get("requestBody", {}), *told["responses"].values()]:
            for media in body.get("content", {}).values():
                shown |= media["examples"].keys()
    assert examples().keys() - shown == _FOR_THE_PAGES


@pytest.fixture(scope="session")
def client_package(made: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Generate a Python client from the document, and make it importable; gives the package's name."""
    folder, name = tmp_path_factory.mktemp("client"), "samsprak_client"
    (folder / "openapi.json").write_text(json.dumps(made), encoding="utf-8")
    # The generator knows neither ZIP nor Atom: to it they are a file and a text as any other.
    known = {"application/zip": "application/octet-stream", "application/atom+xml": "text/plain"}
    config = {"content_type_overrides": known}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    tools = Path(sys.executable).parent
    command = [tools / "openapi-python-client", "generate", "--path", folder / "openapi.json", "--meta", "none"]
    command += ["--config", folder / "config.json"]
    done = subprocess.run(
        [*command, "--output-path", folder / name, "--fail-on-warning"],
        env=os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield name
    sys.path.remove(str(folder))


def test_a_generated_client_reads_a_term_and_records_a_decision(client_package: str, store: Store) -> None:
    def part(name: str) -> Any:
        return importlib.import_module(f"{client_package}.{name}")

    url = store.copy()
    with serving(url) as county:
        root, token = county.settings.api_url, county.token("2281", "integrator")
        with part("client").Client(base_url=root) as reader:
            term = part("api.terms.get_term").sync(client=reader, term_id="digital-mognad")
            missing = part("api.terms.get_term").sync(client=reader, term_id="saknas")
        with part("client").AuthenticatedClient(base_url=root, token=token) as sender:
            record = part("models.decision_record").DecisionRecord.from_dict(DECISION_BODY)
            put, address = part("api.adoptions.record_decision").sync_detailed, ("2281", "platina", "KS-1")
            answers = [put(*address, client=sender, body=record) for _ in range(2)]
    store.drop(url)

    assert (term.id, term.labels[0].value) == ("digital-mognad", "digital mognad")
    assert (missing.status, missing.title) == (404, "There is nothing at this address")
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [answer.parsed.result.value for answer in answers] == ["created", "unchanged"]
    assert answers[0].parsed.decision.deviations[0].provision == "1.3"
