"""The command ``release``: what was held long enough becomes its owner's."""

import click

from overallt_server.cli.running import run
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


@click.command()
def release() -> None:
    """Make gifts their owners' that were held for long enough.

    For a job that runs each day. Whatever stops it, start it again.
    """
    from overallt_server.use_cases.giving_gifts import GivingGifts

    async def release_all(database: Database, settings: Settings) -> int:
        return await GivingGifts(database, settings.rules).release(now=settings.now())

    click.echo(f"Released {run(release_all)} gifts.")
