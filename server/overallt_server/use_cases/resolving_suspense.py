"""Resolving suspense: the operator understands money that came in without a name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core import bank_bookings
from overallt_server.core.bank_bookings import Fate, StoredMovement
from overallt_server.core.chart import LedgerAccount
from overallt_server.core.references import return_reference
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.core.rules import Rules
from overallt_server.storage import bank_statements, journal, patrons
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.holding import refuse_too_much


class ResolvingSuspense:
    """The use cases of what is in suspense."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def waiting(self) -> list[StoredMovement]:
        """List what is in suspense, oldest first."""
        async with self._database.snapshot() as tx:
            return await bank_statements.unresolved(tx)

    async def assign(
        self, *, number: int, patron: UserId, reason: str, now: datetime
    ) -> StoredMovement:
        """Make the money *number* the means of *patron*.

        Raises:
            NotFound: there is no such money in suspense, or no such user.
            InvalidRequest: it is in another currency, or he would hold too much.
        """
        async with self._suspended(number, patron) as (tx, stored):
            if stored.amount.currency != self._rules.currency:
                raise InvalidRequest(f"Means are in {self._rules.currency} only.")
            await refuse_too_much(tx, patron, stored.amount, self._rules)
            entry = bank_bookings.assigned_entry(stored, patron, reason=reason, now=now)
            await journal.append(tx, patron, entry)
            await bank_statements.resolve(tx, number, patron=patron, now=now)
        return stored

    async def understand(
        self, *, number: int, account: LedgerAccount, reason: str, now: datetime
    ) -> StoredMovement:
        """Book the money *number*, which is no patron's, to *account*.

        The operator's own money is equity; what a card provider pays out was ours.

        Raises:
            NotFound: there is no such money in suspense.
        """
        async with self._suspended(number, None) as (tx, stored):
            entry = bank_bookings.understood_entry(
                stored, account, reason=reason, now=now
            )
            await journal.append_to_house(tx, entry)
            await bank_statements.resolve(tx, number, patron=None, now=now)
        return stored

    async def send_back(
        self, *, number: int, reason: str, now: datetime
    ) -> tuple[StoredMovement, str]:
        """Put the money *number* on its way back; return it with our reference.

        The operator orders the transfer under this reference; once the bank's
        statement tells of it, it is on its way no more.

        Raises:
            NotFound: there is no such money in suspense.
        """
        async with self._suspended(number, None) as (tx, stored):
            entry = bank_bookings.returned_entry(stored, reason=reason, now=now)
            await journal.append_to_house(tx, entry)
            await bank_statements.resolve(tx, number, patron=None, now=now)
        return stored, return_reference(number)

    @asynccontextmanager
    async def _suspended(
        self, number: int, patron: UserId | None
    ) -> AsyncIterator[tuple[Transaction, StoredMovement]]:
        async with self._database.transaction() as tx:
            if patron is not None and not await patrons.lock(tx, patron):
                raise NotFound("There is no such user.")
            await patrons.lock_house(tx)
            stored = await bank_statements.numbered(tx, number)
            if stored is None or stored.fate is not Fate.SUSPENSE or stored.resolved_at:
                raise NotFound(f"Nothing with the number {number} is in suspense.")
            yield tx, stored
