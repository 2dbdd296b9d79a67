"""The commands ``order``: what one operator ordered by hand, and another confirms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from overallt_server.cli import bank, cards, giving, payouts
from overallt_server.cli.by_hand import (
    Handler,
    Typed,
    by_operator,
    described,
    end,
    finish,
    name_of,
    recognised,
)
from overallt_server.cli.running import run
from overallt_server.core import deeds
from overallt_server.core.refusals import InvalidRequest
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.core.orders import HandOrder, Outcome
    from overallt_server.use_cases.ordering import Done

_HANDLERS: Final[Mapping[type[deeds.Deed], Handler]] = {
    deeds.AddMeans: giving.add_means,
    deeds.RefundMeans: giving.refund_means,
    deeds.MoveRevenue: giving.move_revenue,
    deeds.AddEquity: cards.add_equity,
    deeds.PayDebt: cards.pay_debt,
    deeds.GiveUpDebt: cards.give_up_debt,
    deeds.AssignSuspense: bank.assign_suspense,
    deeds.ReturnSuspense: bank.return_suspense,
    deeds.UnderstandSuspense: bank.understand_suspense,
    deeds.PayByHand: payouts.pay_by_hand,
    deeds.RejectPayout: payouts.reject_payout,
    deeds.NameAccount: payouts.name_account,
    deeds.OrderPayouts: payouts.order_payouts,
    deeds.TakeAnswers: payouts.take_answers,
    deeds.ImportStatements: bank.import_statements,
}


@click.group()
def order() -> None:
    """Orders: money by hand that waits for a second operator."""


@order.command()
@click.argument("number", type=int)
@by_operator
def confirm(number: int, operator: Typed | None) -> None:
    """Do what was ordered as NUMBER, once.

    Only another operator than the one who ordered it may, and nobody whom it concerns.
    An import that was stopped goes on when it is confirmed again.
    """
    from overallt_server.use_cases.ordering import Ordering

    async def confirm_it(database: Database, settings: Settings) -> int:
        async def carry_out(inner: Database, deed: deeds.Deed, reason: str) -> "Done":
            return await _HANDLERS[type(deed)](inner, settings, deed, reason)

        done = await Ordering(database).confirm(
            number,
            operator=await recognised(database, settings, operator),
            now=settings.now(),
            carry_out=carry_out,
        )
        return await finish(database, done)

    end(run(confirm_it))


@order.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it is not to be done.")
@by_operator
def refuse(number: int, reason: str, operator: Typed | None) -> None:
    """Let what was ordered as NUMBER never be done."""
    from overallt_server.use_cases.ordering import Ordering

    async def refuse_it(database: Database, settings: Settings) -> None:
        who = await recognised(database, settings, operator)
        if who is None:
            raise InvalidRequest("Say with --operator USERNAME who you are.")
        await Ordering(database).refuse(
            number, operator=who, reason=reason, now=settings.now()
        )

    run(refuse_it)
    click.echo(f"Order {number} is refused.")


@order.command(name="list")
@click.option("--all", "all_", is_flag=True, help="Those that are decided, too.")
def list_(*, all_: bool) -> None:
    """List the orders that wait for a second operator, oldest first."""
    from overallt_server.use_cases.ordering import Ordering

    async def listed(database: Database, _settings: Settings) -> list[str]:
        ordering = Ordering(database)
        if all_:
            return [await _told(database, *each) for each in await ordering.every()]
        waiting = [await described(database, each) for each in await ordering.open_()]
        return waiting + [
            f"{await described(database, each)}: stopped, confirm it again to go on"
            for each in await ordering.stopped()
        ]

    for line in run(listed) or ["There are no orders." if all_ else "No order waits."]:
        click.echo(line)


async def _told(
    database: Database, order_: "HandOrder", outcome: "Outcome | None"
) -> str:
    line = await described(database, order_)
    if outcome is None:
        return f"{line}: open"
    by = outcome.operator
    by_whom = "" if by is None else f" by {await name_of(database, by)}"
    why = f': "{outcome.reason}"' if outcome.reason else ""
    when = f"{outcome.decided_at:%Y-%m-%d %H:%M}"
    return f"{line}: {outcome.verdict} {when}{by_whom}{why}"
