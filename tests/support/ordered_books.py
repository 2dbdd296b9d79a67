"""Orders of each kind and state, in the books of three months that storage tests keep.

Ben and cyd are operators. They do four deeds, one more is refused, one waits. All
tables that an order touches have rows, so that each can be changed or taken away.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bank_files import IBAN, Entry, statement

from overallt.protocol.ids import UserId
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.deeds import (
    AddEquity,
    AddMeans,
    Deed,
    ImportStatements,
    OrderedFile,
    OrderPayouts,
)
from overallt_server.core.money import Money
from overallt_server.core.orders import TOGETHER
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.payments.camt import read
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_equity import AddingEquity
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.appointing import Appointing
from overallt_server.use_cases.importing_statements import ImportingStatements
from overallt_server.use_cases.ordering import Done, Ordering
from overallt_server.use_cases.ordering_payouts import OrderingPayouts
from overallt_server.use_cases.paying_out import PayingOut

MONA, ADA, BEN, CYD = (UserId(number) for number in (1, 3, 4, 5))
NOW: Final = Period(2026, 3).start + timedelta(days=9)
KASSA: Final = BankAccount("Kassa", IBAN, "")
TOLD: Final = read(statement(Entry(500, ("who?",)))).statements


def carrying_out(rules: Rules) -> Callable[[Database, Deed, str], Awaitable[Done]]:
    async def carry_out(database: Database, deed: Deed, reason: str) -> Done:
        match deed:
            case AddMeans():
                await AddingMeans(database, rules).add(
                    patron=deed.patron,
                    amount=deed.amount,
                    provider="by_hand",
                    reference=deed.reference,
                    reason=reason,
                    now=NOW,
                )
            case AddEquity():
                await AddingEquity(database).add(
                    amount=deed.amount, reference=deed.reference, reason=reason, now=NOW
                )
            case OrderPayouts():
                file, _ordered = await OrderingPayouts(database).make_file(
                    KASSA, deed.payouts, now=NOW
                )
                return Done("", file.number)
            case _:
                return Done("", None, lambda outer: book(outer, rules))
        return Done("")

    return carry_out


async def book(database: Database, rules: Rules) -> int:
    await ImportingStatements(database, rules, KASSA).import_all(
        TOLD, now=NOW, rehearse=False, progress=lambda _done, _all: None
    )
    return 0


async def keep(database: Database, rules: Rules) -> None:
    """Let ben and cyd order and decide, in the *database* that has the books."""
    for operator in (BEN, CYD):
        await Appointing(database).add(user=operator, now=NOW)
    paying_out = PayingOut(database, replace(rules, min_payout_minor=1))
    await paying_out.name_account(
        owner=MONA, iban=IBAN, name="Mona", now=NOW - timedelta(days=9)
    )
    asked = await paying_out.request(owner=MONA, amount=None, now=NOW)
    deeds: tuple[Deed, ...] = (
        AddMeans(ADA, Money(1000, "EUR"), "X 1"),
        AddEquity(Money(500, "EUR"), "E 1"),
        OrderPayouts((asked.number,), (MONA,), asked.amount, "/orders.xml"),
        ImportStatements(
            (OrderedFile("/told.xml", "0" * 64),),
            tuple(each.key for each in TOLD),
            (),
        ),
        AddMeans(ADA, Money(2000, "EUR"), "X 2"),
        AddMeans(ADA, Money(3000, "EUR"), "X 3"),
    )
    ordering = Ordering(database)
    for deed in deeds:
        await ordering.order(
            deed, reason="a coin", needed=TOGETHER, operator=BEN, now=NOW
        )
    for number in range(1, 5):
        done = await ordering.confirm(
            number, operator=CYD, now=NOW, carry_out=carrying_out(rules)
        )
        if done.afterwards is not None:
            await done.afterwards(database)
    await ordering.refuse(5, operator=CYD, reason="not so", now=NOW)
