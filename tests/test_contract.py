"""The whole surface, fuzzed against its own OpenAPI document, on both databases."""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis import Case

from api.document import document
from api.main import create_app
from api.settings import Settings
from tests.conftest import County, Store, serving

# A short look in every run of the suite, by one role on each database. At length, by every role on both:
# SCHEMATHESIS_EXAMPLES=300 make test PYTEST_ARGS=tests/test_contract.py
AT_LENGTH = "SCHEMATHESIS_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "5"))
ROLES = ("2281 coordinator", "22 county_editor", "22 county_admin")
SHORT = {"sqlite": ("2281 coordinator",), "postgresql": ("22 county_admin",)}

# What a schema cannot say, such as that a guideline exists or that an ETag is the current one, is told by these;
# 400 tells of U+0000, which the fuzzer writes into texts whose pattern has no room for it; 413 of a body beyond a
# megabyte, which it makes of many long texts, as it makes addresses for 414; 429 of too many guessed secrets.
_TOLD = [400, 401, 403, 404, 409, 412, 413, 414, 422, 428, 429]
_CONFIG = {
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", 304, *_TOLD]},
        "negative_data_rejection": {"expected-statuses": [*_TOLD, 405, 406, 415, "5xx"]},
    }
}
_settings = Settings()
schema = schemathesis.openapi.from_dict(
    document(create_app(_settings), _settings), config=schemathesis.Config.from_dict(_CONFIG)
)


@pytest.fixture(scope="module")
def surface(store: Store) -> Iterator[County]:
    url = store.copy()
    with serving(url) as county:
        yield county
    store.drop(url)


@pytest.fixture(scope="module")
def tokens(surface: County, store: Store) -> list[str]:
    return [surface.token(*who.split()) for who in (ROLES if AT_LENGTH else SHORT[store.engine])]


@schema.parametrize()
# Not by chance in every run: what is found at length is found by the one who looks, not by whoever changes a comment.
@settings(max_examples=EXAMPLES, derandomize=not AT_LENGTH, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_contract(case: Case, surface: County, tokens: list[str]) -> None:
    # A list without items leaves no trace in an address: what is sent then is in order.
    assume(all(value not in ([], {}) for value in (case.query or {}).values()))
    # Nor is a header that nobody knows anybody's fault: proxies add what they like.
    assume("x-schemathesis-unknown-property" not in (case.headers or {}))
    root = surface.settings.base_url if case.path.startswith("/oauth2") else surface.settings.api_url
    for token in tokens:
        case.call_and_validate(base_url=root, headers={"Authorization": f"Bearer {token}"})
