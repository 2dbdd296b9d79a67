"""The command ``mail send``: hands the mails that are due to the mail server."""

import click

from overallt_server.cli.running import run
from overallt_server.settings import Settings
from overallt_server.storage.database import Database


@click.group()
def mail() -> None:
    """Mails: what users are told by e-mail."""


@mail.command()
def send() -> None:
    """Send the mails that are due; a running server does so by itself."""
    from overallt_server.use_cases.mailing import waiting
    from overallt_server.web.mailing import mailing_of

    async def send_due(database: Database, settings: Settings) -> tuple[int, int]:
        mailing = mailing_of(settings, database)
        if mailing is None:
            raise click.ClickException(
                f"{await waiting(database)} mails wait: set OVERALLT_SMTP."
            )
        done = await mailing.send_due(settings.now, go_on=lambda: True)
        return done.sent, await waiting(database)

    sent, left = run(send_due)
    click.echo(f"Sent {sent} mails; {left} wait.")
