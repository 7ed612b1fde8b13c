"""The command line: `python -m api serve|deliver|migrate|seed|token|client|key|verify|backup|restore|healthcheck`."""

import gc
import socket
import threading
from typing import Annotated

import typer

from api.console import fail, opened_database, read_settings
from api.edge.logs import log_as_json
from api.healthcheck import ask
from api.identity.clients import create_client
from api.identity.issuing import issue_token
from api.identity.keys import Keys, add_key, retire_key
from api.identity.permissions import COUNTY_ROLES, ROLES, takes_part
from api.identity.tokens import new_private_key
from api.settings import Settings
from api.upkeep.commands import backup_command, restore_command, verify_command
from api.webhooks.commands import deliver_command, resume_command
from db.identity import InstanceValue, find_instance_value
from db.migrate import check_at_head, downgrade, migrate
from db.organisations import find_organisation
from db.session import Database, check_durable, reading, transaction
from seed.loader import prepare, seed

cli = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
_ADDRESS = "address"
key_cli = typer.Typer(no_args_is_help=True, help="The signing keys of the built-in issuer.")
cli.add_typer(key_cli, name="key")
cli.command("verify")(verify_command)
cli.command("backup")(backup_command)
cli.command("restore")(restore_command)
cli.command("deliver")(deliver_command)
cli.command("resume-webhooks")(resume_command)


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
    settings = read_settings()
    if "base_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    with opened_database(settings) as database:
        check_durable(database)
        if settings.environment == "development":
            _bring_up_to_date(settings, database)
            seed(database, settings.county, decisions=True)
            _remember_address(settings, database)
        else:
            check_at_head(database)
        Keys(database, settings.signing_key_file)
    log_as_json()
    _greet(settings)
    # What is loaded stays: to look through it again and again takes a fifth of a second while it is loaded, and later
    # would hold up all requests for as long each time.
    gc.disable()
    # Only here: to load the whole service takes twice the time that any other command needs.
    from api.edge.server import make_server  # noqa: PLC0415
    from api.main import create_server  # noqa: PLC0415

    leaving = threading.Event()
    app = create_server(settings, leaving)
    gc.freeze()
    gc.enable()
    make_server(app, settings.base_url, leaving, settings.leaving_seconds).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Bound is not enough: only a listening socket tells that another has the port.
        listener.listen(2048)
    except OSError as error:
        fail(f"cannot listen on {host}:{port}: {error.strerror}. Choose another by PORT=8001")
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


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this version; safe to repeat."""
    settings = read_settings()
    with opened_database(settings) as database:
        _bring_up_to_date(settings, database)
    typer.echo("the database is up to date")


@cli.command("seed")
def seed_command(
    decisions: Annotated[
        bool | None, typer.Option(help="Add the fictional decisions too; by default in development only.")
    ] = None,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Empty it first: all that is in it is lost.")] = False,
) -> None:
    """Fill an empty database with the starter glossary and guidelines; safe to repeat."""
    settings = read_settings()
    in_development = settings.environment == "development"
    if decisions and not in_development:
        fail("fictional decisions are for development only")
    if reset and not in_development:
        fail("a database is emptied in development only")
    with opened_database(settings) as database:
        if reset:
            downgrade(database, "base")
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
    settings = read_settings()
    if settings.environment == "production":
        fail("tokens by hand are for development only: make a client instead")
    if role not in ROLES:
        fail(f"no role {role}: it is one of {', '.join(ROLES)}")
    if role in COUNTY_ROLES and len(organisation) != 2:  # noqa: PLR2004  (the form of a county code)
        fail(f"{role} is a role of the county: use --organisation {settings.county}")
    with opened_database(settings) as database:
        with reading(database) as session:
            if find_organisation(session, organisation) is None:
                fail(f"no organisation has the code {organisation}")
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
    settings = read_settings()
    if not takes_part(organisation, settings.county):
        fail(f"{organisation} takes no part in county {settings.county}")
    with opened_database(settings) as database, transaction(database) as tx:
        client, secret = create_client(tx, organisation, name, scope)
    typer.echo(f"client_id={client.id}\nclient_secret={secret}")


@key_cli.command("add")
def add_key_command() -> None:
    """Rotate: add a key, which signs from now on; tokens of the older ones stay good."""
    with opened_database(_with_keys_of_its_own("put a new one (`key new`) first in it")) as database:
        typer.echo(add_key(database))


@key_cli.command("retire")
def retire_key_command(
    kid: Annotated[str, typer.Argument(help="The key's id, as /.well-known/jwks.json tells.")],
) -> None:
    """Take an older key away: tokens that it has signed are refused within a second."""
    with opened_database(_with_keys_of_its_own("take the old one out of it")) as database:
        retire_key(database, kid)
    typer.echo(f"{kid} is retired")


def _with_keys_of_its_own(remedy: str) -> Settings:
    settings = read_settings()
    if settings.signing_key_file is not None:
        fail(f"the keys are in the file of SAMSPRAK_SIGNING_KEY_FILE: {remedy}")
    return settings


@key_cli.command("new")
def new_key_command() -> None:
    """Print a new private key in PEM, for the file that SAMSPRAK_SIGNING_KEY_FILE names."""
    typer.echo(new_private_key(), nl=False)


@cli.command("healthcheck")
def healthcheck_command(
    port: Annotated[int, typer.Option(envvar="PORT", help="The port that is served.")] = 8000,
) -> None:
    """Ask the running service whether it is ready; exits 1 when it is not."""
    fault = ask(port)
    if fault is not None:
        fail(fault)


if __name__ == "__main__":
    cli()
