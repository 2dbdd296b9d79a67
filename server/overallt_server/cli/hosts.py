"""The command ``host``: which sites are known to be a thing's owner's."""

from typing import TYPE_CHECKING

import click

from overallt.protocol.ids import ThingId
from overallt_server.cli.running import run
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.use_cases.checking_proofs import CheckingProofs, Contested

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


@host.command()
def contested() -> None:
    """List the hosts that two owners have proved, of which you have to decide.

    "host add" lets the claim count as well, "host remove" takes the host from who has
    it, "host refuse" forgets the claim.
    """

    async def listed(database: Database, settings: Settings) -> "list[Contested]":
        return await _checking(database, settings).contested()

    found = run(listed)
    for each in found:
        others = ", ".join(each.others) or "nobody any more"
        claim = each.claim.claim
        click.echo(
            f"{claim.host}  [Flattr={claim.thing}] of {each.claim.username}, "
            f"confirmed for {others}"
        )
    if not found:
        click.echo("Nothing is contested.")


@host.command()
@_ID
@click.argument("host")
def refuse(thing: int, host: str) -> None:
    """Forget that the owner of the thing ID has asked for HOST."""

    async def forget(database: Database, settings: Settings) -> str:
        return await _checking(database, settings).refuse(
            thing=ThingId(thing), host=host
        )

    click.echo(f"{run(forget)} is not that of [Flattr={thing}].")


@host.command()
def check() -> None:
    """Look again for every proof that was seen once.

    For a job that runs each day. What is missing for 7 days counts no more.
    """

    async def look(database: Database, settings: Settings) -> str:
        checked = await _checking(database, settings).check(now=settings.now())
        return (
            f"Proofs: {checked.seen} are there, {checked.missing} are missing, "
            f"{checked.lost} are lost."
        )

    click.echo(run(look))


def _checking(database: Database, settings: Settings) -> "CheckingProofs":
    from overallt_server.outside.fetching import WayOut
    from overallt_server.outside.names import Names
    from overallt_server.outside.proofs import Proofs
    from overallt_server.use_cases.checking_proofs import CheckingProofs
    from overallt_server.web.addresses import Addresses

    return CheckingProofs(
        database,
        Proofs(WayOut(Names())),
        profile_of=Addresses(settings.public_url).profile,
    )
