"""The commands ``operator``: who may move money by hand."""

from typing import TYPE_CHECKING

import click

from overallt_server.cli.running import run, user_called
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.use_cases.appointing import Operator


@click.group()
def operator() -> None:
    """Operators: users who may move money by hand, two at a time."""


@operator.command()
@click.argument("username")
def add(username: str) -> None:
    """Make USERNAME an operator; each deed then asks for his password and a code."""
    from overallt_server.use_cases.appointing import Appointing

    async def add_him(database: Database, settings: Settings) -> bool:
        user = (await user_called(database, username)).id
        return await Appointing(database).add(user=user, now=settings.now())

    if run(add_him):
        click.echo(f"{username} is an operator now.")
    else:
        click.echo(f"{username} was an operator before.")


@operator.command()
@click.argument("username")
def remove(username: str) -> None:
    """Let USERNAME be an operator no more; what he ordered stays ordered."""
    from overallt_server.use_cases.appointing import Appointing

    async def remove_him(database: Database, settings: Settings) -> None:
        user = (await user_called(database, username)).id
        await Appointing(database).remove(user=user, now=settings.now())

    run(remove_him)
    click.echo(f"{username} is no operator any more.")


@operator.command(name="list")
def list_() -> None:
    """List the operators, each with since when he is one."""
    from overallt_server.use_cases.appointing import Appointing

    async def listed(database: Database, _settings: Settings) -> "list[Operator]":
        return await Appointing(database).all_()

    found = run(listed)
    for each in found:
        click.echo(f"{each.user.username}  since {each.added_at:%Y-%m-%d}")
    if not found:
        click.echo("Nobody is an operator.")
