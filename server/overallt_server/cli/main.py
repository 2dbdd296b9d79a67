"""All commands of ``overallt-server``, by name."""

import click

from overallt_server.cli.audit import audit
from overallt_server.cli.bank import bank
from overallt_server.cli.cards import card, debt, equity
from overallt_server.cli.distributing import distribute
from overallt_server.cli.giving import budget, means
from overallt_server.cli.hosts import host
from overallt_server.cli.mails import mail
from overallt_server.cli.moving import backup, move, restore
from overallt_server.cli.operating import migrate_command, serve, settings_command
from overallt_server.cli.operators import operator
from overallt_server.cli.orders import order
from overallt_server.cli.payouts import payout
from overallt_server.cli.periods import period_group, settle
from overallt_server.cli.releasing import release
from overallt_server.cli.things import thing
from overallt_server.cli.users import user


@click.group(name="overallt-server")
@click.version_option(package_name="overallt")
def cli() -> None:
    """Run an Överallt server and keep its books.

    Settings come from OVERALLT_… variables or from overallt-server.toml in the data
    folder; "overallt-server settings" lists them.
    """


for _command in (
    audit,
    backup,
    bank,
    budget,
    card,
    debt,
    distribute,
    equity,
    host,
    mail,
    means,
    migrate_command,
    move,
    operator,
    order,
    payout,
    period_group,
    release,
    restore,
    serve,
    settings_command,
    settle,
    thing,
    user,
):
    cli.add_command(_command)
