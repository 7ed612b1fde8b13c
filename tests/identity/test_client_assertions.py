"""A client that signs instead of sending a secret: what is taken, and each attack that is not."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from api.clock import now
from api.identity.assertions import ASSERTION_TYPE, read_assertion
from api.identity.parts import InvalidToken
from api.identity.public_keys import ALGORITHMS
from db.clients import forget_used_assertions
from db.session import transaction
from tests.conftest import HOST, County, Store, running, serving
from tests.identity.registry import (
    EC384_KEY,
    EC_KEY,
    GRANT,
    P256,
    P384,
    RSA,
    RSA_KEY,
    ask,
    assertion,
    made,
    present,
)
from tests.identity.test_token_endpoint import claims
from tests.identity.test_tokens import GONE, PUBLIC_DER, STRANGER, Json, Key, b64, nested

ENDPOINT = f"{HOST}/oauth2/token"
MINUTE = 60


@dataclass(frozen=True)
class Signers:
    """A county with a client that signs, and another one."""

    county: County
    client_id: str
    other_id: str
    disabled_id: str
    by_secret: dict[str, Any]

    def present(self, audience: object = HOST, key: Key = P256, header: Json | None = None, **changed: object) -> Any:
        return present(self.county, assertion(self.client_id, audience, key, header, **changed))


@pytest.fixture(scope="module")
def signers(store: Store) -> Iterator[Signers]:
    url = store.copy()
    with running(url) as county:
        client = made(county, publicKeys=[EC_KEY, EC384_KEY, RSA_KEY])
        other = made(county, publicKeys=[EC_KEY | {"kid": "other"}])
        disabled = made(county, publicKeys=[EC_KEY])
        address, token = f"/clients/{disabled['clientId']}", county.token("2281", "coordinator")
        county.send("PATCH", address, {"disabled": True}, token, if_match='"1"').raise_for_status()
        yield Signers(county, client["clientId"], other["clientId"], disabled["clientId"], made(county))
    store.drop(url)


def tomorrow() -> int:
    return int(time.time()) + 24 * 60 * MINUTE


GOOD: dict[str, Callable[[Signers], httpx2.Response]] = {
    "for the issuer": lambda s: s.present(),
    "for the token endpoint": lambda s: s.present(ENDPOINT),
    "for both": lambda s: s.present([HOST, ENDPOINT]),
    "ES384": lambda s: s.present(key=P384, header={"alg": "ES384", "kid": "two"}),
    "RS256": lambda s: s.present(key=RSA, header={"alg": "RS256", "kid": "three"}),
    "typ JWT": lambda s: s.present(header={"typ": "JWT"}),
    "typ of its own": lambda s: s.present(header={"typ": "client-authentication+jwt"}),
    "no time of issue": lambda s: s.present(iat=GONE),
    "the client named in the form too": lambda s: present(
        s.county, assertion(s.client_id, HOST), client_id=s.client_id
    ),
    "an unknown claim": lambda s: s.present(scope="proposals:decide", organisation="22"),
}


@pytest.mark.parametrize("how", GOOD.values(), ids=GOOD.keys())
def test_a_client_that_signs_gets_a_token(signers: Signers, how: Callable[[Signers], httpx2.Response]) -> None:
    answer = how(signers)
    assert answer.status_code == 200, answer.text
    said = claims(answer.json()["access_token"])
    assert (said["sub"], said["client_id"], said["organisation"]) == (signers.client_id, signers.client_id, "2281")
    assert said["scope"] == "decisions:write events:read"


ATTACKS: dict[str, Callable[[Signers], httpx2.Response]] = {
    # for whom
    "no audience": lambda s: s.present(GONE),
    "another audience": lambda s: s.present("https://other.example"),
    "the audience of access tokens": lambda s: s.present(f"{HOST}/api/v1"),
    "the audience with a slash": lambda s: s.present(f"{HOST}/"),
    "an audience besides ours": lambda s: s.present([HOST, "https://other.example"]),
    "an empty list of audiences": lambda s: s.present([]),
    "an audience that is an object": lambda s: s.present({HOST: True}),
    # when
    "expired": lambda s: s.present(iat=int(time.time()) - 200, exp=int(time.time()) - 100),
    "no expiry": lambda s: s.present(exp=GONE),
    "lives too long": lambda s: s.present(exp=int(time.time()) + 7 * MINUTE),
    "lives a day and hides since when": lambda s: s.present(iat=GONE, exp=tomorrow()),
    "issued tomorrow": lambda s: s.present(iat=tomorrow(), exp=tomorrow() + MINUTE),
    "not yet": lambda s: s.present(nbf=tomorrow()),
    "an expiry that is a text": lambda s: s.present(exp=str(int(time.time()) + MINUTE)),
    # once
    "no jti": lambda s: s.present(jti=GONE),
    "an empty jti": lambda s: s.present(jti=""),
    "a jti that is a number": lambda s: s.present(jti=1),
    "a jti that is too long": lambda s: s.present(jti="x" * 256),
    # who
    "the subject is another": lambda s: s.present(sub=s.other_id),
    "no subject": lambda s: s.present(sub=GONE),
    "no issuer": lambda s: s.present(iss=GONE),
    "the issuer is another client": lambda s: s.present(iss=s.other_id, sub=s.other_id),
    "the issuer is ours": lambda s: s.present(iss=HOST),
    "an unknown client": lambda s: s.present(iss="nobody", sub="nobody"),
    "a client without keys": lambda s: s.present(iss=s.by_secret["clientId"], sub=s.by_secret["clientId"]),
    "a disabled client": lambda s: s.present(iss=s.disabled_id, sub=s.disabled_id),
    "the form names another": lambda s: present(s.county, assertion(s.client_id, HOST), client_id=s.other_id),
    # by which key
    "no kid": lambda s: s.present(header={"kid": GONE}),
    "an unknown kid": lambda s: s.present(header={"kid": "four"}),
    "the kid of another client": lambda s: s.present(header={"kid": "other"}),
    "a stranger's key": lambda s: s.present(key=STRANGER),
    "the algorithm of another key": lambda s: s.present(key=P384, header={"alg": "ES384"}),
    "RS512 by a key for RS256": lambda s: s.present(key=RSA, header={"alg": "RS512", "kid": "three"}),
    "HS256 by the public key": lambda s: s.present(key=PUBLIC_DER, header={"alg": "HS256", "kid": "three"}),
    "none": lambda s: s.present(key=None, header={"alg": "none"}),
    "a key in the header": lambda s: s.present(key=STRANGER, header={"jwk": EC_KEY}),
    "an address in the header": lambda s: s.present(header={"jku": "https://other.example/keys"}),
    "a critical extension": lambda s: s.present(header={"crit": ["b64"], "b64": False}),
    "typ of an access token": lambda s: s.present(header={"typ": "at+jwt"}),
    "a header that nests": lambda s: present(s.county, f"{b64(nested(2000).encode())}.e30.AA"),
    "claims that nest": lambda s: present(s.county, f"e30.{b64(nested(2000).encode())}.AA"),
    "a NUL for a client": lambda s: s.present(iss="\0", sub="\0"),
    # what is none
    "three dots": lambda s: present(s.county, "..."),
    "an access token": lambda s: present(s.county, s.county.token("2281", "coordinator")),
    "the client's own access token": lambda s: present(
        s.county, ask(s.county, s.by_secret).json()["access_token"], client_id=s.by_secret["clientId"]
    ),
    "another kind of assertion": lambda s: present(
        s.county,
        assertion(s.client_id, HOST),
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_every_attack_gets_the_same_answer(signers: Signers, attack: Callable[[Signers], httpx2.Response]) -> None:
    answer = attack(signers)
    told = {"error": "invalid_client", "error_description": "The client or its secret is not known."}
    assert (answer.status_code, answer.json()) == (401, told)


def test_an_assertion_buys_one_token(county: County) -> None:
    client = made(county, publicKeys=[EC_KEY])
    signed = assertion(client["clientId"], ENDPOINT)
    assert [present(county, signed).status_code for _ in range(3)] == [200, 401, 401]
    again = assertion(client["clientId"], HOST, jti=claims(signed)["jti"])
    assert present(county, again).status_code == 401, "its id is used, whatever else it says"
    other = made(county, publicKeys=[EC_KEY])
    assert present(county, assertion(other["clientId"], HOST, jti=claims(signed)["jti"])).status_code == 200


def test_an_assertion_that_failed_for_its_client_is_not_used_up(county: County) -> None:
    client = made(county, publicKeys=[EC_KEY])
    signed = assertion(client["clientId"], ENDPOINT)
    assert present(county, signed, client_id="nobody").status_code == 401
    assert present(county, signed).status_code == 200


def test_of_the_same_assertion_at_once_one_is_taken(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        client = made(county, publicKeys=[EC_KEY])
        signed = assertion(client["clientId"], county.settings.token_url)
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: present(county, signed).status_code, range(8)))
        assert sorted(answers) == [200] + [401] * 7
    store.drop(url)


def test_used_assertions_are_forgotten_when_they_could_no_longer_be_used(county: County) -> None:
    client = made(county, publicKeys=[EC_KEY])
    assert present(county, assertion(client["clientId"], HOST)).status_code == 200

    def remembered() -> int:
        with county.app.state.database.reader.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM used_assertion")).scalar_one())

    for later, left in ((timedelta(minutes=2), 1), (timedelta(minutes=5), 0)):
        with transaction(county.app.state.database) as tx:
            forget_used_assertions(tx, now() + later)
        assert remembered() == left


PAIRS: dict[str, dict[str, str]] = {
    "an assertion of no kind": {"client_assertion": "a.b.c"},
    "a kind of no assertion": {"client_assertion_type": ASSERTION_TYPE},
    "a secret too": {"client_assertion": "a.b.c", "client_assertion_type": ASSERTION_TYPE, "client_secret": "x"},
    "too long": {"client_assertion": "x" * 8193, "client_assertion_type": ASSERTION_TYPE},
}


@pytest.mark.parametrize("form", PAIRS.values(), ids=PAIRS.keys())
def test_credentials_that_are_not_one_whole_way_are_no_request(library: County, form: dict[str, str]) -> None:
    answer = library.client.post("/oauth2/token", data=GRANT | form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_assertion_beside_basic_is_no_request(library: County) -> None:
    form = {"client_assertion": "a.b.c", "client_assertion_type": ASSERTION_TYPE}
    answer = library.client.post("/oauth2/token", data=GRANT | form, auth=("a", "b"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_access_token_and_an_assertion_are_not_taken_for_one_another(signers: Signers) -> None:
    signed = assertion(signers.client_id, f"{HOST}/api/v1", header={"typ": "at+jwt"}, organisation="2281")
    assert signers.county.get("/clients", signed).status_code == 401


def test_the_metadata_names_the_ways_and_the_algorithms(library: County) -> None:
    told = library.client.get("/.well-known/oauth-authorization-server").json()
    assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]
    assert set(told["token_endpoint_auth_signing_alg_values_supported"]) == ALGORITHMS


@given(st.text() | st.binary().map(lambda raw: f"{b64(raw)}.{b64(raw)}.{b64(raw)}"))
def test_no_text_is_more_than_refused(anything: str) -> None:
    with pytest.raises(InvalidToken):
        read_assertion(anything, lambda _client_id: None, {HOST}, time.time())
