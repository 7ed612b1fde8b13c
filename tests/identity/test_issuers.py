"""Trusted issuers: registered, changed, tested and disabled by the county's administrator alone."""

from typing import Any

import pytest

from tests.conftest import County
from tests.identity.conftest import Trusting
from tests.identity.idp import Idp
from tests.identity.test_tokens import P384, RSA, WEAK, ec_jwk, rsa_jwk

PLAIN = Idp(443, "plain").registration("2281", issuer="https://login.example.se")


def test_an_issuer_is_registered_read_and_listed(office: Trusting) -> None:
    made = office.register(PLAIN)
    assert made.status_code == 201
    issuer = made.json()
    assert {name: issuer[name] for name in PLAIN} == PLAIN
    assert (issuer["jwksUri"], issuer["roleClaim"], issuer["orgNumber"]) == (None, "roles", None)
    assert (issuer["maxLifetime"], issuer["disabled"], issuer["revision"]) == (3600, False, 1)
    assert made.headers["location"].endswith(f"/issuers/{issuer['id']}")
    assert made.headers["etag"].startswith('"1')
    read = office.county.get(f"/issuers/{issuer['id']}", office.admin)
    assert read.json() == issuer
    assert read.headers["etag"].startswith('"1.')
    other = office.register(PLAIN | {"issuer": "https://id.example.se", "organisation": "22"}).json()
    listed = office.county.get("/issuers", office.admin).json()
    assert [one["id"] for one in listed["items"]] == [other["id"], issuer["id"]]
    assert listed["_meta"]["totalRecords"] == 2
    assert office.county.get("/issuers?organisation=22&limit=1", office.admin).json()["items"] == [other]


