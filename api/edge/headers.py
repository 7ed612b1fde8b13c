"""Headers of every answer that is not a cached hit: ids, trace, security; and the last net."""

import re
import time
import uuid

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.context import context_of
from api.errors import InternalError
from api.problems import problem_response

log = structlog.get_logger("samsprak.request")

REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

EXPOSED = "ETag, Location, Link, X-Request-Id, Traceparent, Retry-After, RateLimit, RateLimit-Policy, Samsprak-Sequence"
SECURITY = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
# Any site may read in its visitors' browsers. None may write there, nor use a token: those belong in servers.
OPEN = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED.encode())]
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, Samsprak-Min-Sequence, Traceparent, X-Request-Id"),
    (b"access-control-max-age", b"86400"),
]
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Answers of the API show nothing; a page that does (the docs) brings its own policy.
NO_CONTENT_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# Browsers hold on to HTTPS where the service is reached by it, whoever ends the TLS.
ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")


def security_headers(base_url: str) -> list[tuple[bytes, bytes]]:
    """List the headers of every answer that has none of its own by these names."""
    return [*SECURITY, NO_CONTENT_POLICY, *([ONLY_HTTPS] if base_url.startswith("https://") else [])]


def json_headers(base_url: str) -> list[tuple[bytes, bytes]]:
    """List the headers of a public answer of JSON, as it leaves this layer."""
    return [(b"content-type", b"application/json"), *security_headers(base_url), *OPEN]


class Headers:
    """Give each request an id, echo its trace, and turn what was not foreseen into a 500."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self.app = app
        self.base_url = base_url
        # By hundreds of the status; 0 counts what got no answer.
        self.answers = [0] * 6
        self.security = security_headers(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        context = context_of(scope)
        context.request_id = str(uuid.uuid4())
        sent = dict(scope["headers"])
        started = time.perf_counter()
        status = 0
        complete = False

        async def send_with_headers(message: Message) -> None:
            nonlocal complete, status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                # What a page has set stands.
                present = {name for name, _ in headers}
                headers += [header for header in self.security if header[0] not in present]
                if scope["method"] in _READING:
                    headers += OPEN if scope["method"] != "OPTIONS" else OPEN + PREFLIGHT
                headers += echoed(sent)
                if context.public_sequence is not None:
                    sequence = str(context.public_sequence).encode()
                    headers.append((b"samsprak-sequence", sequence))
                message = {**message, "headers": headers}
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            # The framework answers and logs what is not foreseen, and then raises it again for the server.
            if complete:
                return
            log.exception("unforeseen", request_id=context.request_id)
            if status:
                raise
            error = InternalError("The error is in our log under this request's id.")
            response = problem_response(error, context.request_id, self.base_url)
            await response(scope, receive, send_with_headers)
        finally:
            self.answers[status // 100] += 1
            log.info(
                "request",
                request_id=context.request_id,
                method=scope["method"],
                path=scope["path"][:200],
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )


def echoed(sent: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """Give back the caller's request id and trace, where they are well formed."""
    found = []
    if (value := sent.get(b"x-request-id")) and REQUEST_ID.fullmatch(value):
        found.append((b"x-request-id", value))
    if (value := sent.get(b"traceparent")) and TRACEPARENT.fullmatch(value):
        found.append((b"traceparent", value))
    return found
