"""What stories say of payouts: asked for, ordered, and what the bank makes of them.

Orders and the bank's answers are real files, written and read by the real code.
"""

import asyncio
import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from bank_files import IBAN, report
from story_bank import BankStage

from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.money import Money
from overallt_server.core.payouts import Payout, PayoutState
from overallt_server.core.refusals import NotFound
from overallt_server.core.rules import Rules
from overallt_server.payments import pain001, pain002
from overallt_server.storage import journal
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.ordering_payouts import OrderingPayouts
from overallt_server.use_cases.paying_out import PayingOut

_AMOUNT: Final = r"(?P<amount>[0-9]+\.[0-9]{2}) EUR"
PAYOUT_PHRASES: Final = {
    "names_an_account": re.compile(r"names an account"),
    "asks_for": re.compile(rf"asks for {_AMOUNT}"),
    "cannot_ask_for": re.compile(rf"cannot ask for {_AMOUNT}: (?P<because>.+)"),
    "gets_orders": re.compile(rf"gets orders of {_AMOUNT}(?P<twice> twice at once)?"),
    "is_paid": re.compile(rf"is paid {_AMOUNT}"),
    "is_rejected": re.compile(rf"is rejected {_AMOUNT}"),
    "is_returned": re.compile(rf"is returned {_AMOUNT}"),
    "moves_to_means": re.compile(rf"moves to means {_AMOUNT}"),
    "has_on_the_way": re.compile(rf"has on the way {_AMOUNT}"),
}
_KASSA: Final = BankAccount("Kassa", IBAN, "")


class PayoutStage(BankStage):
    """Plays what a story says of payouts, and of the bank."""

    def __init__(self, database: Database, rules: Rules, *, begins: datetime) -> None:
        super().__init__(database, rules, begins=begins)
        self._paying_out = PayingOut(database, rules)
        self._ordering = OrderingPayouts(database)
        self._adding = AddingMeans(database, rules)
        self._messages: dict[int, str] = {}

    @abstractmethod
    async def _refused(
        self, event: Any, deed: Callable[[], Awaitable[object]]
    ) -> None: ...

    async def names_an_account(self, event: Any) -> None:
        owner = await self._user(event.who)
        await self._paying_out.name_account(
            owner=owner, iban=IBAN, name=event.who, now=self._now
        )

    async def asks_for(self, event: Any) -> None:
        owner = await self._user(event.who)
        await self._paying_out.request(
            owner=owner, amount=_amount(event), now=self._now
        )

    async def cannot_ask_for(self, event: Any) -> None:
        await self._refused(event, lambda: self.asks_for(event))

    async def gets_orders(self, event: Any) -> None:
        runs = 2 if event.details.get("twice") else 1
        ordered = await asyncio.gather(*[self._order() for _ in range(runs)])
        self._expect(event, Money(sum(ordered), "EUR"))

    async def is_paid(self, event: Any) -> None:
        payout = await self._payout_of(event, PayoutState.SENT)
        await self._move(-payout.amount.minor, payout.reference)

    async def is_returned(self, event: Any) -> None:
        payout = await self._payout_of(event, PayoutState.PAID)
        await self._move(payout.amount.minor, payout.reference)

    async def is_rejected(self, event: Any) -> None:
        payout = await self._payout_of(event, PayoutState.SENT)
        assert payout.file is not None
        answer = report(
            (payout.reference, "RJCT", "AC01"), message=self._messages[payout.file]
        )
        # The bank says it twice, as it may.
        for _ in range(2):
            await self._ordering.take(pain002.read(answer), now=self._now)

    async def moves_to_means(self, event: Any) -> None:
        await self._adding.move_revenue(
            owner=await self._user(event.who),
            amount=_amount(event),
            reference=str(event.number),
            reason="a story",
            now=self._now,
        )

    async def has_on_the_way(self, event: Any) -> None:
        owner = await self._user(event.who)
        listed = await self._paying_out.of(owner=owner)
        async with self._database.snapshot() as tx:
            sums = [
                await journal.balance(tx, each.on_its_way, "EUR") for each in listed
            ]
        self._expect(event, sum(sums, Money(0, "EUR")))

    async def _order(self) -> int:
        try:
            file, _ordered = await self._ordering.make_file(
                _KASSA,
                [each.number for each in await self._ordering.due()],
                now=self._now,
            )
        except NotFound:
            return 0
        self._messages[file.number] = file.message
        orders = pain001.read(file.content).orders
        return sum(each.amount.minor for each in orders)

    async def _payout_of(self, event: Any, state: PayoutState) -> Payout:
        owner = await self._user(event.who)
        (payout,) = [
            each
            for each in await self._paying_out.of(owner=owner)
            if (each.state, each.amount) == (state, _amount(event))
        ]
        return payout


def _amount(event: Any) -> Money:
    return Money.parse(event.details["amount"], "EUR")