def test_a_second_issuer_of_the_same_name_is_a_conflict_whoever_it_is_for(office: Trusting) -> None:
    office.register(PLAIN).raise_for_status()
    for body in (PLAIN, PLAIN | {"organisation": "2262"}):
        answer = office.register(body)
        assert answer.status_code == 409
        assert "is registered" in answer.json()["detail"]
    assert office.register(PLAIN | {"issuer": f"{PLAIN['issuer']}/"}).status_code == 201


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("it is for nobody", {"organisation": "9999"}, "/organisation", "unknown-organisation"),
    ("it is for another county", {"organisation": "0180"}, "/organisation", "unknown-organisation"),
    ("its code is a name", {"organisation": "Sundsvall"}, "/organisation", "wrong-form"),
    ("it is ourselves", {"issuer": "https://samsprak.test"}, "/issuer", "own-address"),
    ("it is ourselves with a slash", {"issuer": "https://samsprak.test/"}, "/issuer", "own-address"),
    ("it is ourselves in capitals", {"issuer": "https://SAMSPRAK.test"}, "/issuer", "own-address"),
    (
        "it is ourselves, with keys from elsewhere",
        {"issuer": "https://samsprak.test", "jwksUri": "https://a.example/"},
        "/issuer",
        "own-address",
    ),
    ("it is no URL", {"issuer": "login.example.se"}, "/issuer", "wrong-form"),
    ("it has a query", {"issuer": "https://login.example.se/?a=b"}, "/issuer", "wrong-form"),
    ("it has a fragment", {"issuer": "https://login.example.se/#a"}, "/issuer", "wrong-form"),
    ("it has a user", {"issuer": "https://a@login.example.se/"}, "/issuer", "wrong-form"),
    ("it stands for every tenant", {"issuer": "https://login.example/{tenantid}/v2.0"}, "/issuer", "wrong-form"),
    ("it has a line break behind", {"issuer": "https://login.example.se\n"}, "/issuer", "wrong-form"),
    ("it is longer than a claim", {"issuer": f"https://login.example.se/{'a' * 240}"}, "/issuer", "too-long"),
    ("it is found without TLS", {"issuer": "http://login.example.se"}, "/issuer", "not-https"),
    ("it is found at the port of mail", {"issuer": "https://login.example.se:25"}, "/issuer", "port"),
    ("its keys come without TLS", {"jwksUri": "http://login.example.se/jwks"}, "/jwksUri", "not-https"),
    ("its keys are in a file", {"jwksUri": "file:///etc/passwd"}, "/jwksUri", "wrong-form"),
    ("its keys have a user", {"jwksUri": "https://a:b@login.example.se/jwks"}, "/jwksUri", "bad-url"),
    ("it has no audience", {"audience": ""}, "/audience", "wrong-form"),
    ("its audience has a space", {"audience": "a b"}, "/audience", "wrong-form"),
    ("it signs with nothing", {"algorithms": []}, "/algorithms", "too-short"),
    ("it signs with a secret", {"algorithms": ["HS256"]}, "/algorithms/0", "unknown-value"),
    ("it does not sign", {"algorithms": ["RS256", "none"]}, "/algorithms/1", "unknown-value"),
    ("it signs twice", {"algorithms": ["RS256", "RS256"]}, "/algorithms", "repeated"),
    ("it gives no roles", {"roleMap": {}}, "/roleMap", "too-short"),
    ("it gives a role that there is not", {"roleMap": {"a": "king"}}, "/roleMap/a", "unknown-value"),
    ("a municipality decides", {"roleMap": {"a": "county_editor"}}, "/roleMap", "role-not-possible"),
    ("a municipality rules", {"roleMap": {"a": "editor", "b": "county_admin"}}, "/roleMap", "role-not-possible"),
    ("the place of its roles is empty", {"roleClaim": ""}, "/roleClaim", "wrong-form"),
    ("the place of its roles ends in nothing", {"roleClaim": "/realm_access/"}, "/roleClaim", "wrong-form"),
    ("the place of its roles has a lone tilde", {"roleClaim": "/a~b"}, "/roleClaim", "wrong-form"),
    ("its number has a hyphen", {"orgNumber": "212000-2411"}, "/orgNumber", "wrong-form"),
    ("its tokens live for ever", {"maxLifetime": 86_401}, "/maxLifetime", "less-than-equal"),
    ("its tokens live for a text", {"maxLifetime": "600"}, "/maxLifetime", "int-type"),
    ("its tokens live for a bit", {"maxLifetime": True}, "/maxLifetime", "int-type"),
    ("it is somewhat disabled", {"disabled": "yes"}, "/disabled", "bool-type"),
    ("it says what it is not asked", {"tenant": "22"}, "/tenant", "unknown-field"),
]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"), [pytest.param(*rest, id=sentence) for sentence, *rest in REFUSED]
)
def test_what_no_issuer_may_be_is_named_and_nothing_is_stored(
    trusting: Trusting, changes: dict[str, Any], pointer: str, code: str
) -> None:
    answer = trusting.register(PLAIN | changes)
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert (fault["pointer"].startswith(pointer), fault["code"]) == (True, code), fault
    assert trusting.county.get("/issuers", trusting.admin).json()["_meta"]["totalRecords"] == 2


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("it is the county's own", {"organisation": "22", "roleMap": {"a": "county_admin", "b": "county_editor"}}),
    ("it ends in a slash", {"issuer": "https://sts.windows.net/72f988bf/"}),
    (
        "AD FS has a name that is no address",
        {"issuer": "http://fs.example.se/adfs/services/trust", "jwksUri": "https://fs.example.se/adfs/discovery/keys"},
    ),
    ("roles stand in a claim named by a URL", {"roleClaim": "http://schemas.xmlsoap.org/claims/Group"}),
    ("roles stand two levels down", {"roleClaim": "/resource_access/samsprak/roles"}),
    ("a step has a slash in its name", {"roleClaim": "/resource_access/https:~1~1samsprak.example/roles"}),
    ("its keys have a query", {"jwksUri": "https://login.example.se/keys?appid=1"}),
]


@pytest.mark.parametrize("changes", [pytest.param(changes, id=sentence) for sentence, changes in ACCEPTED])
def test_what_providers_are_in_fact_is_accepted(office: Trusting, changes: dict[str, Any]) -> None:
    assert office.register(PLAIN | changes).status_code == 201


def test_a_change_needs_the_etag_and_what_is_left_out_stays(office: Trusting) -> None:
    issuer = office.register(PLAIN | {"orgNumber": "2120002411"}).json()
    address = f"/issuers/{issuer['id']}"
    assert office.county.send("PATCH", address, {"audience": "b"}, office.admin).status_code == 428
    assert office.county.send("PATCH", address, {"audience": "b"}, office.admin, if_match='"7"').status_code == 412
    changed = office.change(issuer, audience="b", orgNumber=None)
    assert changed.headers["etag"] == '"2"'
    expected = issuer | {"audience": "b", "orgNumber": None, "revision": 2, "changedAt": changed.json()["changedAt"]}
    assert changed.json() == expected
    assert office.change(issuer, audience="b").json() == expected, "nothing was to be changed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "empty"),
        ({"organisation": "2262"}, "unknown-field"),
        ({"issuer": "https://other.example"}, "unknown-field"),
        ({"roleMap": {"a": "county_admin"}}, "role-not-possible"),
        ({"jwksUri": "http://login.example.se"}, "not-https"),
        ({"audience": None}, "string-type"),
    ],
)
def test_a_change_may_do_no_more_than_a_registration(office: Trusting, changes: dict[str, Any], code: str) -> None:
    issuer = office.register(PLAIN).json()
    answer = office.change(issuer, **changes)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code
    assert office.county.get(f"/issuers/{issuer['id']}", office.admin).json() == issuer


