"""The command ``host``: which sites are known to be a thing's owner's."""

import click

from overallt.protocol.ids import ThingId
from overallt_server.cli.running import run
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

_ID = click.argument("thing", metavar="ID", type=click.IntRange(min=1))


@click.group()
def host() -> None:
    """Hosts: sites that are known to be those of a thing's owner."""


@host.command()
@_ID
@click.argument("host")
def add(thing: int, host: str) -> None:
    """Note that the owner of the thing ID has proved HOST to be his.

    Readers are told so beside the button, and may let one click be enough there.
    """
    from overallt_server.use_cases.proving_hosts import ProvingHosts

    async def note(database: Database, settings: Settings) -> str:
        return await ProvingHosts(database).note(
            thing=ThingId(thing), host=host, now=settings.now()
        )

    click.echo(f"{run(note)} is confirmed for [Flattr={thing}].")


@host.command()
@_ID
@click.argument("host")
def remove(thing: int, host: str) -> None:
    """Take back that HOST is that of the owner of the thing ID."""
    from overallt_server.use_cases.proving_hosts import ProvingHosts

    async def withdraw(database: Database, _settings: Settings) -> str:
        return await ProvingHosts(database).withdraw(thing=ThingId(thing), host=host)

    click.echo(f"{run(withdraw)} is confirmed for [Flattr={thing}] no longer.")
