"""What all commands have in common: settings, a database, and one line for what an operator can mend."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError

from api.errors import DomainError
from api.identity.keys import UnusableKeyError
from api.settings import GuessablePasswordError, Settings, UnknownSettingError, check_names
from db.session import Database, UnusableDatabaseError, open_database, ping


def fail(line: str) -> NoReturn:
    """End the program with one line and exit status 1."""
    typer.echo(f"samsprak: {line}", err=True)
    raise SystemExit(1)


def read_settings() -> Settings:
    """Read the settings, or end with one line."""
    try:
        check_names(os.environ)
        return Settings()
    except UnknownSettingError as error:
        fail(str(error))
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(("SAMSPRAK", *map(str, first["loc"]))).upper().rstrip("_")
        fail(f"{name}: {first['msg'].removeprefix('Value error, ')}")


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """Open the database; what an operator can mend is told in one line."""
    try:
        settings.check_password()
        database = open_database(settings.database_address)
        try:
            ping(database)
            yield database
        finally:
            database.dispose()
    except (UnusableDatabaseError, UnusableKeyError, GuessablePasswordError) as error:
        fail(str(error))
    except DomainError as error:
        faults = "; ".join(f"{fault['pointer']} {fault['detail']}" for fault in error.members.get("errors", ()))
        fail(f"{error.detail} {faults}".strip())
    except OSError as error:
        fail(f"{error.strerror}: {error.filename}")
