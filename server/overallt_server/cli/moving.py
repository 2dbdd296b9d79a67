"""The commands ``backup``, ``restore`` and ``move``: the database as a whole."""

import asyncio
from pathlib import Path

import click

from overallt_server.cli.audit import say_findings
from overallt_server.cli.progress import Progress
from overallt_server.cli.running import run
from overallt_server.core.audit import Finding
from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database to FILE, while the server may go on.

    FILE must not be there yet. It holds what people give to whom: keep it where only
    you can read it.
    """
    from overallt_server.storage.backups import BackupFailed, back_up

    async def write(database: Database, _settings: Settings) -> None:
        with Progress("Backing up") as progress:
            await back_up(database, file, progress)

    try:
        run(write)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already.") from None
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"All of the database is in {file}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Make the database what a backup FILE says, and check its books.

    There must be no database yet. A backup of an earlier version is brought to this
    one. Ends with 1 if the books are not in order.
    """
    from overallt_server.storage.backups import BackupFailed
    from overallt_server.storage.backups import restore as read
    from overallt_server.use_cases.auditing import Auditing

    settings = Settings()

    async def fill() -> list[Finding]:
        database = Database(settings.database_url)
        try:
            with Progress("Restoring") as progress:
                await read(database, file, progress)
            await migrate(database)
            return await Auditing(database, settings.rules).audit()
        finally:
            await database.close()

    try:
        findings = asyncio.run(fill())
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The database is what {file} says.")
    say_findings(context, findings)


@click.command()
@click.option(
    "--to",
    "url",
    required=True,
    metavar="URL",
    help="postgresql://USER@HOST/NAME or sqlite:///FILE: a new, empty database.",
)
def move(url: str) -> None:
    """Carry everything over into another database, and compare each row.

    Stop the server first. Whatever stops a move, start it again: it goes on where it
    was. The database from which it all came stays as it is.
    """
    from overallt_server.use_cases.moving import Differs, Moving

    async def carry_over(source: Database, _settings: Settings) -> int:
        target = Database(url)
        if target.url == source.url:
            raise click.UsageError("That is the database that is in use.")
        try:
            await migrate(target)
            with Progress("Moving") as progress:
                return await Moving(source, target).move(progress)
        finally:
            await target.close()

    try:
        rows = run(carry_over)
    except Differs as error:
        raise click.ClickException(
            f"{error}: move into a new, empty database."
        ) from error
    click.echo(
        f"All {rows} rows are in the new database, each compared. "
        "Set OVERALLT_DATABASE to it before you start the server."
    )
