"""The command line: `python -m api serve|migrate|seed|token|client|key|healthcheck`."""

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, NoReturn

import structlog
import typer
import uvicorn
from pydantic import ValidationError

from api.errors import DomainError
from api.identity.clients import create_client
from api.identity.issuing import issue_token
from api.identity.keys import Keys, UnusableKeyError, add_key
from api.identity.permissions import COUNTY_ROLES, ROLES
from api.identity.tokens import new_private_key
from api.main import create_server
from api.settings import Settings
from db.identity import InstanceValue, find_instance_value
from db.migrate import at_head, migrate
from db.organisations import find_organisation
from db.session import Database, UnusableDatabaseError, open_database, ping, reading, transaction
from seed.loader import prepare, seed

cli = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
_ADDRESS = "address"
key_cli = typer.Typer(no_args_is_help=True, help="The signing keys of the built-in issuer.")
cli.add_typer(key_cli, name="key")


def _fail(line: str) -> NoReturn:
    typer.echo(f"samsprak: {line}", err=True)
    raise SystemExit(1)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(("SAMSPRAK", *map(str, first["loc"]))).upper().rstrip("_")
        _fail(f"{name}: {first['msg'].removeprefix('Value error, ')}")


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """Open the database; what an operator can mend is told in one line."""
    try:
        database = open_database(settings.database_address)
        try:
            ping(database)
            yield database
        finally:
            database.dispose()
    except (UnusableDatabaseError, UnusableKeyError) as error:
        _fail(str(error))
    except DomainError as error:
        faults = "; ".join(f"{fault['pointer']} {fault['detail']}" for fault in error.members.get("errors", ()))
        _fail(f"{error.detail} {faults}".strip())
    except OSError as error:
        _fail(f"{error.strerror}: {error.filename}")


def _remember_address(settings: Settings, database: Database) -> None:
    """Let commands beside a development server sign for the address that it serves."""
    with transaction(database) as tx:
        tx.merge(InstanceValue(name=_ADDRESS, value=settings.base_url))


def _as_served(settings: Settings, database: Database) -> Settings:
    if "base_url" in settings.model_fields_set:
        return settings
    with reading(database) as session:
        address = find_instance_value(session, _ADDRESS)
    return settings.model_copy(update={"base_url": address}) if address else settings


def _bring_up_to_date(settings: Settings, database: Database) -> None:
    migrate(database)
    prepare(database, own_keys=settings.signing_key_file is None)


@cli.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Serve the API. In development the database is migrated and an empty one is filled."""
    listener = _listen(host, port)
    if "SAMSPRAK_BASE_URL" not in os.environ:
        os.environ["SAMSPRAK_BASE_URL"] = f"http://127.0.0.1:{port}"
    settings = _settings()
    with _database(settings) as database:
        if settings.environment == "development":
            _bring_up_to_date(settings, database)
            seed(database, settings.county, decisions=True)
            _remember_address(settings, database)
        elif not at_head(database):
            raise UnusableDatabaseError("the database has not the schema of this version: run `python -m api migrate`")
        Keys(database, settings.signing_key_file)
    _log_as_json()
    _greet(settings)
    config = uvicorn.Config(
        create_server(settings),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=20,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Bound is not enough: only a listening socket tells that another has the port.
        listener.listen(2048)
    except OSError as error:
        _fail(f"cannot listen on {host}:{port}: {error.strerror}. Choose another by PORT=8001")
    return listener


def _greet(settings: Settings) -> None:
    if settings.environment == "production":
        return
    typer.echo(
        f"Samspråk serves {settings.base_url}/\n"
        f"  the API   {settings.api_url}/terms?q=digital\n"
        f"  its docs  {settings.base_url}/docs\n"
        f"  a token   .venv/bin/python -m api token --organisation 2281 --role editor"
    )


class _PatientLogger(structlog.PrintLogger):
    """Drops the lines that cannot be written: a full disk under the log must fail no request."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = exception = msg


def _log_as_json() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: _PatientLogger(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this version; safe to repeat."""
    settings = _settings()
    with _database(settings) as database:
        _bring_up_to_date(settings, database)
    typer.echo("the database is up to date")


@cli.command("seed")
def seed_command(
    decisions: Annotated[
        bool | None, typer.Option(help="Add the fictional decisions too; by default in development only.")
    ] = None,
) -> None:
    """Fill an empty database with the starter glossary and guidelines; safe to repeat."""
    settings = _settings()
    in_development = settings.environment == "development"
    if decisions and not in_development:
        _fail("fictional decisions are for development only")
    with _database(settings) as database:
        _bring_up_to_date(settings, database)
        seed(database, settings.county, decisions=in_development if decisions is None else decisions)
    typer.echo("the starter glossary and guidelines are there")


@cli.command("token")
def token_command(
    organisation: Annotated[str, typer.Option(help="A municipality's code, or the county's.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")],
    subject: Annotated[str, typer.Option(help="Another person of the same organisation.")] = "cli",
    minutes: Annotated[int, typer.Option(min=1, max=60, help="How long it lives.")] = 60,
) -> None:
    """Print a short-lived token of the built-in issuer, for trying out."""
    settings = _settings()
    if settings.environment == "production":
        _fail("tokens by hand are for development only: make a client instead")
    if role not in ROLES:
        _fail(f"no role {role}: it is one of {', '.join(ROLES)}")
    if role in COUNTY_ROLES and len(organisation) != 2:  # noqa: PLR2004  (the form of a county code)
        _fail(f"{role} is a role of the county: use --organisation {settings.county}")
    with _database(settings) as database:
        with reading(database) as session:
            if find_organisation(session, organisation) is None:
                _fail(f"no organisation has the code {organisation}")
        keys = Keys(database, settings.signing_key_file)
        typer.echo(
            issue_token(
                keys,
                _as_served(settings, database),
                subject=f"{organisation}/{subject}",
                organisation=organisation,
                roles=[role],
                lifetime=minutes * 60,
            )
        )


@cli.command("client")
def client_command(
    organisation: Annotated[str, typer.Option(help="The organisation that the client speaks for.")],
    name: Annotated[str, typer.Option(help="What the client is, such as 'Platina-koppling'.")],
    scope: Annotated[list[str], typer.Option(help="A scope that it may use; repeat for more.")],
) -> None:
    """Make a machine client and print its id and secret; the secret is shown once."""
    with _database(_settings()) as database, transaction(database) as tx:
        client, secret = create_client(tx, organisation, name, scope)
    typer.echo(f"client_id={client.id}\nclient_secret={secret}")


@key_cli.command("add")
def add_key_command() -> None:
    """Rotate: add a key, which signs from now on; tokens of the older ones stay good."""
    with _database(_settings()) as database:
        typer.echo(add_key(database))


@key_cli.command("new")
def new_key_command() -> None:
    """Print a new private key in PEM, for the file that SAMSPRAK_SIGNING_KEY_FILE names."""
    typer.echo(new_private_key(), nl=False)


@cli.command("healthcheck")
def healthcheck_command(
    port: Annotated[int, typer.Option(envvar="PORT", help="The port that is served.")] = 8000,
) -> None:
    """Ask the running service whether it is ready; exits 1 when it is not."""
    import httpx  # noqa: PLC0415  (a tenth of a second at every other start)

    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=3, trust_env=False)
    except httpx.HTTPError as error:
        _fail(f"no answer on port {port}: {error}")
    if answer.is_error:
        _fail(f"not ready: {answer.text}")


if __name__ == "__main__":
    cli()
