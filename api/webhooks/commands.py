"""The commands of webhooks: a worker of its own, and going on after a restore."""

import asyncio
import signal

import anyio
import typer

from api.console import opened_database, read_settings
from api.edge.logs import log_as_json
from api.settings import Settings
from api.webhooks.telling import OF_THE_OPERATOR, tell
from db.migrate import check_at_head
from db.session import Database, check_durable, transaction
from db.webhooks import restored_webhooks


def deliver_command() -> None:
    """Send webhooks until stopped; any number of these may run, and any may be killed."""
    settings = read_settings()
    with opened_database(settings) as database:
        check_at_head(database)
        check_durable(database)
        log_as_json()
        asyncio.run(_deliver(settings, database))


def resume_command() -> None:
    """Enable the webhooks that a restore has stopped: for the copy that takes the original's place."""
    with opened_database(read_settings()) as database:
        check_at_head(database)
        with transaction(database) as tx:
            webhooks = restored_webhooks(tx)
            for webhook in webhooks:
                webhook.disabled_at = webhook.disabled_for = None
                webhook.revision += 1
                tell(tx, webhook, "webhook.enabled", OF_THE_OPERATOR)
    typer.echo(f"{len(webhooks)} webhooks are enabled")


async def _deliver(settings: Settings, database: Database) -> None:
    # Only here: other commands need not wait for what sends.
    from api.outbound.calls import Outbound  # noqa: PLC0415
    from api.webhooks.worker import Worker  # noqa: PLC0415

    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    await Worker(database, Outbound(settings.outbound_private_hosts), anyio.Semaphore(4)).run(stopping)