def test_each_change_is_told_to_its_organisation_and_to_nobody_else(office: Trusting) -> None:
    before = office.county.get("/events").json()["_meta"]["lastSequence"]
    issuer = office.register(office.sundsvall.registration("2281")).json()
    office.change(issuer, maxLifetime=600).raise_for_status()
    office.county.send("POST", f"/issuers/{issuer['id']}/test", None, office.admin).raise_for_status()
    office.change(issuer, disabled=True, audience="b").raise_for_status()
    office.change(issuer, disabled=False).raise_for_status()
    events = office.events("2281")
    assert [event["kind"] for event in events] == [
        f"issuer.{what}" for what in ("created", "changed", "tested", "disabled", "enabled")
    ]
    data: list[Any] = [event["data"] for event in events]
    assert {event["subject"] for event in events} == {f"issuers/{issuer['id']}"}
    assert data[0].items() >= office.sundsvall.registration("2281").items()
    assert data[1]["changes"] == {"maxLifetime": {"before": 3600, "after": 600}}
    assert (data[2]["usable"], data[2]["refused"]) == (1, 0)
    assert data[3]["changes"].keys() == {"disabled", "audience"}
    assert data[4]["changes"] == {"disabled": {"before": True, "after": False}}
    by = [one["by"] for one in data]
    assert all(one == by[0] for one in by)
    assert by[0]["organisation"] == "22"
    assert "anna" not in str(by)
    assert office.events("22") == []
    assert office.county.get("/events").json()["_meta"]["lastSequence"] == before


def test_a_test_shows_which_keys_are_usable_and_why_others_are_not(office: Trusting) -> None:
    provider = office.sundsvall
    good = provider.documents
    provider.show(
        rsa_jwk(RSA, kid="rsa", use="sig"),
        ec_jwk(P384, kid="ec"),
        rsa_jwk(WEAK, kid="weak"),
        rsa_jwk(RSA, kid="enc", use="enc"),
        rsa_jwk(RSA),
    )
    try:
        issuer = office.register(provider.registration("2281", algorithms=["RS256", "RS512"])).json()
        seen = office.county.send("POST", f"/issuers/{issuer['id']}/test", None, office.admin)
    finally:
        provider.documents = good
    assert seen.status_code == 200
    assert seen.json() == {
        "issuer": provider.url,
        "usableKeys": [
            {"kid": "rsa", "kty": "RSA", "size": 2048, "algorithms": ["RS256", "RS512"]},
            {"kid": "ec", "kty": "EC", "size": 384, "algorithms": []},
        ],
        "refusedKeys": [
            {"kid": "weak", "reason": "key-length"},
            {"kid": "enc", "reason": "key-use"},
            {"kid": None, "reason": "key-kid"},
        ],
    }


UNTESTABLE: list[tuple[str, dict[str, object] | None, str]] = [
    ("it has no discovery document", {}, "status"),
    (
        "its discovery document is another's",
        {"/.well-known/openid-configuration": {"issuer": "https://evil.example", "jwks_uri": "https://evil.example"}},
        "issuer-mismatch",
    ),
    ("its keys are no list", {"/jwks": {"keys": {}}}, "not-a-key-set"),
    ("it shows no key", {"/jwks": {"keys": []}}, "no-usable-keys"),
]


@pytest.mark.parametrize(("documents", "reason"), [pytest.param(*rest, id=sentence) for sentence, *rest in UNTESTABLE])
def test_a_test_that_fails_tells_why_and_shows_nothing_of_the_answer(
    office: Trusting, documents: dict[str, object], reason: str
) -> None:
    provider = office.timra
    good = provider.documents
    issuer = office.register(provider.registration("2262")).json()
    provider.documents = good | documents if documents else {}
    try:
        answer = office.county.send("POST", f"/issuers/{issuer['id']}/test", None, office.admin)
    finally:
        provider.documents = good
    assert (answer.status_code, answer.json()["reason"]) == (409, reason)
    assert answer.json()["type"].endswith("/problems/keys-unavailable")
    assert "evil" not in answer.text
    assert [event["kind"] for event in office.events("2262")] == ["issuer.created"]


def test_an_issuer_that_was_never_made_has_nothing_to_read_change_or_test(library: County) -> None:
    admin, address = library.token("22", "county_admin"), "/issuers/0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
    assert library.get(address, admin).status_code == 404
    assert library.send("PATCH", address, {"disabled": True}, admin, if_match='"1"').status_code == 404
    assert library.send("POST", f"{address}/test", None, admin).status_code == 404
