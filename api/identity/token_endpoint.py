"""The token endpoint (RFC 6749 section 4.4) and the documents that describe the issuer."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.dependencies import Public
from api.edge.context import Topic, context_of
from api.edge.routing import StrictRoute
from api.errors import UnsupportedMediaType
from api.identity.assertions import ASSERTION_TYPE
from api.identity.client_authentication import NO_STORE, Credentials, TokenRefused, authenticate, credentials_of
from api.identity.issuing import LIFETIME, issue_token
from api.identity.permissions import SCOPES
from api.identity.public_keys import ALGORITHMS
from api.openapi import answers

router = APIRouter(tags=["identity"], route_class=StrictRoute)
# In characters; a longer assertion than this would not be read.
_LONGEST = {"client_assertion": 8192}
_LONGEST_OTHER = 255
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
        "The request is not one for a token. Anropet är ingen giltig begäran om token.",
        "unsupported_grant_type",
        "grant_type is client_credentials.",
    ),
    401: _error(
        "The client is not known. Klienten är inte känd.",
        "invalid_client",
        "The client or its secret is not known.",
    ),
    429: _error(
        "Too many failed attempts. För många misslyckade försök.",
        "slow_down",
        "Too many failed attempts: wait as Retry-After says.",
    ),
}
_CREDENTIALS = {"client_id": "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50", "client_secret": "the secret that was shown once"}
_FORMS = {
    "secret-in-the-form": {"value": {"grant_type": "client_credentials", **_CREDENTIALS, "scope": "decisions:write"}},
    "secret-by-basic": {"value": {"grant_type": "client_credentials"}},
    "private-key-jwt": {
        "value": {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjIwMjYifQ…",
        }
    },
}


@router.post(
    "/oauth2/token",
    operation_id="issueToken",
    response_model=TokenAnswer,
    # Each field is optional, so that what is missing is told in the words of RFC 6749.
    openapi_extra={"requestBody": {"required": True, "content": {_FORM: {"examples": _FORMS}}}},
    responses={**answers("token"), **_ERRORS},
)
async def post_token(
    request: Request,
    grant_type: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form()] = "",
    client_secret: Annotated[str, Form()] = "",
    client_assertion_type: Annotated[str, Form()] = "",
    client_assertion: Annotated[str, Form()] = "",
    scope: Annotated[str, Form()] = "",
) -> Response:
    """Give a machine client a short-lived token; credentials in the form, by HTTP Basic, or as a signed assertion.

    Errors are those of RFC 6749 section 5.2. Ger en maskinklient en kortlivad token.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise UnsupportedMediaType(f"The body must be {_FORM}.", {"Accept": _FORM})
    _check_form(context_of(request.scope).body)
    sent = Credentials(client_id, client_secret, client_assertion)
    client = await authenticate(
        request, credentials_of(request.headers.get("authorization"), sent, client_assertion_type)
    )
    if grant_type != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "grant_type is client_credentials.")
    wanted = set(scope.split(" ")) - {""} or set(client.scopes)
    if not wanted <= set(client.scopes):
        raise TokenRefused("invalid_scope", f"This client may have {' '.join(client.scopes)}.")
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
    return JSONResponse(answer.model_dump(), headers=NO_STORE)


def _check_form(form: bytes) -> None:
    """Refuse a form that is no request, whoever sends it (RFC 6749, section 5.2)."""
    pairs = parse_qsl(form.decode("latin-1"))
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names):
        raise TokenRefused("invalid_request", "Each parameter stands once.")
    if any(len(value) > _LONGEST.get(name, _LONGEST_OTHER) for name, value in pairs):
        raise TokenRefused("invalid_request", f"A parameter has at most {_LONGEST_OTHER} characters.")
    if "grant_type" not in names:
        raise TokenRefused("invalid_request", "grant_type is missing: it is client_credentials.")


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
    settings = request.app.state.settings
    base_url = settings.base_url
    return {
        "issuer": base_url,
        "token_endpoint": settings.token_url,
        "jwks_uri": f"{base_url}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": sorted(ALGORITHMS),
        "scopes_supported": sorted(SCOPES),
    }
