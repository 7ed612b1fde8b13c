"""Machine clients: who may make which, who sees them, and what a client may be."""

from itertools import product
from typing import Any, get_args

import pytest

from api.clients.schemas import EcKey, RsaKey
from api.identity.public_keys import ALGORITHMS
from tests.conftest import County
from tests.edge.desk import check_problem
from tests.identity.registry import (
    EC_KEY,
    P256,
    RSA_KEY,
    SCOPES,
    ask,
    b64,
    by,
    change,
    events,
    everything_stored,
    made,
    of_the_operator,
)
from tests.identity.test_tokens import WEAK, rsa_jwk

NEVER_MADE = "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
BY_KEY = {"publicKeys": [EC_KEY]}


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
2281 coordinator | -    | events:read proposals:moderate  | 422 /scopes
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
22 county_admin  | 22   | proposals:moderate              | 403
22 county_admin  | 2260 | decisions:write tasks:read      | 201
22 county_admin  | 2260 | clients:manage                  | 403
22 county_admin  | 2260 | terms:propose                   | 403
22 county_admin  | 2260 | issuers:manage                  | 422 /scopes
22 county_admin  | 0180 | events:read                     | 422 /organisation
22 county_admin  | 9999 | events:read                     | 422 /organisation
22 county_admin  | 2299 | events:read                     | 422 /organisation
"""


def test_a_client_gets_no_more_than_its_giver_may_give(county: County, subtests: pytest.Subtests) -> None:
    for number, row in enumerate(GRANTS.strip().splitlines()):
        with subtests.test(row):
            check_grant(county, f"Diariet-{number}-", row)


def check_grant(county: County, name: str, row: str) -> None:
    who, organisation, scopes, expected = (part.strip() for part in row.split("|"))
    sent = {"name": name, "scopes": scopes.split()} | ({} if organisation == "-" else {"organisation": organisation})
    answer = county.send("POST", "/clients", sent, by(county, " ".join(who.split())))
    status, _, pointer = expected.partition(" ")
    assert answer.status_code == int(status), answer.text
    if status == "201":
        assert answer.json()["organisation"] == (organisation if organisation != "-" else who.split()[0])
        return
    assert everything_stored(county).count(name) == 0
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


def test_a_client_of_another_is_as_if_it_never_was(county: County, subtests: pytest.Subtests) -> None:
    client = made(county)
    for who, (method, path, body) in product(("2260 coordinator", "22 coordinator"), ACTS):
        with subtests.test(f"{method} {path} by {who}"):
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


def test_what_is_wrong_in_a_change_is_pointed_at(county: County, subtests: pytest.Subtests) -> None:
    client = made(county)
    for fault, (body, pointer, code) in BODIES.items():
        with subtests.test(fault):
            problem = check_problem(change(county, client, "2281 coordinator", **body), 422, "invalid-input")
            told = [(one["pointer"], one["code"].replace("list-too", "too")) for one in problem["errors"]]
            assert told == [(pointer, code)]


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


def test_what_is_no_good_public_key_is_pointed_at_and_not_kept(county: County, subtests: pytest.Subtests) -> None:
    for fault, (keys, pointer, code) in KEYS.items():
        with subtests.test(fault):
            sent = {"name": "Nyckelhavaren", "scopes": SCOPES, "publicKeys": keys}
            answer = county.send("POST", "/clients", sent, by(county, "2281 coordinator"))
            told = check_problem(answer, 422, "invalid-input")["errors"]
            assert (pointer, code) in [(one["pointer"], one["code"]) for one in told]
            assert PRIVATE not in answer.text
            assert PRIVATE not in everything_stored(county)
            assert events(county) == []


def test_each_algorithm_that_we_verify_has_its_kind_of_key() -> None:
    taken = {word for kind in (EcKey, RsaKey) for word in get_args(kind.model_fields["alg"].annotation)}
    assert taken == ALGORITHMS
