"""The commands ``card``, ``debt`` and ``equity``: card payments and what they cost."""

import secrets
from typing import TYPE_CHECKING

import click

from overallt_server.cli.by_hand import Typed, by_operator, do_by_hand, name_of
from overallt_server.cli.options import reason_option, reference_option
from overallt_server.cli.running import amount, run, user_called
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.core.deeds import AddEquity, GiveUpDebt, PayDebt
    from overallt_server.payments.stripe import Stripe
    from overallt_server.use_cases.ordering import Done
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
@by_operator
def pay(username: str, reason: str, operator: Typed | None) -> None:
    """Take what USERNAME owes off his means, as far as they go."""
    from overallt_server.core.deeds import PayDebt

    async def deed(database: Database, _settings: Settings) -> PayDebt:
        patron = (await user_called(database, username)).id
        return PayDebt(patron, secrets.token_hex(8))

    do_by_hand(deed, pay_debt, reason=reason, operator=operator)


async def pay_debt(
    database: Database, settings: Settings, deed: "PayDebt", reason: str
) -> "Done":
    """Take a debt off the means of who owes it."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.settling_debts import SettlingDebts

    paid = await SettlingDebts(database, settings.rules).pay(
        patron=deed.patron,
        reference=deed.reference,
        reason=reason,
        now=settings.now(),
    )
    return Done(f"{await name_of(database, deed.patron)} paid {paid} off his debt.")


@debt.command(name="give-up")
@click.argument("username")
@reason_option
@by_operator
def give_up(username: str, reason: str, operator: Typed | None) -> None:
    """Book what USERNAME owes as lost."""
    from overallt_server.core.deeds import GiveUpDebt

    async def deed(database: Database, _settings: Settings) -> GiveUpDebt:
        patron = (await user_called(database, username)).id
        return GiveUpDebt(patron, secrets.token_hex(8))

    do_by_hand(deed, give_up_debt, reason=reason, operator=operator)


async def give_up_debt(
    database: Database, settings: Settings, deed: "GiveUpDebt", reason: str
) -> "Done":
    """Book a debt as lost."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.settling_debts import SettlingDebts

    lost = await SettlingDebts(database, settings.rules).give_up(
        patron=deed.patron,
        reference=deed.reference,
        reason=reason,
        now=settings.now(),
    )
    return Done(f"{lost} that {await name_of(database, deed.patron)} owed are lost.")


@click.group()
def equity() -> None:
    """Equity: the operator's own money, which covers what payments cost."""


@equity.command()
@click.argument("amount_text", metavar="AMOUNT")
@reason_option
@reference_option("equity")
@by_operator
def add(amount_text: str, reason: str, reference: str, operator: Typed | None) -> None:
    """Book that the operator has put AMOUNT beside the clients' money."""
    from overallt_server.core.deeds import AddEquity

    async def deed(_database: Database, settings: Settings) -> AddEquity:
        return AddEquity(amount(amount_text, settings), reference)

    do_by_hand(deed, add_equity, reason=reason, operator=operator)


async def add_equity(
    database: Database, settings: Settings, deed: "AddEquity", reason: str
) -> "Done":
    """Book money of the operator's own."""
    from overallt_server.use_cases.adding_equity import AddingEquity
    from overallt_server.use_cases.ordering import Done

    is_new = await AddingEquity(database).add(
        amount=deed.amount,
        reference=deed.reference,
        reason=reason,
        now=settings.now(),
    )
    if not is_new:
        return Done(f"{deed.reference} was booked before: nothing was added.")
    return Done(f"Added {deed.amount} of the operator's own: {deed.reference}")
