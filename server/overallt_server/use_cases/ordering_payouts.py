"""Ordering payouts: the file that asks the bank to pay, and what it answers.

A file is made and stored in the transaction that notes which payouts it orders, so each
payout is in one file, and whoever is killed before he has got it can have it again.
"""

from collections.abc import Collection
from datetime import datetime

from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.payouts import Payout, PayoutState, rejected_entry
from overallt_server.core.references import Purpose, find, payout_reference
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.payments import pain001
from overallt_server.payments.pain001 import Order
from overallt_server.payments.pain002 import Report
from overallt_server.storage import journal, patrons, payouts
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.payouts import PayoutFile


class OrderingPayouts:
    """The use cases of what an operator orders of his bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self) -> list[Payout]:
        """List all payouts that are requested, oldest first.

        Raises:
            NotFound: there are none.
        """
        async with self._database.snapshot() as tx:
            return await _due(tx)

    async def make_file(
        self, account: BankAccount, numbers: Collection[int], *, now: datetime
    ) -> tuple[PayoutFile, list[Payout]]:
        """Make the file that orders the payouts of *numbers*, from *account*.

        Raises:
            NotFound: none is requested at all.
            InvalidRequest: one of them is not requested any more.
        """
        async with self._database.transaction() as tx:
            await patrons.lock_house(tx)
            due = [each for each in await _due(tx) if each.number in numbers]
            gone = set(numbers) - {each.number for each in due}
            if gone:
                told = ", ".join(payout_reference(each) for each in sorted(gone))
                raise InvalidRequest(f"No payout is requested any more as {told}.")
            number = await payouts.next_file(tx)
            # The bank refuses a name that it had before; one of another database, too.
            message = f"OVERALLT{number}T{now:%Y%m%d%H%M%S}"
            content = pain001.write(
                [order_of(each) for each in due],
                account=account,
                message=message,
                made_at=now,
            )
            file = PayoutFile(number, message, now, content)
            await payouts.send(tx, file, due)
        return file, due

    async def file(self, number: int) -> PayoutFile:
        """Return the file *number*, byte for byte as it was made.

        Raises:
            NotFound: there is none.
        """
        async with self._database.snapshot() as tx:
            file = await payouts.file_numbered(tx, number)
        if file is None:
            raise NotFound(f"There is no file {number} of payouts.")
        return file

    async def rejected_by(self, report: Report) -> list[Payout]:
        """List what ``take`` would make revenue again; nothing is changed.

        Raises:
            InvalidRequest: it answers no file of ours, or what is not in that file.
        """
        async with self._database.snapshot() as tx:
            return [payout for payout, _ in await _rejected_by(tx, report)]

    async def take(self, report: Report, *, now: datetime) -> list[Payout]:
        """Make revenue again what the bank rejects in *report*; return these.

        What is no longer on its way stays as it is, so a report may come twice.

        Raises:
            InvalidRequest: it answers no file of ours, or what is not in that file.
        """
        rejected = []
        async with self._database.transaction() as tx:
            await patrons.lock_house(tx)
            for payout, reason in await _rejected_by(tx, report):
                entry = rejected_entry(payout, reason=reason, now=now)
                await journal.append_to_house(tx, entry)
                state = PayoutState.REJECTED
                await payouts.change(tx, payout.number, state, reason=reason, now=now)
                rejected.append(payout)
        return rejected


async def _rejected_by(tx: Transaction, report: Report) -> list[tuple[Payout, str]]:
    file = await payouts.file_called(tx, report.message)
    if file is None:
        raise InvalidRequest(f"It answers {report.message}, no file of ours.")
    rejected = _rejected(report, await payouts.ordered_by(tx, file.number)).values()
    return [each for each in rejected if each[0].state is PayoutState.SENT]


async def _due(tx: Transaction) -> list[Payout]:
    due = await payouts.in_state(tx, PayoutState.REQUESTED)
    if not due:
        number = await payouts.next_file(tx)
        last = f" The last file was {number - 1}." if number > 1 else ""
        raise NotFound(f"No payout is due.{last}")
    return due


def order_of(payout: Payout) -> Order:
    """Return what the bank is asked to pay for *payout*."""
    return Order(payout.reference, payout.amount, payout.iban, payout.name)


def _rejected(report: Report, ordered: list[Payout]) -> dict[int, tuple[Payout, str]]:
    by_number = {each.number: each for each in ordered}
    rejected: dict[int, tuple[Payout, str]] = {}
    for answer in report.answers:
        purpose, number = find(answer.reference) or (None, 0)
        is_ours = purpose is Purpose.PAYOUT and number in by_number
        if answer.reference and not is_ours:
            raise InvalidRequest(
                f"{answer.reference} was not ordered by {report.message}."
            )
        if answer.is_rejection:
            meant = [by_number[number]] if is_ours else ordered
            reason = answer.reason or "the bank gave no reason"
            rejected |= {each.number: (each, reason) for each in meant}
    return rejected
