"""The commands ``serve``, ``migrate`` and ``settings``: running the server itself."""

import asyncio

import click
import sqlalchemy as sa

from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate


@click.command()
def serve() -> None:
    """Bring the database up to date and answer requests until Ctrl-C."""
    from overallt_server.web.serving import CannotListen
    from overallt_server.web.serving import serve as serve_requests

    settings = Settings()
    _migrate(settings)
    try:
        asyncio.run(
            serve_requests(
                settings,
                lambda: click.echo(f"The server answers at {settings.public_url}."),
            )
        )
    except CannotListen as error:
        raise click.ClickException(str(error)) from error


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
