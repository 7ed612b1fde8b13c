"""An identity provider on loopback: what it publishes, and tokens as it signs them."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.identity.test_tokens import GONE, Json, Key, b64, compact, rsa_jwk

AUDIENCE = "api://samsprak"


class Idp:
    """A provider with one RSA key; `documents` are what it serves, by path."""

    def __init__(self, port: int, kid: str) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self.key = rsa.generate_private_key(65537, 2048)
        self.kid = kid
        self.documents: dict[str, object] = {}
        # What is wrong with it: how many seconds it takes, and where it sends whoever asks.
        self.delay = 0.0
        self.redirect = ""
        self.show(rsa_jwk(self.key, kid=self.kid, use="sig", alg="RS256"))

    def show(self, *keys: Json, issuer: str | None = None) -> None:
        """Publish these keys, and a discovery document that leads to them."""
        discovery = {"issuer": issuer or self.url, "jwks_uri": f"{self.url}/jwks"}
        self.documents = {"/.well-known/openid-configuration": discovery, "/jwks": {"keys": list(keys)}}

    def registration(self, organisation: str, **other: object) -> Json:
        """Give what an administrator sends to trust this provider."""
        return {
            "organisation": organisation,
            "issuer": self.url,
            "audience": AUDIENCE,
            "algorithms": ["RS256"],
            "roleMap": {"Ordlista redaktör": "editor", "Ordlista samordnare": "coordinator"},
            **other,
        }

    def token(
        self, claims: Mapping[str, object] | None = None, header: Mapping[str, object] | None = None, key: Key = None
    ) -> str:
        """Sign Anna's token, an editor's, with members changed or GONE."""
        now = int(time.time())
        head: Json = {"typ": "JWT", "alg": "RS256", "kid": self.kid, **(header or {})}
        body: Json = {
            "iss": self.url,
            "sub": "anna",
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "roles": ["Ordlista redaktör"],
            **(claims or {}),
        }
        parts = [
            b64(json.dumps({name: value for name, value in part.items() if value is not GONE}).encode())
            for part in (head, body)
        ]
        return compact(*parts, key=key or self.key, algorithm=head["alg"])


@contextmanager
def idp(kid: str = "2026-11") -> Iterator[Idp]:
    """Run a provider on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(made.delay)
            if made.redirect:
                self.send_response(302)
                self.send_header("Location", made.redirect)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            document = made.documents.get(self.path)
            body = json.dumps(document).encode()
            self.send_response(200 if document is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Keep the test's output to itself."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Idp(server.server_port, kid)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
