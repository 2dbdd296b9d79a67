"""The command ``thing``: what can be flattred."""

from typing import Final, override

import click

from overallt.protocol.ids import ThingId
from overallt_server.cli.running import run, user_called
from overallt_server.core.things import Thing
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


class _Member(click.ParamType[tuple[str, int]]):
    """A username and a weight."""

    name = "member"

    @override
    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        username, _, weight = value.rpartition("=")
        if not (username and weight.isdecimal()):
            self.fail(f"{value!r} is not of the form USERNAME=WEIGHT.", param, ctx)
        return username.lower(), int(weight)


_MEMBER: Final = _Member()


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


@thing.command()
@click.argument("thing", metavar="ID", type=click.IntRange(min=1))
@click.argument("members", metavar="[USERNAME=WEIGHT]...", nargs=-1, type=_MEMBER)
@click.option("--end", is_flag=True, help="What it earns is its owner's alone again.")
def team(thing: int, members: tuple[tuple[str, int], ...], *, end: bool) -> None:
    """Let the members share what the thing ID earns, by their weights (1 to 100).

    It holds for the whole month in which it is named and those that follow. Without
    members it only says who is in the team.
    """
    from overallt_server.use_cases.naming_teams import NamedWeights, NamingTeams

    if end and members:
        raise click.UsageError("Name the members, or end the team.")
    weights = dict(members)
    if len(weights) < len(members):
        raise click.UsageError("Nobody can be in a team twice.")

    async def change(database: Database, settings: Settings) -> NamedWeights:
        naming, now = NamingTeams(database), settings.now()
        if end:
            await naming.end(thing=ThingId(thing), now=now)
        elif weights:
            await naming.name(thing=ThingId(thing), weights=weights, now=now)
        return await naming.team(thing=ThingId(thing))

    told = run(change)
    every = sum(told.values())
    for username, weight in told.items():
        click.echo(f"{username}: {weight} of {every}")
