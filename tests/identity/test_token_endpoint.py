"""The built-in issuer: client credentials by the book, and keys that rotate."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.errors import Unprocessable
from api.identity.clients import create_client
from api.identity.keys import Keys, add_key
from api.identity.tokens import new_private_key, public_jwk
from db.session import transaction
from tests.conftest import County, Store, running
from tests.examples import DECISION, DECISION_BODY

GRANT = {"grant_type": "client_credentials"}


def client_of(county: County, organisation: str = "2281", *scopes: str) -> tuple[str, str]:
    with transaction(county.app.state.database) as tx:
        client, secret = create_client(tx, organisation, "Ärendesystemet", scopes or ("decisions:write", "events:read"))
    return client.id, secret


def ask(county: County, form: dict[str, Any], auth: tuple[str, str] | None = None) -> httpx2.Response:
    return county.client.post("/oauth2/token", data=form, auth=auth)


def claims(token: str, part: int = 1) -> dict[str, Any]:
    text = token.split(".")[part]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


@pytest.mark.parametrize("how", ["form", "basic"])
def test_a_client_gets_a_token_of_five_minutes_and_uses_it(county: County, how: str) -> None:
    name, secret = client_of(county)
    form = GRANT | ({"client_id": name, "client_secret": secret} if how == "form" else {})
    answer = ask(county, form, (name, secret) if how == "basic" else None)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 300, "decisions:write events:read")
    said = claims(told["access_token"])
    assert (said["client_id"], said["sub"], said["organisation"]) == (name, name, "2281")
    assert said["exp"] - said["iat"] == 300
    assert claims(told["access_token"], 0)["typ"] == "at+jwt"
    assert county.send("PUT", DECISION, DECISION_BODY, told["access_token"]).status_code == 201


def test_a_token_speaks_for_the_organisation_of_its_client_alone(county: County) -> None:
    name, secret = client_of(county, "2260")
    token = ask(county, GRANT | {"client_id": name, "client_secret": secret}).json()["access_token"]
    assert county.send("PUT", DECISION, DECISION_BODY, token).status_code == 403
    own = DECISION.replace("2281", "2260")
    assert county.send("PUT", own, DECISION_BODY, token).status_code == 201


@pytest.mark.parametrize("code", ["2281", "22"])
def test_a_client_of_the_county_alone_may_have_the_scopes_of_the_county(county: County, code: str) -> None:
    if code == "22":
        assert client_of(county, code, "proposals:decide")[0]
        return
    with pytest.raises(Unprocessable):
        client_of(county, code, "proposals:decide")


def test_a_new_client_is_told_of_in_its_own_stream_without_its_secret(county: County) -> None:
    before = county.get("/events?limit=1").json()["_meta"]
    name, secret = client_of(county)
    told = county.get("/events?stream=2281", county.token("2281", "coordinator"))
    [event] = told.json()["items"]
    assert (event["kind"], event["subject"]) == ("client.created", f"clients/{name}")
    assert secret not in told.text
    assert county.get("/events?limit=1").json()["_meta"] == before


def test_a_scope_may_be_narrowed_and_then_holds(county: County) -> None:
    name, secret = client_of(county)
    told = ask(county, GRANT | {"client_id": name, "client_secret": secret, "scope": "events:read"}).json()
    assert told["scope"] == "events:read"
    assert county.send("PUT", DECISION, DECISION_BODY, told["access_token"]).status_code == 403


REFUSED: dict[str, tuple[dict[str, str], int, str]] = {
    "an unknown client": ({"client_id": "unknown"}, 401, "invalid_client"),
    "a wrong secret": ({"client_secret": "wrong"}, 401, "invalid_client"),
    "an empty secret": ({"client_secret": ""}, 401, "invalid_client"),
    "another grant": ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    "a scope above its own": ({"scope": "proposals:decide"}, 400, "invalid_scope"),
    "an unknown scope": ({"scope": "all"}, 400, "invalid_scope"),
}


@pytest.mark.parametrize(("changed", "status", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_told_in_the_words_of_the_rfc(
    county: County, changed: dict[str, str], status: int, error: str
) -> None:
    name, secret = client_of(county)
    answer = ask(county, GRANT | {"client_id": name, "client_secret": secret} | changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert secret not in answer.text


def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer(county: County) -> None:
    name, _secret = client_of(county)
    wrong = ask(county, GRANT | {"client_id": name, "client_secret": "x"})
    unknown = ask(county, GRANT | {"client_id": "nobody", "client_secret": "x"})
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())


@pytest.mark.parametrize(
    "header", ["Basic !!!", b"Basic \xff", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer x", "Basic"]
)
def test_broken_credentials_are_those_of_no_client(library: County, header: str) -> None:
    answer = library.client.post("/oauth2/token", data=GRANT, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("name", ["\0", "a\0b", "\ufffd", "å", "' OR 1=1 --", "x" * 200])
@pytest.mark.parametrize("how", ["form", "basic"])
def test_whatever_a_client_calls_itself_is_looked_up_and_not_found(library: County, name: str, how: str) -> None:
    said = base64.b64encode(f"{name}:x".encode()).decode()
    headers = {"Authorization": f"Basic {said}"} if how == "basic" else {}
    form = {} if how == "basic" else {"client_id": name, "client_secret": "x"}
    answer = library.client.post("/oauth2/token", data=GRANT | form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "form",
    [
        "client_id={name}&client_secret={secret}",
        "grant_type=client_credentials&grant_type=client_credentials&client_id={name}&client_secret={secret}",
        "grant_type=client_credentials&client_id={name}&client_secret={secret}&scope=events:read&scope=decisions:write",
        "grant_type=client_credentials&client_id={long}&client_secret={secret}",
    ],
)
def test_a_request_that_is_not_whole_is_invalid(county: County, form: str) -> None:
    name, secret = client_of(county)
    content = form.format(name=name, secret=secret, long="x" * 300)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = county.client.post("/oauth2/token", content=content, headers=headers)
    assert (answer.status_code, answer.json().get("error")) == (400, "invalid_request")


def test_credentials_twice_are_refused(county: County) -> None:
    name, secret = client_of(county)
    answer = ask(county, GRANT | {"client_id": name, "client_secret": secret}, (name, secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_body_that_is_no_form_is_refused(library: County) -> None:
    answer = library.client.post("/oauth2/token", json=GRANT)
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_disabled_client_gets_no_token(county: County) -> None:
    name, secret = client_of(county)
    with county.app.state.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE client SET disabled_at = '2026-01-01 00:00:00'")
    assert ask(county, GRANT | {"client_id": name, "client_secret": secret}).status_code == 401


def kids(county: County) -> list[str]:
    return [key["kid"] for key in county.client.get("/.well-known/jwks.json").json()["keys"]]


def test_a_key_is_added_and_the_tokens_of_the_old_one_stay_good(county: County) -> None:
    old, before = county.token("2281"), kids(county)
    fresh = add_key(county.app.state.database)
    county.app.state.keys.refresh()
    assert set(kids(county)) == {fresh, *before}
    new = county.token("2281")
    assert claims(new, 0)["kid"] == fresh
    for token in (old, new):
        assert county.get("/proposals", token).status_code == 200


def test_keys_may_come_from_a_mounted_file_and_the_first_one_signs(store: Store, tmp_path: Path) -> None:
    first, second = new_private_key(), new_private_key()
    file = tmp_path / "keys.pem"
    file.write_text(first)
    file.chmod(0o600)
    url = store.copy()
    with running(url, signing_key_file=file) as county:
        old = county.token("2281")
        file.write_text(second + first)
        keys: Keys = county.app.state.keys
        keys.refresh()
        assert keys.ring.signing_kid == public_jwk(second)["kid"]
        assert len(kids(county)) == 2
        assert county.get("/proposals", old).status_code == 200
        file.write_text(new_private_key())
        file.chmod(0o666)
        keys.try_to_refresh()
        assert keys.ring.signing_kid == public_jwk(second)["kid"], "others could have put it there"
        file.chmod(0o600)
        file.write_text("half a fi")
        keys.try_to_refresh()
        assert county.get("/proposals", old).status_code == 200
    store.drop(url)


def test_the_issuer_is_described_where_the_rfc_has_it(library: County) -> None:
    told = library.client.get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == library.settings.base_url
    assert told["grant_types_supported"] == ["client_credentials"]
    assert all("d" not in key for key in library.client.get(told["jwks_uri"]).json()["keys"])
