"""The command ``distribute``: a PostgreSQL with Citus, spread over many machines."""

import click

from overallt_server.cli.progress import Progress
from overallt_server.cli.running import run
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


@click.command()
@click.option(
    "--dry-run", is_flag=True, help="Print the statements, and change nothing."
)
def distribute(*, dry_run: bool) -> None:
    """Spread a PostgreSQL with Citus over its machines, patron by patron.

    Stop the server first. Best is a new database, migrated and empty, into which
    "move --to" then carries everything: rows that are there already are spread, too,
    but Citus keeps a hidden copy of them. May be stopped and started again.
    """
    from overallt_server.storage import distribution

    async def print_statements(database: Database, _settings: Settings) -> None:
        for table in await distribution.undistributed(database):
            for statement in distribution.statements(table):
                click.echo(f"{statement};")

    async def spread(database: Database, _settings: Settings) -> int:
        with Progress("Distributing") as progress:
            return await distribution.distribute(database, progress)

    try:
        if dry_run:
            run(print_statements)
        else:
            click.echo(f"{run(spread)} tables were distributed; now all of them are.")
    except distribution.NoCitus as error:
        raise click.ClickException(str(error)) from error
