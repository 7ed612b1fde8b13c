"""Tokens of foreign issuers over HTTP: whom each speaks for, and what one provider can do to another's municipality."""

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.conftest import County
from tests.identity.conftest import Trusting
from tests.identity.idp import AUDIENCE
from tests.identity.test_tokens import GONE, b64, rsa_jwk
from tests.proposals.acts import amendment

ORG_NUMBER = "https://id.oidc.se/claim/orgNumber"
GROUPS = "http://schemas.xmlsoap.org/claims/Group"
Token = Callable[[Trusting], str]


def organisation_of(county: County, token: str) -> str:
    """Draft a proposal, which the token's organisation then owns."""
    answer = county.send("POST", "/proposals", amendment(county), token)
    assert answer.status_code == 201, answer.text
    organisation: str = answer.json()["organisation"]
    return organisation


def status_of(county: County, token: str) -> int:
    return county.get("/terms?limit=1", token).status_code


def test_a_token_speaks_for_the_organisation_of_its_issuer(trusting: Trusting) -> None:
    assert organisation_of(trusting.county, trusting.sundsvall.token()) == "2281"
    assert organisation_of(trusting.county, trusting.timra.token()) == "2262"


def with_secret(office: Trusting, encoding: Encoding) -> str:
    secret = office.sundsvall.key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    signed = office.sundsvall.token(header={"alg": "HS256"}, key=secret)
    head, body, seal = signed.split(".")
    assert seal == b64(hmac.digest(secret, f"{head}.{body}".encode(), hashlib.sha256))
    return signed


def other(office: Trusting, **claims: object) -> str:
    """Sign by Sundsvall's key what only Timrå could say."""
    return office.sundsvall.token({"iss": office.timra.url, **claims})


