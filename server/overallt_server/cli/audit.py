"""The command ``audit``: whether every cent in the books is where it belongs."""

import click

from overallt_server.cli.running import run
from overallt_server.core.audit import Finding
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


@click.command()
@click.pass_context
def audit(context: click.Context) -> None:
    """Check the books; name every row at fault.

    Ends with 0 if all is well, else with 1.
    """
    from overallt_server.use_cases.auditing import Auditing

    async def check(database: Database, settings: Settings) -> list[Finding]:
        return await Auditing(database, settings.rules).audit()

    say_findings(context, run(check))


def say_findings(context: click.Context, findings: list[Finding]) -> None:
    """Say what an audit has found; end with 1 if that is anything."""
    for finding in findings:
        click.echo(finding)
    if findings:
        context.exit(1)
    click.echo("The books are in order: every cent is where it belongs.")
