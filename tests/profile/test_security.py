"""SAK: who may ask, how they show it, and what is checked."""

import base64
import json
import time
import uuid
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from pydantic.alias_generators import to_camel

import db
from api.identity.clients import create_client
from api.identity.keys import add_key
from db.session import transaction
from tests.conftest import BASE, County
from tests.profile.conftest import Played
from tests.profile.surface import TOKEN, changes, fields, forms, lists, operations, private_reads, reads, writes

_NUMBERS_WITH_A_MEANING = ("sequence", "number", "revision", "source_revision")
_EVERY_METHOD = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def _client(county: County) -> dict[str, str]:
    with transaction(county.app.state.database) as tx:
        client, secret = create_client(tx, "2281", "Ärendesystemet", ["decisions:write"])
    return {"client_id": client.id, "client_secret": secret}


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_sak_05_methods_that_an_address_does_not_take_answer_405(library: County, document: dict[str, Any]) -> None:
    taken: dict[str, set[str]] = {}
    for operation in operations(document):
        taken.setdefault(operation.address().partition("?")[0], set()).add(operation.method)
    for address, methods in taken.items():
        for method in _EVERY_METHOD - methods:
            answer = library.send(method, address)
            assert answer.status_code == 405, f"{method} {address}"
            assert methods <= set(answer.headers["allow"].split(", ")), f"{method} {address}"


def test_sak_05_head_answers_as_get_without_the_body(library: County, document: dict[str, Any]) -> None:
    for operation in reads(document):
        get, head = library.get(operation.address()), library.send("HEAD", operation.address())
        assert (head.status_code, head.content) == (get.status_code, b""), str(operation)
        assert head.headers.get("etag") == get.headers.get("etag"), str(operation)
        assert head.headers["content-type"] == get.headers["content-type"], str(operation)


def test_sak_05_allow_names_only_methods_that_are_taken(library: County) -> None:
    allowed = library.send("DELETE", "/terms").headers["allow"].split(", ")
    assert [method for method in allowed if library.send(method, "/terms").status_code == 405] == []


def test_sak_06_every_write_refuses_what_it_does_not_know(county: County, document: dict[str, Any]) -> None:
    for operation in writes(document):
        token = county.token("22", "county_editor") if "decision" in operation.path else county.token("2281")
        if "/rounds" in operation.path:
            token = county.token("22", "county_editor")
        if "statements" in operation.path:
            token = county.token("2281", "coordinator")
        if any(name in operation.path for name in ("clients", "webhooks", "municipalities")):
            token = county.token("2281", "coordinator")
        if "issuers" in operation.path or "checkpoints" in operation.path:
            token = county.token("22", "county_admin")
        answer = county.send(operation.method, operation.address(), {"surprise": 1}, token, if_match='"1"')
        assert answer.status_code == 422, str(operation)
        assert "/surprise" in {fault["pointer"] for fault in answer.json()["errors"]}, str(operation)


def test_sak_06_every_list_checks_its_parameters(library: County, document: dict[str, Any]) -> None:
    for operation in lists(document):
        for faulty in ("limit=x", "limit=-1", "limit=1000", "limit=", "page=x", "surprise=1"):
            answer = library.get(f"{operation.address()}?{faulty}")
            assert answer.status_code == 422, f"{operation} {faulty}"


def test_sak_06_no_address_passes_over_a_parameter(library: County, document: dict[str, Any]) -> None:
    for operation in reads(document):
        joint = "&" if "?" in operation.address() else "?"
        answer = library.get(f"{operation.address()}{joint}surprise=1")
        assert answer.status_code in (404, 422), str(operation)


def test_sak_08_every_write_needs_a_token(library: County, document: dict[str, Any]) -> None:
    for operation in changes(document):
        answer = library.send(operation.method, operation.address(), {})
        assert answer.status_code == 401, str(operation)
        assert answer.headers["www-authenticate"].startswith("Bearer"), str(operation)


def test_sak_08_every_write_needs_its_scope(library: County, document: dict[str, Any]) -> None:
    reader = library.token("2281", "reader")
    for operation in changes(document):
        answer = library.send(operation.method, operation.address(), {}, reader, if_match='"1"')
        assert answer.status_code == 403, str(operation)


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_sak_09_the_api_takes_no_basic_and_no_digest(library: County, document: dict[str, Any], scheme: str) -> None:
    for operation in [*reads(document), *writes(document)]:
        sent = {"Authorization": f"{scheme} YW5uYTpzZWNyZXQ="}
        address = f"{BASE}{operation.address()}"
        answer = library.client.request(operation.method, address, json={} if operation.writes else None, headers=sent)
        assert answer.status_code == 401, str(operation)
        assert scheme not in answer.headers["www-authenticate"], str(operation)
    kinds = [(one["type"], one.get("scheme")) for one in document["components"]["securitySchemes"].values()]
    assert kinds == [("http", "bearer")]


