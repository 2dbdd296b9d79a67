"""The command ``thing``: what can be flattred."""

import click

from overallt_server.cli.running import run, user_called
from overallt_server.core.things import Thing
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


@click.group()
def thing() -> None:
    """Things: what can be flattred."""


@thing.command()
@click.argument("url")
@click.option("--owner", required=True, help="The username of who made it.")
@click.option("--title", required=True, help="What the thing is called.")
@click.option("--charity", is_flag=True, help="The thing bears no fee.")
def add(url: str, owner: str, title: str, *, charity: bool) -> None:
    """Register the page at URL as a thing; prints its text tag."""
    from overallt_server.use_cases.registering_things import RegisteringThings

    async def register(database: Database, settings: Settings) -> Thing:
        owner_id = (await user_called(database, owner)).id
        return await RegisteringThings(database).register(
            owner=owner_id, url=url, title=title, charity=charity, now=settings.now()
        )

    added = run(register)
    click.echo(f"Registered {added.url} of {owner}: [Flattr={added.id}]")
