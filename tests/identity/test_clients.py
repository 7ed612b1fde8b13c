"""Machine clients: who may make which, how a secret is changed without a pause, and where a secret never stands."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from api.clock import now
from api.identity.clients import create_client
from db.clients import find_client, note_last_use
from db.session import reading, transaction
from tests.conftest import County, Store, serving
from tests.edge.desk import check_problem
from tests.identity.registry import (
    EC384_KEY,
    EC_KEY,
    P256,
    RSA_KEY,
    SCOPES,
    ask,
    b64,
    events,
    everything_stored,
    made,
)
from tests.identity.test_tokens import WEAK, rsa_jwk

NEVER_MADE = "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
BY_KEY = {"publicKeys": [EC_KEY]}


def by(county: County, who: str) -> str:
    organisation, role = who.split()
    return county.token(organisation, role)


def of_the_operator(county: County, organisation: str, *scopes: str) -> dict[str, Any]:
    """Make a client as the command line does."""
    with transaction(county.app.state.database) as tx:
        client, secret = create_client(tx, organisation, "Länets system", scopes)
    return {"clientId": client.id, "clientSecret": secret}


def change(county: County, client: dict[str, Any], who: str, **changes: Any) -> httpx2.Response:
    token, address = by(county, who), f"/clients/{client['clientId']}"
    etag = county.get(address, token).headers["etag"]
    return county.send("PATCH", address, changes, token, if_match=etag)


def test_a_new_client_is_told_its_secret_and_gets_a_token(county: County) -> None:
    sent = {"organisation": "2281", "name": "Platina-koppling", "scopes": ["decisions:write", "events:read"]}
    answer = county.send("POST", "/clients", sent, by(county, "2281 coordinator"))
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(f"/api/v1/clients/{told['clientId']}")
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"
    assert (told["organisation"], told["secretShown"], told["lastUsedAt"]) == ("2281", False, None)
    assert len(told["clientSecret"]) == 43
    assert ask(county, told).json()["scope"] == "decisions:write events:read"
    read = county.get(f"/clients/{told['clientId']}", by(county, "2281 coordinator"))
    assert read.json() == {name: value for name, value in told.items() if name not in ("clientSecret", "secretShown")}
    assert read.headers["etag"].startswith('"1.')


# Who asks, for which organisation (- is none), which scopes, and the answer: a status, and of 422 the field.
GRANTS = """
2281 coordinator | -    | decisions:write events:read     | 201
2281 coordinator | 2281 | guidelines:propose              | 201
2281 coordinator | 2281 | clients:manage                  | 201
2281 coordinator | 2260 | events:read                     | 403
2281 coordinator | 22   | events:read                     | 403
2281 coordinator | 0180 | events:read                     | 403
2281 coordinator | -    | proposals:decide                | 422 /scopes
2281 coordinator | -    | events:read imports:write       | 422 /scopes
2281 coordinator | -    | issuers:manage                  | 422 /scopes
2281 coordinator | -    | all:rights                      | 422 /scopes
2281 editor      | -    | events:read                     | 403
2281 integrator  | -    | events:read                     | 403
22 county_editor | -    | events:read                     | 403
22 coordinator   | 2281 | events:read                     | 403
22 coordinator   | -    | proposals:decide                | 403
22 coordinator   | -    | decisions:write                 | 201
22 county_admin  | -    | events:read                     | 201
22 county_admin  | 22   | issuers:manage                  | 201
22 county_admin  | 22   | proposals:decide                | 403
22 county_admin  | 22   | imports:write                   | 403
22 county_admin  | 2260 | decisions:write webhooks:manage | 201
22 county_admin  | 2260 | clients:manage                  | 403
22 county_admin  | 2260 | terms:propose                   | 403
22 county_admin  | 2260 | issuers:manage                  | 422 /scopes
22 county_admin  | 0180 | events:read                     | 422 /organisation
22 county_admin  | 9999 | events:read                     | 422 /organisation
22 county_admin  | 2299 | events:read                     | 422 /organisation
"""


@pytest.mark.parametrize("row", GRANTS.strip().splitlines())
def test_a_client_gets_no_more_than_its_giver_may_give(county: County, row: str) -> None:
    who, organisation, scopes, expected = (part.strip() for part in row.split("|"))
    sent = {"name": "Diariet", "scopes": scopes.split()} | (
        {} if organisation == "-" else {"organisation": organisation}
    )
    answer = county.send("POST", "/clients", sent, by(county, " ".join(who.split())))
    status, _, pointer = expected.partition(" ")
    assert answer.status_code == int(status), answer.text
    if status == "201":
        assert answer.json()["organisation"] == (organisation if organisation != "-" else who.split()[0])
        return
    assert everything_stored(county).count("Diariet") == 0
    assert [fault["pointer"] for fault in answer.json().get("errors", [])] == ([pointer] if pointer else [])


def test_a_client_that_makes_clients_gives_them_no_more_than_it_has(county: County) -> None:
    maker = made(county, scopes=["clients:manage", "events:read"])
    token = ask(county, maker).json()["access_token"]
    assert made(county, token, scopes=["events:read"])["organisation"] == "2281"
    answer = county.send("POST", "/clients", {"name": "Mer", "scopes": ["decisions:write"]}, token)
    check_problem(answer, 403, "forbidden")


# What lets the giver act as the client is bounded by the giver's own scopes; what only takes away is not.
ABOVE = {
    "a new name": ({"name": "Annat"}, 200),
    "disabling": ({"disabled": True}, 200),
    "fewer scopes, still above": ({"scopes": ["proposals:decide"]}, 403),
    "scopes below": ({"scopes": ["events:read"]}, 200),
    "a key": (BY_KEY, 403),
}


@pytest.mark.parametrize(("changes", "status"), ABOVE.values(), ids=ABOVE.keys())
def test_a_client_above_its_manager_can_be_shut_out_but_not_taken_over(
    county: County, changes: dict[str, Any], status: int
) -> None:
    client = of_the_operator(county, "22", "proposals:decide", "events:read")
    assert change(county, client, "22 coordinator", **changes).status_code == status


def test_a_client_above_its_manager_gets_no_secret_and_is_not_enabled(county: County) -> None:
    client = of_the_operator(county, "22", "proposals:decide")
    answer = county.send("POST", f"/clients/{client['clientId']}/secrets", None, by(county, "22 coordinator"))
    check_problem(answer, 403, "forbidden")
    assert change(county, client, "22 coordinator", disabled=True).status_code == 200
    check_problem(change(county, client, "22 coordinator", disabled=False), 403, "forbidden")


def test_each_sees_its_own_and_the_county_sees_all(county: County) -> None:
    of_the_operator(county, "2260", "events:read")
    mine = made(county)
    made(county, by(county, "22 county_admin"), organisation=None)

    def seen(who: str, query: str = "") -> list[str]:
        return [client["organisation"] for client in county.get(f"/clients{query}", by(county, who)).json()["items"]]

    assert seen("2281 coordinator") == ["2281"]
    assert seen("2281 coordinator", "?organisation=2260") == []
    assert seen("22 coordinator") == ["22"]
    assert seen("22 county_admin") == ["22", "2281", "2260"]
    assert seen("22 county_admin", "?organisation=2260") == ["2260"]
    assert mine["clientSecret"] not in county.get("/clients", by(county, "22 county_admin")).text


ACTS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "", None),
    ("PATCH", "", {"name": "Annat"}),
    ("POST", "/secrets", None),
    ("DELETE", f"/secrets/{NEVER_MADE}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ACTS, ids=[f"{method} {path}" for method, path, _ in ACTS])
@pytest.mark.parametrize("who", ["2260 coordinator", "22 coordinator"])
def test_a_client_of_another_is_as_if_it_never_was(
    county: County, who: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    client = made(county)
    theirs, never = (
        county.send(method, f"/clients/{name}{path}", body, by(county, who), if_match='"1"')
        for name in (client["clientId"], NEVER_MADE)
    )
    assert (theirs.status_code, never.status_code) == (404, 404)
    assert theirs.json() | {"instance": ""} == never.json() | {"instance": ""}
    assert ask(county, client).status_code == 200


def test_a_change_needs_what_was_read(county: County) -> None:
    client, token = made(county), by(county, "2281 coordinator")
    address = f"/clients/{client['clientId']}"
    check_problem(county.send("PATCH", address, {"name": "A"}, token), 428, "precondition-required")
    check_problem(county.send("PATCH", address, {"name": "A"}, token, if_match='"7"'), 412, "precondition-failed")
    answer = county.send("PATCH", address, {"name": "A", "scopes": ["events:read"]}, token, if_match='"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json()["name"], answer.json()["scopes"], answer.json()["revision"]) == ("A", ["events:read"], 2)
    assert ask(county, client).json()["scope"] == "events:read"


BODIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no change": ({}, "", "empty"),
    "an unknown field": ({"secret": "x"}, "/secret", "unknown-field"),
    "no name": ({"name": None}, "/name", "string-type"),
    "no scope": ({"scopes": []}, "/scopes", "too-short"),
    "a scope that is no word": ({"scopes": ["all"]}, "/scopes/0", "wrong-form"),
    "a scope of the county": ({"scopes": ["proposals:decide"]}, "/scopes", "unknown-value"),
    "disabled in words": ({"disabled": "yes"}, "/disabled", "bool-type"),
    "another organisation": ({"organisation": "2260"}, "/organisation", "unknown-field"),
}


@pytest.mark.parametrize(("body", "pointer", "code"), BODIES.values(), ids=BODIES.keys())
def test_what_is_wrong_in_a_change_is_pointed_at(county: County, body: dict[str, Any], pointer: str, code: str) -> None:
    faults = check_problem(change(county, made(county), "2281 coordinator", **body), 422, "invalid-input")["errors"]
    assert [(fault["pointer"], fault["code"].replace("list-too", "too")) for fault in faults] == [(pointer, code)]


def test_a_disabled_client_gets_no_token_until_it_is_enabled(county: County) -> None:
    client = made(county)
    told = change(county, client, "2281 coordinator", disabled=True).json()
    assert told["disabled"]
    assert told["disabledAt"]
    assert ask(county, client).status_code == 401
    assert change(county, client, "2281 coordinator", disabled=False).json()["disabledAt"] is None
    assert ask(county, client).status_code == 200
    assert [event["kind"] for event in events(county)] == ["client.created", "client.disabled", "client.enabled"]


def test_a_secret_is_changed_without_a_pause(county: County) -> None:
    client, token = made(county), by(county, "2281 coordinator")
    address = f"/clients/{client['clientId']}/secrets"
    answer = county.send("POST", address, None, token)
    second = answer.json()["clientSecret"]
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert [ask(county, client, secret).status_code for secret in (client["clientSecret"], second)] == [200, 200]
    check_problem(county.send("POST", address, None, token), 409, "conflict")

    old = client["secrets"][0]["id"]
    for _twice in range(2):
        left = county.send("DELETE", f"{address}/{old}", None, token)
        assert left.status_code == 200
        assert [secret["id"] for secret in left.json()["secrets"]] == [answer.json()["id"]]
    assert [ask(county, client, secret).status_code for secret in (client["clientSecret"], second)] == [401, 200]
    kinds = [event["kind"] for event in events(county)]
    assert kinds == ["client.created", "client.secret_added", "client.secret_revoked"]


def test_the_last_secret_is_not_lost_in_silence(county: County) -> None:
    client = made(county)
    address = f"/clients/{client['clientId']}/secrets/{client['secrets'][0]['id']}"
    refusal = county.send("DELETE", address, None, by(county, "2281 coordinator"))
    assert "disable" in check_problem(refusal, 409, "last-credential")["detail"]
    assert ask(county, client).status_code == 200
    assert change(county, client, "2281 coordinator", **BY_KEY).status_code == 200
    assert county.send("DELETE", address, None, by(county, "2281 coordinator")).json()["secrets"] == []
    assert ask(county, client).status_code == 401
    check_problem(change(county, client, "2281 coordinator", publicKeys=[]), 409, "last-credential")


def test_a_client_with_a_key_has_no_weaker_door(county: County) -> None:
    client = made(county, publicKeys=[EC_KEY, EC384_KEY, RSA_KEY])
    assert (client["clientSecret"], client["secrets"]) == (None, [])
    assert client["publicKeys"] == [key | {"use": "sig"} for key in (EC_KEY, EC384_KEY, RSA_KEY)]
    read = county.get(f"/clients/{client['clientId']}", by(county, "2281 coordinator")).json()
    assert change(county, client, "2281 coordinator", publicKeys=read["publicKeys"]).status_code == 200
    assert "".join(events(county)[0]["data"]["keys"]) == "onetwothree"


PRIVATE = b64(P256.private_numbers().private_value.to_bytes(32))
KEYS: dict[str, tuple[list[Any], str, str]] = {
    "a private key": ([EC_KEY | {"d": PRIVATE}], "/publicKeys/0/d", "unknown-field"),
    "a secret": ([{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}], "/publicKeys/0/kty", "unknown-value"),
    "no kid": ([{**EC_KEY, "kid": ""}], "/publicKeys/0/kid", "wrong-form"),
    "two of one kid": ([EC_KEY, EC_KEY], "/publicKeys", "repeated-kid"),
    "five keys": ([EC_KEY | {"kid": str(n)} for n in range(5)], "/publicKeys", "too-long"),
    "for encryption": ([EC_KEY | {"use": "enc"}], "/publicKeys/0/use", "unknown-value"),
    "HS256": ([EC_KEY | {"alg": "HS256"}], "/publicKeys/0/alg", "unknown-value"),
    "none": ([EC_KEY | {"alg": "none"}], "/publicKeys/0/alg", "unknown-value"),
    "the algorithm of another curve": ([EC_KEY | {"alg": "ES384"}], "/publicKeys/0", "unusable-key"),
    "a point off the curve": ([EC_KEY | {"x": b64(bytes(31) + b"\x05")}], "/publicKeys/0", "unusable-key"),
    "an address to fetch": ([EC_KEY | {"x5u": "https://zqxmark.example"}], "/publicKeys/0/x5u", "unknown-field"),
    "1024 bits": ([rsa_jwk(WEAK, kid="a", alg="RS256")], "/publicKeys/0/n", "wrong-form"),
    "exponent one": ([RSA_KEY | {"e": "AQ"}], "/publicKeys/0", "unusable-key"),
    "a text": (["zqxmark"], "/publicKeys/0", "model-attributes-type"),
}


@pytest.mark.parametrize(("keys", "pointer", "code"), KEYS.values(), ids=KEYS.keys())
def test_what_is_no_good_public_key_is_pointed_at_and_not_kept(
    county: County, keys: list[Any], pointer: str, code: str
) -> None:
    sent = {"name": "Nyckelhavaren", "scopes": SCOPES, "publicKeys": keys}
    answer = county.send("POST", "/clients", sent, by(county, "2281 coordinator"))
    faults = check_problem(answer, 422, "invalid-input")["errors"]
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in faults]
    assert PRIVATE not in answer.text
    assert PRIVATE not in everything_stored(county)
    assert events(county) == []


def test_a_replay_does_not_show_the_secret_again(county: County) -> None:
    token, sent = by(county, "2281 coordinator"), {"name": "Diariet", "scopes": SCOPES}
    first, again = (county.send("POST", "/clients", sent, token, Idempotency_Key="a-1") for _ in range(2))
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.json() == first.json() | {"clientSecret": None, "secretShown": True}
    address = f"/clients/{first.json()['clientId']}/secrets"
    added, replayed = (county.send("POST", address, None, token, Idempotency_Key="b-1") for _ in range(2))
    assert replayed.json() == added.json() | {"clientSecret": None, "secretShown": True}
    assert [ask(county, first.json(), answer.json()["clientSecret"]).status_code for answer in (first, added)] == [
        200
    ] * 2
    stored = everything_stored(county)
    for answer in (first, added):
        assert answer.json()["clientSecret"] not in stored


def test_a_secret_stands_in_one_answer_and_nowhere_else(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    token = by(county, "2281 coordinator")
    client = made(county)
    second = county.send("POST", f"/clients/{client['clientId']}/secrets", {}, token).json()["clientSecret"]
    ask(county, client)
    ask(county, client, second + "x")
    change(county, client, "2281 coordinator", name="Annat")
    logged = capsys.readouterr()
    seen = [everything_stored(county), logged.out, logged.err, repr(events(county))]
    seen += [county.get(path, token).text for path in ("/clients", f"/clients/{client['clientId']}")]
    assert [text for text in seen for secret in (client["clientSecret"], second) if secret in text] == []


def test_each_change_is_told_with_who_and_without_a_name(county: County) -> None:
    anna, berit = (county.token("2281", "coordinator", name) for name in ("anna", "berit"))
    client = made(county, anna)
    address = f"/clients/{client['clientId']}"
    county.send("PATCH", address, {"name": "Annat"}, berit, if_match='"1"').raise_for_status()
    county.send("POST", f"{address}/secrets", None, anna).raise_for_status()
    told = [event["data"] for event in events(county)]
    authors = [data["by"]["author"] for data in told]
    assert authors[0] == authors[2] != authors[1]
    assert {data["by"]["organisation"] for data in told} == {"2281"}
    assert "anna" not in repr(told)
    assert told[1] | {"by": None} == {
        "id": client["clientId"],
        "name": "Annat",
        "scopes": SCOPES,
        "keys": [],
        "disabled": False,
        "by": None,
    }
    of_the_operator(county, "2281", "events:read")
    assert events(county)[-1]["data"]["by"] == {"organisation": None, "author": "operator"}


def test_the_county_is_seen_in_the_stream_of_the_municipality(county: County) -> None:
    made(county, by(county, "22 county_admin"), organisation="2260")
    [event] = events(county, "2260")
    assert event["data"]["by"]["organisation"] == "22"


def test_last_use_is_written_later_and_never_back(county: County) -> None:
    client = made(county)
    address, token = f"/clients/{client['clientId']}", by(county, "2281 coordinator")
    ask(county, client)
    assert county.get(address, token).json()["lastUsedAt"] is None
    county.app.state.last_use.try_to_write()
    written = county.get(address, token)
    assert written.json()["lastUsedAt"]
    assert written.json()["revision"] == 1
    with transaction(county.app.state.database) as tx:
        note_last_use(tx, {client["clientId"]: now() - timedelta(days=1)})
    assert county.get(address, token).json() == written.json()


def test_what_cannot_be_written_is_written_the_next_time(county: County) -> None:
    client, last_use = made(county), county.app.state.last_use
    ask(county, client)
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("ALTER TABLE client RENAME TO hidden"))
    last_use.try_to_write()
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("ALTER TABLE hidden RENAME TO client"))
    last_use.write_each_minute()  # not yet
    last_use.try_to_write()
    with reading(county.app.state.database) as session:
        found = find_client(session, client["clientId"])
    assert found is not None
    assert found.last_used_at is not None


def test_a_token_does_not_wait_for_who_changes_the_client(county: County) -> None:
    client = made(county)
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE client SET name = 'Under ändring'"))
        assert ask(county, client).status_code == 200


def test_of_secrets_added_at_once_there_are_never_more_than_two(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        client, token = made(county), by(county, "2281 coordinator")
        address = f"/clients/{client['clientId']}/secrets"
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: county.send("POST", address, None, token), range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        # Of two that revoke one each at once, one is left.
        secrets = county.get(f"/clients/{client['clientId']}", token).json()["secrets"]
        with ThreadPoolExecutor(2) as threads:
            ends = threads.map(lambda secret: county.send("DELETE", f"{address}/{secret['id']}", None, token), secrets)
            assert sorted(answer.status_code for answer in ends) == [200, 409]
    store.drop(url)
