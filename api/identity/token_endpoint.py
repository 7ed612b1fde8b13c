"""The token endpoint (RFC 6749 section 4.4) and the documents that describe the issuer."""

import base64
import binascii
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.dependencies import Public, Reader
from api.edge.context import Topic, context_of
from api.edge.routing import StrictRoute
from api.errors import UnsupportedMediaType
from api.identity.clients import known_client
from api.identity.issuing import LIFETIME, issue_token
from api.identity.permissions import SCOPES
from api.openapi import answers

router = APIRouter(tags=["identity"], route_class=StrictRoute)
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_LONGEST = 255
_BEARER = "Bearer"
_FORM = "application/x-www-form-urlencoded"


class TokenError(BaseModel):
    """Why there is no token, in the words of RFC 6749 section 5.2."""

    error: str
    error_description: str


class TokenAnswer(BaseModel):
    """A bearer token, and how many seconds it lives."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


def _error(description: str, error: str, error_description: str) -> dict[str, Any]:
    example = {"error": error, "error_description": error_description}
    content = {"application/json": {"examples": {error: {"value": example}}}}
    return {"model": TokenError, "description": description, "content": content}


_ERRORS: dict[int | str, dict[str, Any]] = {
    400: _error(
        "The request is not one for a token. Anropet gäller ingen token.",
        "unsupported_grant_type",
        "grant_type is client_credentials.",
    ),
    401: _error(
        "The client is not known. Klienten är inte känd.",
        "invalid_client",
        "The client or its secret is not known.",
    ),
}
_CREDENTIALS = {"client_id": "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50", "client_secret": "the secret that was shown once"}
_FORMS = {
    "secret-in-the-form": {"value": {"grant_type": "client_credentials", **_CREDENTIALS, "scope": "decisions:write"}},
    "secret-by-basic": {"value": {"grant_type": "client_credentials"}},
}


@router.post(
    "/oauth2/token",
    operation_id="issueToken",
    response_model=TokenAnswer,
    # Each field is optional, so that what is missing is told in the words of RFC 6749.
    openapi_extra={"requestBody": {"required": True, "content": {_FORM: {"examples": _FORMS}}}},
    responses={**answers("token"), **_ERRORS},
)
def post_token(
    request: Request,
    session: Reader,
    grant_type: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form()] = "",
    client_secret: Annotated[str, Form()] = "",
    scope: Annotated[str, Form()] = "",
) -> Response:
    """Give a machine client a short-lived token; credentials in the form or by HTTP Basic.

    Errors are those of RFC 6749 section 5.2. Ger en maskinklient en kortlivad token.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise UnsupportedMediaType(f"The body must be {_FORM}.", {"Accept": _FORM})
    if fault := _fault_of(context_of(request.scope).body):
        return _refused("invalid_request", fault)
    header = request.headers.get("authorization")
    if header is not None:
        if client_id or client_secret:
            return _refused("invalid_request", "Send the credentials once: in the form or by Basic.")
        client_id, client_secret = _basic(header)
    client = known_client(session, client_id, client_secret)
    if client is None:
        challenge = {"WWW-Authenticate": 'Basic realm="samsprak"'}
        return _refused("invalid_client", "The client or its secret is not known.", 401, challenge)
    if grant_type != "client_credentials":
        return _refused("unsupported_grant_type", "grant_type is client_credentials.")
    wanted = set(scope.split()) or set(client.scopes)
    if not wanted <= set(client.scopes):
        return _refused("invalid_scope", f"This client may have {' '.join(client.scopes)}.")
    state = request.app.state
    token = issue_token(
        state.keys,
        state.settings,
        subject=client.id,
        organisation=client.organisation,
        scopes=wanted,
        client_id=client.id,
    )
    answer = TokenAnswer(
        access_token=token,
        token_type=_BEARER,
        expires_in=LIFETIME,
        scope=" ".join(sorted(wanted)),
    )
    return JSONResponse(answer.model_dump(), headers=_NO_STORE)


def _fault_of(form: bytes) -> str | None:
    """Tell what makes a form no request, whoever sends it (RFC 6749, section 5.2)."""
    pairs = parse_qsl(form.decode("latin-1"))
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names):
        return "Each parameter stands once."
    if any(len(value) > _LONGEST for _name, value in pairs):
        return f"A parameter has at most {_LONGEST} characters."
    return None if "grant_type" in names else "grant_type is missing: it is client_credentials."


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refused(error: str, description: str, status: int = 400, headers: dict[str, str] | None = None) -> Response:
    body = TokenError(error=error, error_description=description)
    return JSONResponse(body.model_dump(), status, headers={**_NO_STORE, **(headers or {})})


@router.get(
    "/.well-known/jwks.json",
    operation_id="getKeys",
    dependencies=[Depends(Public(Topic.FIXED))],
    responses=answers("jwks"),
)
async def get_jwks(request: Request) -> dict[str, Any]:
    """Read the public keys of the built-in issuer (RFC 7517).

    Den inbyggda utfärdarens publika nycklar.
    """
    return {"keys": list(request.app.state.keys.ring.public.values())}


@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="getIssuerMetadata",
    dependencies=[Depends(Public(Topic.FIXED))],
    responses=answers("issuer-metadata"),
)
async def get_metadata(request: Request) -> dict[str, Any]:
    """Read what the built-in issuer can do (RFC 8414).

    Vad den inbyggda utfärdaren kan.
    """
    base_url = request.app.state.settings.base_url
    return {
        "issuer": base_url,
        "token_endpoint": f"{base_url}/oauth2/token",
        "jwks_uri": f"{base_url}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": sorted(SCOPES),
    }
