"""What stories say of the bank: transfers, its charges, and money nobody understands.

Each event is a statement of its own, written as a bank's file and read by the real
reader; ``bank tells all again`` imports all of them once more, newest first.
"""

import re
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Any, Final

from bank_files import IBAN, Entry, statement

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.cards import CASH_AT_PROVIDER
from overallt_server.core.money import Money
from overallt_server.core.references import means_reference
from overallt_server.core.rules import Rules
from overallt_server.payments.camt import read
from overallt_server.storage import journal
from overallt_server.storage.database import Database
from overallt_server.use_cases.importing_statements import ImportingStatements
from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

_AMOUNT: Final = r"(?P<amount>[0-9]+\.[0-9]{2}) EUR"
BANK_PHRASES: Final = {
    "transfers": re.compile(rf"transfers {_AMOUNT}(?P<text> without a reference)?"),
    "is_assigned": re.compile(rf"is assigned {_AMOUNT}"),
    "is_sent_back": re.compile(rf"is sent back {_AMOUNT}"),
    "charges": re.compile(rf"charges {_AMOUNT}"),
    "tells_all_again": re.compile(r"tells all again"),
    "holds": re.compile(rf"holds {_AMOUNT}"),
}
_HOLDERS: Final = {
    "bank": CASH_AT_BANK,
    "cards": CASH_AT_PROVIDER,
    "costs": chart.PAYMENT_COST,
    "loss": chart.CHARGEBACK_LOSS,
    "suspense": chart.SUSPENSE,
}


class BankStage(ABC):
    """Plays what a story says of the bank."""

    def __init__(self, database: Database, rules: Rules, *, begins: datetime) -> None:
        self._now = begins
        self._database = database
        self._bank = ImportingStatements(database, rules, BankAccount("K", IBAN, ""))
        self._suspense = ResolvingSuspense(database, rules)
        self._files: list[bytes] = []
        self._balance = 0
        self._day = begins.date()

    @abstractmethod
    async def _user(self, name: str) -> UserId: ...

    @abstractmethod
    def _expect(self, event: Any, found: Money) -> None: ...

    async def transfers(self, event: Any) -> None:
        patron = await self._user(event.who)
        text = event.details.get("text", means_reference(patron))
        await self._move(_minor(event), f"{event.who} {text}")

    async def charges(self, event: Any) -> None:
        await self._move(-_minor(event), "charges")

    async def is_assigned(self, event: Any) -> None:
        await self._suspense.assign(
            number=await self._number_of(event),
            patron=await self._user(event.who),
            reason="it is so in the story",
            now=self._now,
        )

    async def is_sent_back(self, event: Any) -> None:
        _sent, reference = await self._suspense.send_back(
            number=await self._number_of(event),
            reason="it is so in the story",
            now=self._now,
        )
        await self._move(-_minor(event), reference)

    async def tells_all_again(self, _event: Any) -> None:
        for file in reversed(self._files):
            await self._import(file)

    async def holds(self, event: Any) -> None:
        async with self._database.snapshot() as tx:
            holder = _HOLDERS[event.who]
            self._expect(event, await journal.balance(tx, holder, "EUR"))

    async def _number_of(self, event: Any) -> int:
        (number,) = [
            each.number
            for each in await self._suspense.waiting()
            if each.amount.minor == _minor(event)
        ]
        return number

    async def _move(self, minor: int, text: str) -> None:
        self._day = max(self._day + timedelta(days=1), self._now.date())
        file = statement(
            Entry(minor, (text,), on=str(self._day)),
            opening=self._balance,
            closed_on=str(self._day),
            name=str(len(self._files) + 1),
        )
        self._balance += minor
        self._files.append(file)
        await self._import(file)

    async def _import(self, file: bytes) -> None:
        await self._bank.import_all(
            read(file).statements,
            now=self._now,
            rehearse=False,
            progress=lambda _done, _all: None,
        )


def _minor(event: Any) -> int:
    return Money.parse(event.details["amount"], "EUR").minor