def test_sak_09_basic_is_taken_at_the_token_endpoint_alone(county: County, document: dict[str, Any]) -> None:
    client = _client(county)
    basic = (client["client_id"], client["client_secret"])
    granted = county.client.post(TOKEN, data={"grant_type": "client_credentials"}, auth=basic)
    assert granted.status_code == 200
    assert not TOKEN.startswith(BASE)


def test_sak_10_a_bearer_token_opens_what_is_closed(library: County, document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["bearerFormat"] == "JWT"
    assert library.get("/events?stream=2281", library.token("2281", "coordinator")).status_code == 200


def test_sak_12_a_token_lives_five_minutes(county: County) -> None:
    answer = county.client.post(TOKEN, data={"grant_type": "client_credentials", **_client(county)}).json()
    claims = _claims(answer["access_token"])
    assert answer["expires_in"] == claims["exp"] - claims["iat"] == 300


def test_sak_11_a_machine_asks_anew_instead_of_refreshing(county: County) -> None:
    form = {"grant_type": "client_credentials", **_client(county)}
    first, second = (county.client.post(TOKEN, data=form).json() for _ in range(2))
    assert "refresh_token" not in first
    assert _claims(first["access_token"])["jti"] != _claims(second["access_token"])["jti"]


def test_sak_13_a_client_is_the_same_in_every_token(county: County) -> None:
    form = {"grant_type": "client_credentials", **_client(county)}
    claims = [_claims(county.client.post(TOKEN, data=form).json()["access_token"]) for _ in range(2)]
    assert [one["client_id"] for one in claims] == [form["client_id"]] * 2
    assert {one["organisation"] for one in claims} == {"2281"}


def test_sak_14_keys_can_be_changed_while_tokens_of_the_old_one_live(county: County) -> None:
    before = county.token("2281", "coordinator")
    kid = add_key(county.app.state.database)
    county.app.state.keys.refresh()
    after = county.token("2281", "coordinator")
    assert [county.get("/events?stream=2281", token).status_code for token in (before, after)] == [200, 200]
    assert county.app.state.keys.ring.signing_kid == kid


def test_sak_14_a_new_key_is_published_within_seconds(county: County) -> None:
    address = "/.well-known/jwks.json"
    county.get(address)
    kid, deadline = add_key(county.app.state.database), time.monotonic() + 2
    while kid not in {key["kid"] for key in county.get(address).json()["keys"]}:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_sak_15_a_token_in_the_address_opens_nothing(library: County) -> None:
    token = library.token("2281", "coordinator")
    for name in ("access_token", "token", "api_key"):
        answer = library.get(f"/events?stream=2281&{name}={token}")
        assert answer.status_code == 422
        assert token not in answer.text


def test_sak_15_no_parameter_is_meant_for_a_secret(library: County, document: dict[str, Any]) -> None:
    names = {parameter["name"].lower() for one in operations(document) for parameter in one.told["parameters"]}
    names -= {"secretid"}  # names a secret, and tells nothing of it
    assert [name for name in names if any(word in name for word in ("token", "secret", "password", "apikey"))] == []
    assert "token" not in library.get("/proposals", library.token("2281")).json()["_links"]["self"]["href"]


def test_sak_16_there_are_no_api_keys(document: dict[str, Any]) -> None:
    assert [one for one in document["components"]["securitySchemes"].values() if one["type"] == "apiKey"] == []


@pytest.mark.parametrize("path", ["/terms", "/terms/nothing", "/suggestions?q=mogn"])
def test_sak_17_any_site_may_read_and_no_cookie_goes_along(library: County, path: str) -> None:
    answer = library.get(path, origin="https://intranet.example")
    assert answer.headers.get_list("access-control-allow-origin")[0] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_sak_37_a_preflight_is_answered_once(library: County, method: str) -> None:
    asked = {"Origin": "https://intranet.example", "Access-Control-Request-Method": method}
    answer = library.client.options(f"{BASE}/municipalities/2281/decisions/a/1", headers=asked)
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]


def test_sak_18_tokens_are_granted_by_oauth_2(library: County) -> None:
    metadata = library.get("/.well-known/oauth-authorization-server").json()
    assert metadata["grant_types_supported"] == ["client_credentials"]
    assert metadata["token_endpoint"].endswith(TOKEN)


