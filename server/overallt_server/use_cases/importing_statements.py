"""Importing statements: what the bank booked is booked here, once.

Everything is read and checked before anything is booked. Then the statements are gone
through in the order of their ends, a hundred movements in one transaction: whoever is
killed in the middle starts again and finds what is there by its key. A statement is
stored with its last movements, so that one that is stored is there whole.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import bank_bookings, chart
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.bank_bookings import Fate, Outcome, Reason
from overallt_server.core.bank_statements import (
    Gap,
    Movement,
    Statement,
    gaps,
    keyed,
    refuse_unless_it_adds_up,
)
from overallt_server.core.chart import Side
from overallt_server.core.references import Purpose, return_reference
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.rules import Rules
from overallt_server.storage import bank_statements, journal, patrons, payouts
from overallt_server.storage.bank_statements import NewMovement
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.confirming_payouts import come_back, leave
from overallt_server.use_cases.holding import refuse_too_much

MOVEMENTS_AT_ONCE: Final = 100

_A_COST: Final = Outcome(Fate.COST, chart.PAYMENT_COST)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A movement that was booked now, with its number."""

    number: int
    movement: Movement
    fate: Fate
    reason: str


@dataclass(slots=True)
class Imported:
    """What an import did.

    ``known`` is how many movements had been booked before, ``not_booked`` how many
    the bank has not booked itself; ``gaps`` are left between all statements so far.
    """

    booked: list[Numbered] = field(default_factory=list)
    known: int = 0
    not_booked: int = 0
    gaps: list[tuple[Gap, str]] = field(default_factory=list)

    def of(self, fate: Fate) -> list[Numbered]:
        """Return what was booked with *fate*."""
        return [each for each in self.booked if each.fate is fate]


class _Rehearsed(Exception):
    """Undoes the transaction of an import that was only to be tried."""