FORGED: list[tuple[str, Token]] = [
    ("the issuer of one is named and the key of another signs", other),
    ("… under the other's kid", lambda it: it.sundsvall.token({"iss": it.timra.url}, {"kid": it.timra.kid})),
    ("… and claims to be Timrå besides", lambda it: other(it, organisation="2262")),
    ("the kid is another issuer's", lambda it: it.sundsvall.token(header={"kid": it.timra.kid})),
    ("the issuer is the built-in one", lambda it: it.sundsvall.token({"iss": "https://samsprak.test"})),
    (
        "… and its kid too",
        lambda it: it.sundsvall.token(
            {"iss": "https://samsprak.test", "organisation": "22"}, {"kid": it.county.app.state.keys.ring.signing_kid}
        ),
    ),
    ("the issuer ends in a slash", lambda it: it.sundsvall.token({"iss": f"{it.sundsvall.url}/"})),
    ("the issuer is written in capitals", lambda it: it.sundsvall.token({"iss": it.sundsvall.url.upper()})),
    ("the issuer is nobody's", lambda it: it.sundsvall.token({"iss": "https://evil.example"})),
    ("there is no issuer", lambda it: it.sundsvall.token({"iss": GONE})),
    ("the public key in PEM is the secret", lambda it: with_secret(it, Encoding.PEM)),
    ("the public key in DER is the secret", lambda it: with_secret(it, Encoding.DER)),
    ("it is signed by RS512, which is not registered", lambda it: it.sundsvall.token(header={"alg": "RS512"})),
    ("the audience is another service", lambda it: it.sundsvall.token({"aud": "api://other"})),
    ("the audience is our API's address, which is not registered", lambda it: it.sundsvall.token({"aud": "x/api/v1"})),
    ("there is no audience", lambda it: it.sundsvall.token({"aud": GONE})),
    ("it lives for longer than is registered", lambda it: it.sundsvall.token({"exp": int(time.time()) + 3700})),
    ("it is an ID token", lambda it: it.sundsvall.token({"nonce": "n-0S6_WzA2Mj"})),
    ("it is an ID token of Keycloak", lambda it: it.sundsvall.token({"typ": "ID"})),
    (
        "it is bound to a key",
        lambda it: it.sundsvall.token({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
    ),
    ("its roles are an object", lambda it: it.sundsvall.token({"roles": {"Ordlista redaktör": True}})),
    ("its roles hold a number", lambda it: it.sundsvall.token({"roles": ["Ordlista redaktör", 1]})),
    ("it has no subject", lambda it: it.sundsvall.token({"sub": GONE})),
]


@pytest.mark.parametrize("forged", [pytest.param(token, id=sentence) for sentence, token in FORGED])
def test_a_forged_or_misdirected_token_is_refused(trusting: Trusting, forged: Token) -> None:
    answer = trusting.county.get("/terms?limit=1", forged(trusting))
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The token is not valid here, or no longer."


def may(county: County, token: str) -> set[str]:
    """Try one thing of each kind and tell which were let through."""
    tries: dict[str, tuple[str, str, Any]] = {
        "propose": ("POST", "/proposals", {}),
        "decide": ("PUT", "/municipalities/2281/decisions/a/b", {}),
        "decide in 2262": ("PUT", "/municipalities/2262/decisions/a/b", {}),
        "manage issuers": ("POST", "/issuers", {}),
        "read the stream": ("GET", "/events?stream=2281", None),
        "read the stream of 2262": ("GET", "/events?stream=2262", None),
        "read the stream of 22": ("GET", "/events?stream=22", None),
    }
    found = {name: county.send(method, path, body, token).status_code for name, (method, path, body) in tries.items()}
    assert set(found.values()) <= {200, 403, 422}, found
    # A municipality that is not the token's own is refused once the body is in order.
    body = {"retracted": True, "sourceRevision": 1}
    elsewhere = county.send("PUT", "/municipalities/2262/decisions/a/b", body, token)
    if elsewhere.status_code == 403:
        found["decide in 2262"] = 403
    return {name for name, status in found.items() if status != 403}


SAMORDNARE = {"propose", "decide", "read the stream"}
POWERLESS: list[tuple[str, dict[str, object], set[str]]] = [
    ("its group is an editor's", {}, {"propose"}),
    (
        "its groups are an editor's and a coordinator's",
        {"roles": ["Ordlista redaktör", "Ordlista samordnare"]},
        SAMORDNARE,
    ),
    ("a group alone is written as a text", {"roles": "Ordlista samordnare"}, SAMORDNARE),
    ("its letters are decomposed", {"roles": ["Ordlista redakto\u0308r"]}, {"propose"}),
    ("it has no roles", {"roles": GONE}, set()),
    ("its roles are null", {"roles": None}, set()),
    ("its groups are not mapped", {"roles": ["Kommunens alla"]}, set()),
    ("it names our roles in our words", {"roles": ["editor", "coordinator", "county_admin"]}, set()),
    ("two groups stand in one text", {"roles": "Ordlista redaktör Ordlista samordnare"}, set()),
    ("a group is in other letters", {"roles": ["ordlista redaktör"]}, set()),
    ("its groups stand in another claim", {"roles": GONE, "groups": ["Ordlista samordnare"]}, set()),
    ("it grants itself scopes", {"roles": GONE, "scope": "decisions:write issuers:manage events:read"}, set()),
    ("it grants itself scopes as Entra ID does", {"roles": GONE, "scp": "decisions:write issuers:manage"}, set()),
    ("it claims another organisation", {"organisation": "2262"}, {"propose"}),
    ("it claims the county", {"organisation": "22", "tenant": "22", "municipality": "2262"}, {"propose"}),
    ("it claims another's number", {ORG_NUMBER: "2120002395"}, {"propose"}),
    ("it claims to be a client", {"client_id": ["a"], "scope": ["b"]}, {"propose"}),
]


@pytest.mark.parametrize(("claims", "things"), [pytest.param(*rest, id=sentence) for sentence, *rest in POWERLESS])
def test_a_token_may_do_what_its_mapped_groups_may_and_no_claim_adds_to_it(
    trusting: Trusting, claims: dict[str, object], things: set[str]
) -> None:
    assert may(trusting.county, trusting.sundsvall.token(claims)) == things


def test_no_header_moves_a_token_to_another_organisation(trusting: Trusting) -> None:
    county, token = trusting.county, trusting.sundsvall.token()
    names = ("X_Organisation", "X_Tenant", "X_Forwarded_User", "X_Municipality")
    answer = county.send("POST", "/proposals", amendment(county), token, **dict.fromkeys(names, "2262"))
    assert answer.json()["organisation"] == "2281"


TID = "72f988bf-86f1-41af-91ab-2d7cd011db47"
ENTRA = {
    "aud": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
    "azp": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "azpacr": "0",
    "name": "Anna Andersson",
    "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    "preferred_username": "anna@kommun.example",
    "rh": "0.AQYA",
    "scp": "access_as_user",
    "tid": TID,
    "uti": "fqiBqXLPj0eQa82S-IYFAA",
    "ver": "2.0",
}
# What a registration and a token hold, as each product writes them.
SHAPES: list[tuple[str, dict[str, object], dict[str, object], dict[str, object]]] = [
    (
        "Entra ID, app roles",
        {"audience": ENTRA["aud"], "roleMap": {"Ordlista.Redaktor": "editor"}, "maxLifetime": 6000},
        {**ENTRA, "roles": ["Ordlista.Redaktor"], "exp": int(time.time()) + 5400},
        {"x5t": "nOo3ZDrODXEK1jKWhXslHR_KXEg"},
    ),
    (
        "Entra ID, groups",
        {
            "audience": ENTRA["aud"],
            "roleClaim": "groups",
            "roleMap": {"0e129f5b-6b0a-4944-982d-f776045632af": "editor"},
        },
        {**ENTRA, "roles": GONE, "groups": ["0e129f5b-6b0a-4944-982d-f776045632af", "a-second-one"]},
        {"x5t": "nOo3ZDrODXEK1jKWhXslHR_KXEg"},
    ),
    (
        "AD FS, one group",
        {"audience": "microsoft:identityserver:samsprak", "roleClaim": GROUPS},
        {
            "aud": "microsoft:identityserver:samsprak",
            "roles": GONE,
            GROUPS: "Ordlista redaktör",
            "apptype": "Public",
            "appid": "8a7f",
            "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
            "auth_time": "2026-11-24T08:00:00.000Z",
            "scp": "openid",
            "ver": "1.0",
        },
        {"x5t": "MjYxNTM"},
    ),
    (
        "AD FS, several groups",
        {"roleClaim": GROUPS},
        {"roles": GONE, GROUPS: ["Domain Users", "Ordlista redaktör"]},
        {},
    ),
    (
        "Keycloak, roles of the realm",
        {"roleClaim": "/realm_access/roles"},
        {
            "roles": GONE,
            "typ": "Bearer",
            "azp": "webb",
            "acr": "1",
            "sid": "5c0f",
            "scope": "openid profile",
            "allowed-origins": ["*"],
            "realm_access": {"roles": ["offline_access", "Ordlista redaktör"]},
        },
        {},
    ),
    (
        "Keycloak, roles of a client",
        {"roleClaim": "/resource_access/samsprak/roles"},
        {
            "roles": GONE,
            "aud": [AUDIENCE, "account"],
            "resource_access": {"samsprak": {"roles": ["Ordlista redaktör"]}},
        },
        {},
    ),
    (
        "Keycloak, roles of a client that is named by a URL",
        {"roleClaim": "/resource_access/https:~1~1samsprak.example/roles"},
        {"roles": GONE, "resource_access": {"https://samsprak.example": {"roles": ["Ordlista redaktör"]}}},
        {},
    ),
    ("an access token of RFC 9068", {}, {}, {"typ": "at+jwt"}),
    ("oidc.se's number of the organisation", {"orgNumber": "2120002411"}, {ORG_NUMBER: "2120002411"}, {}),
    ("a name that is no address", {"issuer": "http://fs.example.se/adfs/services/trust"}, {}, {}),
]


@pytest.mark.parametrize(
    ("registered", "claims", "header"), [pytest.param(*rest, id=sentence) for sentence, *rest in SHAPES]
)
def test_tokens_are_taken_as_each_product_writes_them(
    office: Trusting, registered: dict[str, object], claims: dict[str, object], header: dict[str, object]
) -> None:
    provider = office.sundsvall
    body = provider.registration("2281", jwksUri=f"{provider.url}/jwks", **registered)
    office.register(body).raise_for_status()
    token = provider.token({"iss": body["issuer"], **claims}, header)
    assert organisation_of(office.county, token) == "2281"


NOT_THERE: list[tuple[str, dict[str, object]]] = [
    ("the path leads through a text", {"realm_access": "roles"}),
    ("the path leads through a list", {"realm_access": ["roles"]}),
    ("the path ends early", {"realm_access": {}}),
    ("the path is the name of a claim", {"/realm_access/roles": ["Ordlista redaktör"]}),
    ("the path is written with dots", {"realm_access.roles": ["Ordlista redaktör"]}),
    ("the roles stand at the top", {"roles": ["Ordlista redaktör"]}),
]


@pytest.mark.parametrize("claims", [pytest.param(claims, id=sentence) for sentence, claims in NOT_THERE])
def test_a_place_is_exact_and_what_is_not_there_gives_no_role(office: Trusting, claims: dict[str, object]) -> None:
    provider = office.sundsvall
    office.register(provider.registration("2281", roleClaim="/realm_access/roles")).raise_for_status()
    token = provider.token({"roles": GONE, **claims})
    assert (status_of(office.county, token), may(office.county, token)) == (200, set())


@pytest.mark.parametrize("claimed", [GONE, None, "2120002395", " 2120002411", ["2120002411"], 2120002411])
def test_a_number_that_is_registered_must_be_claimed(office: Trusting, claimed: object) -> None:
    provider = office.sundsvall
    office.register(provider.registration("2281", orgNumber="2120002411")).raise_for_status()
    assert status_of(office.county, provider.token({ORG_NUMBER: claimed})) == 401


def test_a_disabled_issuer_is_refused_at_once_and_no_other_is(office: Trusting) -> None:
    county, token, others = office.county, office.sundsvall.token(), office.timra.token()
    issuer = office.register(office.sundsvall.registration("2281")).json()
    office.register(office.timra.registration("2262")).raise_for_status()
    for _ in range(2):
        assert (status_of(county, token), status_of(county, others)) == (200, 200)
        office.change(issuer, disabled=True).raise_for_status()
        assert (status_of(county, token), status_of(county, others)) == (401, 200)
        office.change(issuer, disabled=False).raise_for_status()


def test_an_issuer_that_is_registered_disabled_is_not_trusted_until_it_is_enabled(office: Trusting) -> None:
    issuer = office.register(office.sundsvall.registration("2281", disabled=True)).json()
    token = office.sundsvall.token()
    assert office.county.send("POST", f"/issuers/{issuer['id']}/test", None, office.admin).status_code == 200
    assert status_of(office.county, token) == 401
    office.change(issuer, disabled=False).raise_for_status()
    assert status_of(office.county, token) == 200


def test_a_change_counts_for_tokens_that_were_good_before_it(office: Trusting) -> None:
    county, token = office.county, office.sundsvall.token()
    issuer = office.register(office.sundsvall.registration("2281")).json()
    assert may(county, token) == {"propose"}
    office.change(issuer, roleMap={"Ordlista redaktör": "coordinator"}).raise_for_status()
    assert may(county, token) == SAMORDNARE
    office.change(issuer, roleMap={"Ordlista chef": "coordinator"}).raise_for_status()
    assert may(county, token) == set()
    office.change(issuer, audience="api://other").raise_for_status()
    assert status_of(county, token) == 401


def test_several_issuers_may_speak_for_one_organisation(office: Trusting) -> None:
    for provider in (office.sundsvall, office.timra):
        office.register(provider.registration("2281")).raise_for_status()
        assert organisation_of(office.county, provider.token()) == "2281"


def test_the_county_may_have_an_issuer_that_names_its_administrators(office: Trusting) -> None:
    roles = {"Länsredaktion": "county_editor", "Driftansvarig": "county_admin"}
    office.register(office.sundsvall.registration("22", roleMap=roles)).raise_for_status()
    admin = office.sundsvall.token({"roles": ["Driftansvarig"]})
    assert office.county.get("/issuers", admin).status_code == 200
    assert office.county.get("/issuers", office.sundsvall.token({"roles": ["Länsredaktion"]})).status_code == 403


def test_two_people_of_two_issuers_with_one_subject_are_two(office: Trusting) -> None:
    county = office.county
    for provider in (office.sundsvall, office.timra):
        office.register(provider.registration("22", roleMap={"a": "county_editor"})).raise_for_status()
    one, two = (provider.token({"roles": ["a"]}) for provider in (office.sundsvall, office.timra))
    made = county.send("POST", "/proposals", amendment(county), one)
    address = f"/proposals/{made.json()['id']}"
    sent = county.send(
        "POST", f"{address}/transitions", {"action": "submit", "reason": None}, one, if_match=made.headers["etag"]
    )
    assert sent.status_code == 200
    # Whoever wrote a proposal does not decide it; the other may.
    assert "reject" not in county.get(address, one).json()["allowedTransitions"]
    assert "reject" in county.get(address, two).json()["allowedTransitions"]


def test_a_key_that_is_new_to_us_is_fetched_once_and_then_known(office: Trusting) -> None:
    provider = office.sundsvall
    issuer = office.register(provider.registration("2281", jwksUri=f"{provider.url}/jwks")).json()
    good = provider.documents
    provider.show(rsa_jwk(provider.key, kid="rotated"))
    try:
        assert status_of(office.county, provider.token(header={"kid": "rotated"})) == 200
        provider.show(rsa_jwk(provider.key, kid="withdrawn"))
        token = provider.token(header={"kid": "rotated"}, claims={"jti": "2"})
        assert status_of(office.county, token) == 200, "nobody has looked since"
        office.county.send("POST", f"/issuers/{issuer['id']}/test", None, office.admin).raise_for_status()
        assert status_of(office.county, token) == 401, "a key that is no longer shown proves nothing"
    finally:
        provider.documents = good


def test_an_issuer_whose_keys_cannot_be_had_refuses_its_own_tokens_alone(office: Trusting) -> None:
    provider = office.sundsvall
    office.register(provider.registration("2281", jwksUri=f"{provider.url}/nowhere")).raise_for_status()
    office.register(office.timra.registration("2262")).raise_for_status()
    assert status_of(office.county, provider.token()) == 401
    assert status_of(office.county, office.timra.token()) == 200