def test_sak_36_the_issuer_publishes_its_keys(library: County) -> None:
    address = library.get("/.well-known/oauth-authorization-server").json()["jwks_uri"]
    [key] = library.client.get(address).json()["keys"]
    assert (key["alg"], key["use"]) == ("ES256", "sig")
    assert "d" not in key


def test_sak_19_what_is_shown_is_not_named_after_a_source_system(played: Played) -> None:
    decision = played.answers["municipal-decision"]
    assert (decision["source"], decision["externalId"]) == ("platina", "KS-2026-0042")
    assert uuid.UUID(decision["id"]).version == 5


def test_sak_20_no_key_of_a_table_is_shown(document: dict[str, Any]) -> None:
    inner = {
        to_camel(column.name)
        for table in db.metadata.tables.values()
        for column in table.primary_key.columns
        if isinstance(column.type, sa.Integer) and column.name not in _NUMBERS_WITH_A_MEANING
    }
    numbers = {
        field for _, field, told in fields(document) if any(form.get("type") == "integer" for form in forms(told))
    }
    assert inner.isdisjoint(numbers)


def test_sak_21_no_table_is_shown_as_it_is(document: dict[str, Any]) -> None:
    tables = {name: {to_camel(column.name) for column in table.columns} for name, table in db.metadata.tables.items()}
    for schema, told in document["components"]["schemas"].items():
        shown = set(told.get("properties", {}))
        assert [name for name, columns in tables.items() if columns == shown] == [], schema


def test_sak_23_a_proposal_tells_each_caller_what_it_may_do(county: County, played: Played) -> None:
    made = county.send("POST", "/proposals", played.answers["proposal-create"], county.token("2281")).json()
    address = f"/proposals/{made['id']}"
    assert made["allowedTransitions"] == ["submit", "withdraw"]
    county.send("POST", f"{address}/transitions", {"action": "submit"}, county.token("2281"), if_match='"1"')
    assert county.get(address).json()["allowedTransitions"] == []
    assert "approve" in county.get(address, county.token("22", "county_editor")).json()["allowedTransitions"]


def test_sak_27_refused_tokens_are_warnings_and_what_was_not_foreseen_is_an_error(
    library: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    with structlog.testing.capture_logs() as lines:
        library.get("/terms", "not-a-token")
        monkeypatch.setattr("api.guidelines.routes.guidelines", fail)
        with suppress(RuntimeError):
            library.get("/guidelines?limit=99")
        library.get("/terms?limit=98")
    levels = {line["event"]: line["log_level"] for line in lines}
    assert levels == {"token refused": "warning", "unforeseen": "error", "request": "info"}


def test_sak_28_a_large_body_is_refused_before_it_is_read(library: County) -> None:
    answer = library.raw("POST", "/proposals", b"[" * 1_000_001, library.token("2281"))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "text/json"]
)
def test_sak_29_a_body_of_another_type_is_refused(library: County, document: dict[str, Any], media_type: str) -> None:
    sent = {"Authorization": f"Bearer {library.token('22', 'county_editor')}", "Content-Type": media_type}
    for operation in writes(document):
        answer = library.client.request(operation.method, f"{BASE}{operation.address()}", content=b"{}", headers=sent)
        assert answer.status_code in (403, 415), str(operation)


def test_sak_30_methods_tell_what_they_do(library: County, document: dict[str, Any]) -> None:
    assert {operation.method for operation in writes(document)} <= {"POST", "PUT", "PATCH", "DELETE"}
    assert {one.path for one in private_reads(document)} == {
        "/clients",
        "/clients/{clientId}",
        "/issuers",
        "/issuers/{issuerId}",
        "/municipalities/{municipalityCode}/tasks",
        "/webhooks",
        "/webhooks/{webhookId}",
        "/webhooks/{webhookId}/deliveries",
    }


@pytest.mark.parametrize(
    ("header", "code"), [("If-Match", 412), ("Idempotency-Key", 400), ("Authorization", 401), ("Content-Type", 415)]
)
def test_sak_31_headers_of_writes_are_checked(county: County, played: Played, header: str, code: int) -> None:
    made = county.send("POST", "/proposals", played.answers["proposal-create"], county.token("2281")).json()
    sent = {"Authorization": f"Bearer {county.token('2281')}", "If-Match": '"1"', header: "åä".encode()}
    address = f"{BASE}/proposals/{made['id']}/transitions"
    assert county.client.post(address, json={"action": "submit"}, headers=sent).status_code == code


def test_sak_31_headers_of_reads_are_checked(library: County) -> None:
    assert library.get("/terms", samsprak_min_sequence="x").status_code == 400
