"""The commands ``card``, ``debt`` and ``equity``: card payments and what they cost."""

import secrets
from typing import TYPE_CHECKING

import click

from overallt_server.cli.options import reason_option, reference_option
from overallt_server.cli.running import amount, run, user_called
from overallt_server.core.money import Money
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.payments.stripe import Stripe
    from overallt_server.use_cases.paying_by_card import Looked


def provider_of(settings: Settings) -> "Stripe | None":
    """Return where cards are charged, if patrons can pay by card."""
    if settings.card_account is None:
        return None
    from overallt_server.payments.stripe import Stripe

    return Stripe(settings.card_account)


@click.group()
def card() -> None:
    """Cards: payments at the card provider."""


@card.command()
@click.argument("payment")
def fetch(payment: str) -> None:
    """Book what became of PAYMENT (pi_…), if no webhook has told it."""
    from overallt_server.use_cases.paying_by_card import PayingByCard

    async def look(database: Database, settings: Settings) -> "Looked":
        provider = provider_of(settings)
        if provider is None:
            raise click.ClickException("Set OVERALLT_STRIPE_SECRET_KEY first.")
        return await PayingByCard(database, settings.rules, provider).look_at(
            payment, now=settings.now()
        )

    looked = run(look)
    if looked.payment is None:
        raise click.ClickException(f"{payment} is not booked: {looked.because}.")
    click.echo(
        f"{payment} is {looked.payment.amount} of user {looked.payment.patron}; "
        f"{looked.booked} entries were new."
    )


@click.group()
def debt() -> None:
    """Debts: what patrons owe after a chargeback."""


@debt.command()
@click.argument("username")
@reason_option
def pay(username: str, reason: str) -> None:
    """Take what USERNAME owes off his means, as far as they go."""
    from overallt_server.use_cases.settling_debts import SettlingDebts

    async def pay_it(database: Database, settings: Settings) -> Money:
        return await SettlingDebts(database, settings.rules).pay(
            patron=(await user_called(database, username)).id,
            reference=secrets.token_hex(8),
            reason=reason,
            now=settings.now(),
        )

    click.echo(f"{username} paid {run(pay_it)} off his debt.")


@debt.command(name="give-up")
@click.argument("username")
@reason_option
def give_up(username: str, reason: str) -> None:
    """Book what USERNAME owes as lost."""
    from overallt_server.use_cases.settling_debts import SettlingDebts

    async def give_it_up(database: Database, settings: Settings) -> Money:
        return await SettlingDebts(database, settings.rules).give_up(
            patron=(await user_called(database, username)).id,
            reference=secrets.token_hex(8),
            reason=reason,
            now=settings.now(),
        )

    click.echo(f"{run(give_it_up)} that {username} owed are lost.")


@click.group()
def equity() -> None:
    """Equity: the operator's own money, which covers what payments cost."""


@equity.command()
@click.argument("amount_text", metavar="AMOUNT")
@reason_option
@reference_option("equity")
def add(amount_text: str, reason: str, reference: str) -> None:
    """Book that the operator has put AMOUNT beside the clients' money."""
    from overallt_server.use_cases.adding_equity import AddingEquity

    async def add_it(database: Database, settings: Settings) -> tuple[Money, bool]:
        added = amount(amount_text, settings)
        is_new = await AddingEquity(database).add(
            amount=added, reference=reference, reason=reason, now=settings.now()
        )
        return added, is_new

    added, is_new = run(add_it)
    if is_new:
        click.echo(f"Added {added} of the operator's own: {reference}")
    else:
        click.echo(f"{reference} was booked before: nothing was added.")