class ImportingStatements:
    """The use case of importing the statements of one *account*."""

    def __init__(self, database: Database, rules: Rules, account: BankAccount) -> None:
        self._database = database
        self._rules = rules
        self._account = account

    async def import_all(
        self,
        statements: Sequence[Statement],
        *,
        now: datetime,
        rehearse: bool,
        progress: Callable[[int, int], None],
    ) -> Imported:
        """Book all movements of *statements* that are not booked yet.

        With *rehearse* everything is done and then undone. *progress* is told how many
        movements of how many are through.

        Raises:
            InvalidRequest: a statement is of another account; nothing was booked.
            Unbelievable: one does not add up; nothing was booked.
        """
        self.refuse(statements)
        steps = [
            step
            for statement in sorted(statements, key=lambda each: each.closed_on)
            for step in _steps(statement)
        ]
        all_ = sum(len(step.movements) for step in steps)
        done = Imported(not_booked=sum(each.not_booked for each in statements))
        progress(0, all_)
        if rehearse:
            with suppress(_Rehearsed):
                async with self._database.transaction() as tx:
                    for step in steps:
                        await self._take(tx, step, done, now=now)
                        progress(done.known + len(done.booked), all_)
                    done.gaps = await _gaps(tx)
                    raise _Rehearsed
            return done
        for step in steps:
            async with self._database.transaction() as tx:
                await self._take(tx, step, done, now=now)
            progress(done.known + len(done.booked), all_)
        async with self._database.snapshot() as tx:
            done.gaps = await _gaps(tx)
        return done

    def refuse(self, statements: Sequence[Statement]) -> None:
        """Refuse *statements* that could not be imported.

        Raises:
            InvalidRequest: one is of another account.
            Unbelievable: one does not add up.
        """
        for statement in statements:
            self._refuse_other_account(statement)
            refuse_unless_it_adds_up(statement)

    async def users_named(self, statements: Sequence[Statement]) -> list[UserId]:
        """List those to whose means or payouts a movement of *statements* refers."""
        named: set[int] = set()
        async with self._database.snapshot() as tx:
            for statement in statements:
                for movement in statement.movements:
                    purpose, number = bank_bookings.about(movement) or (None, 0)
                    if purpose is Purpose.MEANS:
                        named.add(number)
                    elif purpose is Purpose.PAYOUT:
                        payout = await payouts.numbered(tx, number)
                        named |= {payout.owner} if payout else set()
        return [UserId(each) for each in sorted(named)]

    def _refuse_other_account(self, statement: Statement) -> None:
        if statement.iban != self._account.iban:
            raise InvalidRequest(
                f"Statement {statement.name} is of the account {statement.iban}, not "
                f"of {self._account.iban} (OVERALLT_BANK_IBAN)."
            )

    async def _take(
        self, tx: Transaction, step: "_Step", done: Imported, *, now: datetime
    ) -> None:
        meant = {
            number
            for movement in step.movements.values()
            for purpose, number in [bank_bookings.about(movement) or (None, 0)]
            if purpose is Purpose.MEANS
        }
        # Turns are taken in the order of ids, the house's last: nobody waits in a ring.
        existing = {
            patron
            for patron in map(UserId, sorted(meant))
            if await patrons.lock(tx, patron)
        }
        await patrons.lock_house(tx)
        before = await bank_statements.known(tx, step.movements)
        await bank_statements.tell_again(tx, before, step.statement.closed_on)
        new: list[NewMovement] = []
        for key, movement in step.movements.items():
            if key not in before:
                new.append(await self._book(tx, key, movement, existing, now=now))
        numbers = await bank_statements.add_movements(tx, step.statement, new)
        if step.is_last and not await bank_statements.has(tx, step.statement):
            await bank_statements.add(tx, step.statement, now=now)
        done.known += len(before)
        done.booked += [
            Numbered(number, each.movement, each.outcome.fate, each.outcome.reason)
            for number, each in zip(numbers, new, strict=True)
        ]

    async def _book(
        self,
        tx: Transaction,
        key: str,
        movement: Movement,
        existing: set[UserId],
        *,
        now: datetime,
    ) -> NewMovement:
        if movement.side is Side.CREDIT:
            outcome = await _gone_out(tx, movement, now=now)
        else:
            outcome = await self._come_in(tx, movement, existing, now=now)
        entry = bank_bookings.imported_entry(key, movement, outcome, now=now)
        if outcome.patron is None:
            await journal.append_to_house(tx, entry)
        else:
            await journal.append(tx, outcome.patron, entry)
        return NewMovement(key, movement, outcome)

    async def _come_in(
        self,
        tx: Transaction,
        movement: Movement,
        existing: set[UserId],
        *,
        now: datetime,
    ) -> Outcome:
        purpose, number = bank_bookings.about(movement) or (None, 0)
        if purpose is Purpose.PAYOUT:
            came_back = await come_back(tx, movement, number, now=now)
            return came_back or _suspended(Reason.NOT_PAID_OUT)
        if purpose is not Purpose.MEANS:
            return _suspended(Reason.NO_REFERENCE)
        patron = UserId(number)
        if patron not in existing:
            return _suspended(Reason.NO_SUCH_PATRON)
        if movement.amount.currency != self._rules.currency:
            return _suspended(Reason.OTHER_CURRENCY)
        try:
            await refuse_too_much(tx, patron, movement.amount, self._rules)
        except InvalidRequest:
            return _suspended(Reason.TOO_MUCH)
        return Outcome(Fate.MEANS, chart.means(patron), patron=patron)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one transaction takes of a statement, by key."""

    statement: Statement
    movements: dict[str, Movement]
    is_last: bool


def _steps(statement: Statement) -> Iterator[_Step]:
    movements = list(keyed(statement))
    # A statement without movements still tells a balance.
    for start in range(0, max(len(movements), 1), MOVEMENTS_AT_ONCE):
        end = start + MOVEMENTS_AT_ONCE
        is_last = end >= len(movements)
        yield _Step(statement, dict(movements[start:end]), is_last)


def _suspended(reason: Reason) -> Outcome:
    return Outcome(Fate.SUSPENSE, chart.SUSPENSE, reason)


async def _gone_out(tx: Transaction, movement: Movement, *, now: datetime) -> Outcome:
    purpose, number = bank_bookings.about(movement) or (None, 0)
    if purpose is Purpose.PAYOUT:
        paid = await leave(tx, movement, number, now=now)
        return paid or _A_COST
    if purpose is Purpose.RETURN:
        account = chart.in_transit(return_reference(number))
        on_its_way = await journal.balance(tx, account, movement.amount.currency)
        if on_its_way == movement.amount:
            return Outcome(Fate.RETURN, account)
    return _A_COST


async def _gaps(tx: Transaction) -> list[tuple[Gap, str]]:
    by_account = await bank_statements.days(tx)
    return [
        (gap, currency)
        for (_iban, currency), days in sorted(by_account.items())
        for gap in gaps(days)
    ]
