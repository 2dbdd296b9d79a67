"""Running a command: settings, a database that fits this program, and its closing."""

import asyncio
from collections.abc import Awaitable, Callable

import click

from overallt_server.core.money import Money
from overallt_server.core.refusals import NotFound
from overallt_server.core.users import User
from overallt_server.settings import Settings
from overallt_server.storage import users
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import require_newest


def run[Result](
    use: Callable[[Database, Settings], Awaitable[Result]],
) -> Result:
    """Run *use* with the server's database and settings; return what it returns."""
    settings = Settings()
    return asyncio.run(_run(use, settings))


async def _run[Result](
    use: Callable[[Database, Settings], Awaitable[Result]], settings: Settings
) -> Result:
    database = Database(settings.database_url)
    try:
        await require_newest(database)
        return await use(database, settings)
    finally:
        await database.close()


async def user_called(database: Database, username: str) -> User:
    """Return the user called *username*.

    Raises:
        NotFound: there is none.
    """
    async with database.snapshot() as tx:
        user = await users.by_username(tx, username)
    if user is None:
        raise NotFound(f"There is no user called {username}.")
    return user


def amount(text: str, settings: Settings) -> Money:
    """Read an amount as it was typed, in the server's currency.

    Raises:
        click.BadParameter: it is no amount.
    """
    try:
        return Money.parse(text, settings.currency)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="AMOUNT") from error
