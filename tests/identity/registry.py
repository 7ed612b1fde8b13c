"""What managers of clients do over HTTP, and how clients sign, for tests that need one."""

import json
import time
import uuid
from typing import Any

import httpx2
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import db
from api.identity.assertions import ASSERTION_TYPE
from api.identity.clients import create_client
from db.session import transaction
from tests.conftest import County
from tests.identity.test_tokens import GONE, Json, Key, b64, compact, ec_jwk, rsa_jwk

GRANT = {"grant_type": "client_credentials"}
P256, P384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)
EC_KEY = ec_jwk(P256, kid="one", alg="ES256")
EC384_KEY = ec_jwk(P384, kid="two", alg="ES384")
RSA_KEY = rsa_jwk(RSA, kid="three", alg="RS256")
SCOPES = ["decisions:write", "events:read"]


def made(county: County, by: str | None = None, **body: Any) -> dict[str, Any]:
    """Make a client of Sundsvall, and give what was answered."""
    sent = {"name": "Ärendesystemet", "scopes": SCOPES, **body}
    answer = county.send("POST", "/clients", sent, by or county.token("2281", "coordinator"))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ask(county: County, client: dict[str, Any], secret: str | None = None) -> httpx2.Response:
    """Ask for a token by secret."""
    said = {"client_id": client["clientId"], "client_secret": secret or client["clientSecret"]}
    return county.client.post("/oauth2/token", data=GRANT | said)


def present(county: County, assertion: str, **form: str) -> httpx2.Response:
    """Ask for a token by assertion."""
    said = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    return county.client.post("/oauth2/token", data=GRANT | said | form)


def assertion(client_id: str, audience: object, key: Key = P256, header: Json | None = None, **claims: object) -> str:
    """Sign as a client, with claims changed (or GONE)."""
    now = int(time.time())
    said = {"iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60, "jti": uuid.uuid4().hex}
    head = {"alg": "ES256", "kid": "one", **(header or {})}
    parts = [{name: value for name, value in part.items() if value is not GONE} for part in (head, said | claims)]
    return compact(*(b64(json.dumps(part).encode()) for part in parts), key, head["alg"])


def events(county: County, organisation: str = "2281") -> list[dict[str, Any]]:
    """Read the client events of an organisation's own stream."""
    by = county.token(organisation, "coordinator" if len(organisation) == 4 else "county_admin")
    found: list[dict[str, Any]] = county.get(f"/events?stream={organisation}&kinds=client.*", by).json()["items"]
    return found


def everything_stored(county: County) -> str:
    """Read all rows of all tables as one text."""
    with county.app.state.database.reader.connect() as connection:
        rows = [tuple(row) for table in db.metadata.tables.values() for row in connection.execute(sa.select(table))]
    return repr(rows)


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
