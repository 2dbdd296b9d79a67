"""The command ``release``: what was held long enough becomes its owner's."""

import click

from overallt_server.cli.running import run
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


@click.command()
def release() -> None:
    """Make gifts and shares their owners' that were held for long enough.

    For a job that runs each day. Whatever stops it, start it again.
    """
    from overallt_server.use_cases.giving_gifts import GivingGifts
    from overallt_server.use_cases.releasing_shares import ReleasingShares

    async def release_all(database: Database, settings: Settings) -> str:
        rules, now = settings.rules, settings.now()
        gifts = await GivingGifts(database, rules).release(now=now)
        shares = await ReleasingShares(database, rules).release(now=now)
        return f"Released {gifts} gifts, and shares of {shares} that cards have paid."

    click.echo(run(release_all))
