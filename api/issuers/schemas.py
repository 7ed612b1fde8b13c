"""The JSON of trusted issuers."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from api.identity.permissions import ROLES
from api.identity.public_keys import ALGORITHMS
from api.schemas import Bool, Input, Instant, Link, OrganisationCode, Output, Paging, unset


def _one_of(words: frozenset[str], code: str) -> AfterValidator:
    listed = ", ".join(sorted(words))

    def check(word: str) -> str:
        if word not in words:
            raise PydanticCustomError(code, "is one of {words}", {"words": listed})
        return word

    return AfterValidator(check)


def _each_once(items: list[str]) -> list[str]:
    if len(set(items)) != len(items):
        code = "repeated"
        raise PydanticCustomError(code, "names each algorithm once")
    return items


# Compared letter by letter with `iss`: no query, no fragment, nothing that two programs read in two ways.
IssuerUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[!$-;=A-Z_a-z~%]*)?$", max_length=255)
]
KeysUrl = Annotated[str, StringConstraints(pattern=r"^https?://[!$-;=?-Z_a-z~%&]+$", max_length=500)]
TokenAudience = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=255)]
Algorithm = Annotated[
    str,
    _one_of(ALGORITHMS, "unknown-value"),
    WithJsonSchema({"type": "string", "enum": sorted(ALGORITHMS)}),
]
Algorithms = Annotated[
    list[Algorithm],
    AfterValidator(_each_once),
    Field(min_length=1, max_length=len(ALGORITHMS), json_schema_extra={"uniqueItems": True}),
]
Role = Annotated[
    str,
    _one_of(frozenset(ROLES), "unknown-value"),
    WithJsonSchema({"type": "string", "enum": sorted(ROLES)}),
]
# The name or id of a group: what can be seen, of the Latin scripts, with blanks inside only.
RoleWord = Annotated[str, StringConstraints(pattern=r"^[!-~¡-ɏ]([ -~¡-ɏ]{0,198}[!-~¡-ɏ])?$")]
RoleMap = Annotated[
    dict[RoleWord, Role],
    Field(
        min_length=1,
        max_length=100,
        json_schema_extra={"additionalProperties": False},
        description="The issuer's words, such as the name or id of a group, each with the role here that it gives.",
    ),
]
RoleClaim = Annotated[
    str,
    StringConstraints(pattern=r"^([!-.0-~][!-~]*|(/([!-.0-}]|~[01])+)+)$", max_length=200),
    Field(
        description="Where the issuer's words stand: the whole name of a claim, dots and all, or a JSON Pointer into"
        " nested ones, such as `/realm_access/roles`. One word or a list of words."
    ),
]
OrgNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{10}$"),
    Field(description="The claim `https://id.oidc.se/claim/orgNumber` must then be this: it can refuse, never choose."),
]
Lifetime = Annotated[
    int,
    Field(
        strict=True, ge=60, le=86_400, description="The longest time from `iat` to `exp` that is accepted, in seconds."
    ),
]


class IssuerCreate(Input):
    """An issuer and the one organisation that it speaks for."""

    organisation: OrganisationCode
    issuer: IssuerUrl = Field(description="Exactly as `iss` has it in access tokens, letter by letter.")
    jwks_uri: KeysUrl | None = Field(None, description="Where its keys are; null: where its discovery document says.")
    audience: TokenAudience = Field(description="The `aud` of tokens that are meant for this service.")
    algorithms: Algorithms
    role_claim: RoleClaim = "roles"
    role_map: RoleMap
    org_number: OrgNumber | None = None
    max_lifetime: Lifetime = 3600
    disabled: Bool = Field(default=False, description="Registered but not trusted yet.")


class IssuerUpdate(Input):
    """What is to be other; what is left out stays. Whom an issuer speaks for never changes: register another."""

    jwks_uri: KeysUrl | None = None
    audience: TokenAudience = Field(default_factory=unset)
    algorithms: Algorithms = Field(default_factory=unset)
    role_claim: RoleClaim = Field(default_factory=unset)
    role_map: RoleMap = Field(default_factory=unset)
    org_number: OrgNumber | None = None
    max_lifetime: Lifetime = Field(default_factory=unset)
    disabled: Bool = Field(default_factory=unset)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            code = "empty"
            raise PydanticCustomError(code, "names at least one field to change")
        return self


class IssuerLinks(Output):
    self: Link


class IssuerRead(Output):
    """A trusted issuer as it is registered."""

    id: str
    organisation: str
    issuer: str
    jwks_uri: str | None
    audience: str
    algorithms: list[str]
    role_claim: str
    role_map: dict[str, str]
    org_number: str | None
    max_lifetime: int
    disabled: bool
    revision: int
    created_at: Instant
    changed_at: Instant
    links: IssuerLinks = Field(alias="_links")


class SeenKey(Output):
    """A key that may prove tokens, by those of its algorithms that the issuer is registered with."""

    kid: str
    kty: str
    size: int
    algorithms: list[str]


class LeftOutKey(Output):
    """A key that is not used, and why."""

    kid: str | None
    reason: str


class IssuerTest(Output):
    """What an issuer shows just now; its usable keys are in use from here on."""

    issuer: str
    usable_keys: list[SeenKey]
    refused_keys: list[LeftOutKey]


class IssuerQuery(Paging):
    organisation: OrganisationCode | None = Field(None, description="Only issuers of this organisation.")
