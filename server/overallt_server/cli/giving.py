"""The commands ``budget`` and ``means``: what a patron gives, and gives from."""

from typing import TYPE_CHECKING

import click

from overallt_server.cli.by_hand import Typed, by_operator, do_by_hand, name_of
from overallt_server.cli.cards import provider_of
from overallt_server.cli.options import reason_option, reference_option
from overallt_server.cli.running import amount, run, user_called
from overallt_server.core.money import Money
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.core.deeds import AddMeans, MoveRevenue, RefundMeans
    from overallt_server.core.lots import Lot
    from overallt_server.use_cases.ordering import Done

# The provider of money that an operator took in and books himself.
BY_HAND = "by_hand"


@click.group()
def budget() -> None:
    """Budgets: what patrons give each month."""


@budget.command(name="set")
@click.argument("username")
@click.argument("amount_text", metavar="AMOUNT")
@click.option("--pause", is_flag=True, help="Keep the budget but give nothing.")
def set_(username: str, amount_text: str, *, pause: bool) -> None:
    """Set the monthly budget of USERNAME to AMOUNT, as in 5.00."""
    from overallt_server.use_cases.giving import Giving

    async def set_budget(database: Database, settings: Settings) -> Money:
        budget_amount = amount(amount_text, settings)
        patron = (await user_called(database, username)).id
        await Giving(database, settings.rules).set_budget(
            patron=patron, amount=budget_amount, active=not pause
        )
        return budget_amount

    given = run(set_budget)
    paused = ", paused" if pause else ""
    click.echo(f"{username} gives {given} each month{paused}.")


@click.group()
def means() -> None:
    """Means: money that patrons have paid in and can give."""


@means.command()
@click.argument("username")
@click.argument("amount_text", metavar="AMOUNT")
@reason_option
@reference_option("by-hand")
@by_operator
def add(
    username: str,
    amount_text: str,
    reason: str,
    reference: str,
    operator: Typed | None,
) -> None:
    """Book that AMOUNT was received from USERNAME."""
    from overallt_server.core.deeds import AddMeans

    async def deed(database: Database, settings: Settings) -> AddMeans:
        added = amount(amount_text, settings)
        patron = (await user_called(database, username)).id
        return AddMeans(patron, added, reference)

    do_by_hand(deed, add_means, reason=reason, operator=operator)


async def add_means(
    database: Database, settings: Settings, deed: "AddMeans", reason: str
) -> "Done":
    """Book what an operator took in."""
    from overallt_server.use_cases.adding_means import AddingMeans
    from overallt_server.use_cases.ordering import Done

    is_new = await AddingMeans(database, settings.rules).add(
        patron=deed.patron,
        amount=deed.amount,
        provider=BY_HAND,
        reference=deed.reference,
        reason=reason,
        now=settings.now(),
    )
    if not is_new:
        return Done(f"{deed.reference} was booked before: nothing was added.")
    username = await name_of(database, deed.patron)
    return Done(f"Added {deed.amount} to the means of {username}: {deed.reference}")


@means.command(name="from-revenue")
@click.argument("username")
@click.argument("amount_text", metavar="AMOUNT")
@reason_option
@reference_option("by-hand")
@by_operator
def from_revenue(
    username: str,
    amount_text: str,
    reason: str,
    reference: str,
    operator: Typed | None,
) -> None:
    """Make AMOUNT of the revenue of USERNAME his means, free of fee."""
    from overallt_server.core.deeds import MoveRevenue

    async def deed(database: Database, settings: Settings) -> MoveRevenue:
        moved = amount(amount_text, settings)
        owner = (await user_called(database, username)).id
        return MoveRevenue(owner, moved, reference)

    do_by_hand(deed, move_revenue, reason=reason, operator=operator)


async def move_revenue(
    database: Database, settings: Settings, deed: "MoveRevenue", reason: str
) -> "Done":
    """Make an owner's revenue his means."""
    from overallt_server.use_cases.adding_means import AddingMeans
    from overallt_server.use_cases.ordering import Done

    is_new = await AddingMeans(database, settings.rules).move_revenue(
        owner=deed.owner,
        amount=deed.amount,
        reference=deed.reference,
        reason=reason,
        now=settings.now(),
    )
    if not is_new:
        return Done(f"{deed.reference} was moved before: nothing was moved.")
    username = await name_of(database, deed.owner)
    return Done(f"Moved {deed.amount} to the means of {username}: {deed.reference}")


@means.command()
@click.argument("username")
def lots(username: str) -> None:
    """List where the means of USERNAME came from, each lot with its number."""
    from overallt_server.use_cases.refunding_means import RefundingMeans

    async def list_lots(database: Database, _settings: Settings) -> "list[Lot]":
        patron = (await user_called(database, username)).id
        return await RefundingMeans(database).lots(patron=patron)

    found = run(list_lots)
    for number, lot in enumerate(found, start=1):
        click.echo(
            f"{number}  {lot.added_at:%Y-%m-%d}  {lot.amount} from {lot.source}, "
            f"{lot.left} left"
        )
    if not found:
        click.echo(f"{username} never had means.")


@means.command()
@click.argument("username")
@click.argument("lot", type=click.IntRange(min=1))
@click.argument("amount_text", metavar="AMOUNT")
@reason_option
@reference_option("refund")
@by_operator
def refund(
    username: str,
    lot: int,
    amount_text: str,
    reason: str,
    reference: str,
    operator: Typed | None,
) -> None:
    """Give back AMOUNT of the lot number LOT of USERNAME, to where it came from."""
    from overallt_server.core.deeds import RefundMeans

    async def deed(database: Database, settings: Settings) -> RefundMeans:
        return RefundMeans(
            (await user_called(database, username)).id,
            lot,
            amount(amount_text, settings),
            reference,
        )

    do_by_hand(deed, refund_means, reason=reason, operator=operator)


async def refund_means(
    database: Database, settings: Settings, deed: "RefundMeans", reason: str
) -> "Done":
    """Give back what is left of a lot."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.refunding_means import RefundingMeans

    given = await RefundingMeans(database, provider_of(settings)).refund(
        patron=deed.patron,
        number=deed.lot,
        amount=deed.amount,
        reference=deed.reference,
        reason=reason,
        now=settings.now(),
    )
    if not given.is_new:
        return Done(f"{deed.reference} was booked before: nothing was given back.")
    username = await name_of(database, deed.patron)
    return Done(
        f"Took {given.amount} off the means of {username}: {deed.reference}\n"
        f"{given.what_to_do}"
    )
