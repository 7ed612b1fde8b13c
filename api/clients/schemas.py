"""The JSON of machine clients; a secret stands in one answer only."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator
from pydantic_core import PydanticCustomError

from api.identity.parts import InvalidToken
from api.identity.tokens import check_public_key
from api.schemas import Bool, Input, Instant, Line, Link, OrganisationCode, Output, Paging, unset

Scope = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[a-z]+$", max_length=40)]
KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,128}$")]
_Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43,64}$")]


class EcKey(Input):
    """A public key on P-256 for ES256, or on P-384 for ES384, as a JWK (RFC 7517)."""

    kty: Literal["EC"]
    kid: KeyId
    use: Literal["sig"] = "sig"
    alg: Literal["ES256", "ES384"]
    crv: Literal["P-256", "P-384"]
    x: _Coordinate
    y: _Coordinate


class RsaKey(Input):
    """A public RSA key of 2048 to 8192 bits, as a JWK (RFC 7517)."""

    kty: Literal["RSA"]
    kid: KeyId
    use: Literal["sig"] = "sig"
    alg: Literal["RS256", "RS384", "RS512"]
    n: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{342,1366}$")]
    e: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{2,8}$")]


def _kind(value: Any) -> str:
    kty = value.get("kty") if isinstance(value, dict) else getattr(value, "kty", None)
    return "<rsa>" if kty == "RSA" else "<ec>"


def _usable(key: EcKey | RsaKey) -> EcKey | RsaKey:
    try:
        check_public_key(key.model_dump(), key.alg)
    except InvalidToken as refusal:
        message = "is no public key that its alg can use"
        raise PydanticCustomError("unusable-key", message) from refusal
    return key


# The tags stand in error locations; what is in angle brackets is not shown.
PublicKey = Annotated[
    Annotated[EcKey, Tag("<ec>")] | Annotated[RsaKey, Tag("<rsa>")], Discriminator(_kind), AfterValidator(_usable)
]


def _distinct(keys: list[EcKey | RsaKey]) -> list[EcKey | RsaKey]:
    if len({key.kid for key in keys}) != len(keys):
        raise PydanticCustomError("repeated-kid", "each key has a kid of its own")
    return keys


Scopes = Annotated[list[Scope], Field(min_length=1, max_length=20)]
PublicKeys = Annotated[list[PublicKey], Field(max_length=4), AfterValidator(_distinct)]


class ClientCreate(Input):
    """A new client; with public keys it gets no secret. Only the county's administrator names another organisation."""

    organisation: OrganisationCode | None = None
    name: Line
    scopes: Scopes
    public_keys: PublicKeys = Field(default_factory=list)


class ClientUpdate(Input):
    """What is to be other; what is left out stays. A list takes the place of the whole list."""

    name: Line = Field(default_factory=unset)
    scopes: Scopes = Field(default_factory=unset)
    public_keys: PublicKeys = Field(default_factory=unset)
    disabled: Bool = Field(default_factory=unset)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty", "names at least one of name, scopes, publicKeys and disabled")
        return self


class SecretRead(Output):
    """That a secret is there, and since when; the secret itself nobody knows but its holder."""

    id: str
    created_at: Instant


class ClientLinks(Output):
    self: Link


class ClientRead(Output):
    """A machine client; `lastUsedAt` is when it last got a token, to the minute."""

    client_id: str
    organisation: str
    name: str
    scopes: list[str]
    public_keys: list[EcKey | RsaKey]
    secrets: list[SecretRead]
    disabled: bool
    revision: int
    created_at: Instant
    disabled_at: Instant | None
    last_used_at: Instant | None
    links: ClientLinks = Field(alias="_links")


class ClientCreated(ClientRead):
    """A new client with its secret, which is in no other answer: a replay says that it was shown."""

    client_secret: str | None
    secret_shown: bool


class SecretCreated(SecretRead):
    """A new secret, which is in no other answer: a replay says that it was shown."""

    client_id: str
    client_secret: str | None
    secret_shown: bool


class ClientQuery(Paging):
    organisation: OrganisationCode | None = Field(None, description="Only clients of this organisation.")
