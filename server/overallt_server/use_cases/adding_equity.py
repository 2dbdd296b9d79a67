"""Adding equity: the operator puts money of his own beside that of the clients.

So are covered what providers charge and what was lost, which clients must not bear.
"""

from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest
from overallt_server.storage import journal, patrons
from overallt_server.storage.database import Database
from overallt_server.storage.schema import HOUSE
from overallt_server.use_cases.booking import is_booked_as


class AddingEquity:
    """The use case of the operator's own money."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, *, amount: Money, reference: str, reason: str, now: datetime
    ) -> bool:
        """Book *amount* of the operator's money; tell whether it was not booked yet.

        Raises:
            InvalidRequest: it is nothing, or there is no reference or no reason.
            IdempotencyMismatch: another amount was booked under this reference.
        """
        if amount.minor <= 0 or not reference.strip() or not reason.strip():
            raise InvalidRequest("Equity needs an amount, a reference and a reason.")
        entry = JournalEntry.transfer(
            kind=EntryKind.EQUITY_ADDED,
            natural_key=f"{EntryKind.EQUITY_ADDED}:{reference}",
            memo=reason,
            made_at=now,
            debit=chart.cash("by_hand"),
            credit=chart.OPERATOR_EQUITY,
            amount=amount,
        )
        async with self._database.transaction() as tx:
            await patrons.lock_house(tx)
            if await is_booked_as(tx, UserId(HOUSE), entry, reference):
                return False
            await journal.append_to_house(tx, entry)
        return True
