"""What an operator can set: environment variables that begin with SAMSPRAK_."""

from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from api.edge.client_address import Network
from api.outbound.targets import private_hosts

# What is tried first by whoever finds the port.
_GUESSED = {"", "admin", "changeme", "password", "postgres", "samsprak", "secret"}
_PREFIX = "SAMSPRAK_"
# Of docker-compose.yml: what runs outside a container may find them in its environment too.
_OF_COMPOSE = {"SAMSPRAK_PUBLISH", "SAMSPRAK_VERSION"}


class GuessablePasswordError(Exception):
    """A password is no secret; the text is one line for the operator."""


class UnknownSettingError(Exception):
    """A variable is meant for us and is none of ours; the text is one line for the operator."""


class Settings(BaseSettings):
    """The configuration, checked once at start."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    environment: Literal["development", "production"] = "development"
    database_url: str = "sqlite:///var/samsprak.db"
    database_password_file: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    county: str = Field(default="22", pattern=r"^[0-9]{2}$")
    # Whom readers of the pages and of the API's document may write to.
    contact: str = Field(default="samsprak@example.org", pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    signing_key_file: Path | None = None
    metrics: bool | None = None
    drain_seconds: int | None = Field(default=None, ge=0, le=8)
    cache_bytes: int = Field(default=64 * 1024 * 1024, ge=0)
    deliver: bool | None = None
    outbound_private_hosts: Annotated[tuple[str, ...], NoDecode] = ()

    # Of each address without a token, client, organisation, and address with a token that proves nothing.
    anonymous_per_minute: int = Field(default=600, ge=1)
    client_per_minute: int = Field(default=1_200, ge=1)
    organisation_per_minute: int = Field(default=6_000, ge=1)
    unproven_per_minute: int = Field(default=120, ge=1)
    limits_url: str | None = Field(default=None, pattern=r"^async\+valkeys?://")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    concurrent_requests: int = Field(default=500, ge=1)
    # After so long a listener is sent away and comes back, perhaps to a process that has fewer.
    listen_seconds: int = Field(default=3_600, ge=0)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed_with_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        return value

    @field_validator("base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            msg = "must begin with http:// or https://"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("outbound_private_hosts", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("outbound_private_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        private_hosts(value)
        return value

    @model_validator(mode="after")
    def _production_has_no_defaults(self) -> Self:
        if self.environment == "production":
            missing = {"base_url", "database_url", "signing_key_file"} - self.model_fields_set
            if missing:
                names = ", ".join(sorted(f"SAMSPRAK_{name.upper()}" for name in missing))
                msg = f"production needs {names}"
                raise ValueError(msg)
        return self

    def check_password(self) -> None:
        """Refuse a database password of production that is no secret: raises GuessablePasswordError."""
        try:
            password = make_url(self.database_address).password
        except ArgumentError:
            return
        if self.environment == "production" and password is not None and str(password) in _GUESSED:
            raise GuessablePasswordError(
                "the database's password is one that everybody tries first: choose a long random one"
            )

    @property
    def database_address(self) -> str:
        """The database URL, with the password of `database_password_file` put in."""
        if self.database_password_file is None:
            return self.database_url
        password = self.database_password_file.read_text(encoding="utf-8").strip()
        try:
            url = make_url(self.database_url).set(password=password)
        except ArgumentError:
            return self.database_url
        return url.render_as_string(hide_password=False)

    @property
    def shows_metrics(self) -> bool:
        """Whether /metrics answers: in development, and where the operator says so."""
        return self.environment == "development" if self.metrics is None else self.metrics

    @property
    def delivers(self) -> bool:
        """Whether the server sends webhooks itself: on SQLite, and where the operator says so."""
        return self.database_url.startswith("sqlite") if self.deliver is None else self.deliver

    @property
    def leaving_seconds(self) -> int:
        """How long a server that is told to stop still takes requests while it says that it is not ready."""
        usual = 0 if self.environment == "development" else 5
        return usual if self.drain_seconds is None else self.drain_seconds

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/v1"

    @property
    def token_url(self) -> str:
        return f"{self.base_url}/oauth2/token"


def check_names(variables: Iterable[str]) -> None:
    """Refuse a misspelt variable, which would leave its setting as it was: raises UnknownSettingError."""
    ours = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(variables):
        told = name.upper()
        if told.startswith(_PREFIX) and told not in ours | _OF_COMPOSE:
            [nearest] = get_close_matches(told, ours, n=1, cutoff=0)
            raise UnknownSettingError(f"{name} is no setting: take it away, or write {nearest} if that is meant")
