"""The commands ``serve``, ``migrate`` and ``settings``: running the server itself."""

import asyncio
from typing import Final

import click
import sqlalchemy as sa

from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate

MOST_WORKERS: Final = 64


@click.command()
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    help="How many processes answer; as many as the machine has cores are useful.",
)
def serve(workers: int) -> None:
    """Bring the database up to date and answer requests until Ctrl-C."""
    from overallt_server.web.serving import CannotListen
    from overallt_server.web.serving import serve as serve_requests
    from overallt_server.web.workers import WorkersFailed, serve_by

    settings = Settings()
    _migrate(settings)

    def say_ready() -> None:
        click.echo(f"The server answers at {settings.public_url}.")

    try:
        if workers == 1:
            asyncio.run(serve_requests(settings, say_ready))
        else:
            serve_by(workers, settings, say_ready)
    except CannotListen as error:
        raise click.ClickException(str(error)) from error
    except WorkersFailed as error:
        raise click.ClickException(
            "The workers do not stay alive; see above."
        ) from error


@click.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to this program's version; make it if there is none."""
    settings = Settings()
    _migrate(settings)
    click.echo("The database is up to date.")


@click.command(name="settings")
def settings_command() -> None:
    """List every setting: value, default and what it is for."""
    settings = Settings()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name == "database" and value:
            # A PostgreSQL URL may hold a password, and a terminal may be looked at.
            value = sa.make_url(value).render_as_string(hide_password=True)
        click.echo(f"OVERALLT_{name.upper()} = {value!r}")
        default = field.get_default(
            call_default_factory=True, validated_data=settings.model_dump()
        )
        click.echo(f"    {field.description} (default {default!r})")


def _migrate(settings: Settings) -> None:
    async def run() -> None:
        database = Database(settings.database_url)
        try:
            await migrate(database)
        finally:
            await database.close()

    asyncio.run(run())
