"""The command ``user``: people with a login."""

from typing import TextIO

import click

from overallt_server.cli.running import run, user_called
from overallt_server.core.users import User
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


@click.group()
def user() -> None:
    """Users: people with a login."""


@user.command()
@click.argument("username")
@click.option("--email", required=True, help="The address to reach the user at.")
@click.option(
    "--password-file",
    type=click.File(encoding="utf-8"),
    help="A file with the password in its first line, - for standard input. "
    "Without it the password is asked for.",
)
def add(username: str, email: str, password_file: TextIO | None) -> None:
    """Add a user, with a profile that can be flattred."""
    from argon2 import PasswordHasher

    from overallt_server.use_cases.passwords import Passwords
    from overallt_server.use_cases.signing_up import SigningUp
    from overallt_server.web.addresses import Addresses

    password = _password(password_file)

    async def sign_up(database: Database, settings: Settings) -> User:
        return await SigningUp(
            database, Passwords(PasswordHasher()), settings.registration
        ).sign_up(
            username=username,
            email=email,
            password=password,
            profile_url=Addresses(settings.public_url).profile,
            newcomer=None,
            now=settings.now(),
        )

    added = run(sign_up)
    click.echo(
        f"Added {added.username} (user {added.id}); "
        f"the profile is [Flattr={added.username}], thing {added.profile_thing}."
    )


@user.command()
@click.argument("username")
@click.option("--reason", required=True, help="By what it is known who this is.")
def verify(username: str, reason: str) -> None:
    """Note that it is known who USERNAME is: he may then hold and pay in more."""
    from overallt_server.use_cases.marking import Marking

    async def verify_him(database: Database, settings: Settings) -> None:
        patron = (await user_called(database, username)).id
        await Marking(database).verify(patron=patron, reason=reason, now=settings.now())

    run(verify_him)
    click.echo(f"It is known who {username} is.")


@user.command()
@click.argument("username")
def release(username: str) -> None:
    """Let USERNAME, frozen by a chargeback, give and pay in again."""
    from overallt_server.use_cases.marking import Marking

    async def release_him(database: Database, _settings: Settings) -> None:
        await Marking(database).release(
            patron=(await user_called(database, username)).id
        )

    run(release_him)
    click.echo(f"{username} is released; the budget stays paused until resumed.")


@user.command()
@click.argument("many", type=click.IntRange(min=1))
def invite(many: int) -> None:
    """Send the first MANY of the waiting list an invitation by mail."""
    from overallt_server.use_cases.inviting import Inviting

    async def invite_them(database: Database, settings: Settings) -> int:
        inviting = Inviting(database, settings.registration)
        return await inviting.invite_waiting(many, now=settings.now())

    click.echo(f"Invited {run(invite_them)} of those who wait.")


def _password(file: TextIO | None) -> str:
    if file is not None:
        return file.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
