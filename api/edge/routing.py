"""The route class of the whole API: bodies read with a cap and strictly, answers kept for retries."""

from collections.abc import Callable, Coroutine, Iterator
from email.message import Message
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.security import SecurityScopes
from starlette.responses import Response

from api.edge.context import context_of
from api.edge.load import receiving
from api.edge.strict_json import JsonRefused, strict_json
from api.errors import MalformedRequest, PayloadTooLarge, UnsupportedMediaType, invalid
from api.identity.authenticate import check_scopes

MEGABYTE = 1_000_000
# The caps of the routes that take more than a megabyte: a text of a million letters, as JSON writes it; many records.
_CAPS = {"/annotations": 2_500_000, "/municipalities/{municipalityCode}/decision-batches": 10_000_000}
_BODILESS = {"GET", "HEAD"}


class StrictRoute(APIRoute):
    """A route whose JSON body is read by our own rules before FastAPI sees it; `taken` are the media types."""

    taken = "application/json"

    async def read(self, request: Request, body: bytes) -> object:
        """Read a body; a route that takes other media types too makes what JSON would have said."""
        if len(body) > MEGABYTE:
            return await run_in_threadpool(read_json, request, body, self.taken)
        return read_json(request, body, self.taken)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        field = self.body_field
        reads_json = field is not None and not isinstance(field.field_info, Form)
        takes_query = _takes_query(self.dependant)
        cap = _CAPS.get(self.path, MEGABYTE)
        required = field is not None and field.field_info.is_required()
        needed = SecurityScopes(sorted(set(_scopes_of(self.dependant))))

        async def strict(request: Request) -> Response:
            names = [name for name, _value in request.query_params.multi_items()]
            if names and not takes_query:
                raise invalid("/query", "unknown-field", "this address takes no query parameters: remove them")
            if len(set(names)) != len(names):
                raise invalid("/query", "repeated-parameter", "each parameter stands once")
            context = context_of(request.scope)
            if field is not None or request.method not in _BODILESS:
                if needed.scopes:
                    # First: nobody is listened to who may not ask. The route's own signature asks again.
                    await check_scopes(request, needed)
                with receiving(request.scope):
                    context.body = request._body = await read_body(request, cap)  # noqa: SLF001
            if reads_json and (context.body or required):
                request._json = await self.read(request, context.body)  # noqa: SLF001
            elif field is None and context.body:
                _check_empty(read_json(request, context.body))
            response = await handle(request)
            if context.claim is not None:
                await run_in_threadpool(context.claim.store, response, context.shown_once)
            return response

        return strict


def _takes_query(dependant: Dependant) -> bool:
    return bool(dependant.query_params) or any(map(_takes_query, dependant.dependencies))


def _scopes_of(dependant: Dependant) -> Iterator[str]:
    """List the scopes that a route's signature names."""
    yield from dependant.own_oauth_scopes or ()
    for needed in dependant.dependencies:
        yield from _scopes_of(needed)


def _check_empty(sent: object) -> None:
    """Refuse fields that nobody would read."""
    if isinstance(sent, dict):
        faults = [{"type": "extra_forbidden", "loc": ("body", name), "msg": ""} for name in sent]
    else:
        faults = [{"type": "extra_forbidden", "loc": ("body",), "msg": ""}]
    if faults:
        raise RequestValidationError(faults)


async def read_body(request: Request, cap: int) -> bytes:
    """Read a body, and stop as soon as it passes the cap: raises PayloadTooLarge."""
    told = request.headers.get("content-length", "0").lstrip("0")
    # The length is looked at first: int() refuses 4,301 digits with an error of its own.
    if told.isdecimal() and (len(told) > len(str(cap)) or int(told) > cap):
        raise PayloadTooLarge(f"The body is larger than {cap} bytes.")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > cap:
            raise PayloadTooLarge(f"The body is larger than {cap} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def read_json(request: Request, body: bytes, taken: str = StrictRoute.taken) -> object:
    """Parse a JSON body; raises UnsupportedMediaType, which tells what is `taken`, or MalformedRequest."""
    if check_plain(request, taken) != "application/json":
        raise UnsupportedMediaType(f"The body must be {taken}.", {"Accept": taken})
    try:
        return strict_json(body)
    except JsonRefused as refusal:
        raise MalformedRequest(f"The body is not taken: {refusal.detail}.", code=refusal.reason) from None


def check_plain(request: Request, taken: str) -> str:
    """Give the media type of a body; raises UnsupportedMediaType for what is compressed or no UTF-8."""
    media_type, charset = _content_type(request)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, not compressed.", {"Accept-Encoding": "identity"})
    if charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("All texts are UTF-8: send no other charset.", {"Accept": taken})
    return media_type


def _content_type(request: Request) -> tuple[str, str]:
    """Read the Content-Type: the media type, and the charset or UTF-8."""
    told = Message()
    told["content-type"] = request.headers.get("content-type", "none/none")
    try:
        return told.get_content_type(), told.get_content_charset("utf-8")
    except (TypeError, ValueError):
        # The library stumbles over parameters in numbered parts (RFC 2231), which nobody sends in HTTP.
        return "none/none", ""
