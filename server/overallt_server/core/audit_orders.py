"""Auditing orders: none was changed, each had who it needs, and each did what it says.

An import that was stopped is no fault: it goes on when it is confirmed again, and what
the bank tells holds it against the balances.

An order's hash is over its cells and the hash before it, an outcome's over its cells
and its order's. Where they do not fit, what the cells give may have been the hash as
well as what the hash says, so that what follows is not named, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_chains import StoredEntry, whole_entry
from overallt_server.core.deeds import (
    Booking,
    Deed,
    OrderPayouts,
    booking_of,
    users_of,
)
from overallt_server.core.journal import NO_PREVIOUS
from overallt_server.core.operators import Term, was_operator
from overallt_server.core.orders import ALONE, OrderRow, OutcomeRow, Verdict


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as it is stored, and what is there of what it made.

    ``deed`` is ``None`` if its cells say none. ``entry`` and ``payouts`` (the numbers
    of those in its file) are what its outcome names, ``None`` where that is not there.
    """

    row: OrderRow
    hash: bytes
    outcome: OutcomeRow | None
    outcome_hash: bytes
    deed: Deed | None
    entry: StoredEntry | None
    payouts: frozenset[int] | None


class OrdersAudit:
    """One pass over all orders, by number; it keeps what it has found.

    *doubted* are the tables in which other checks have found a fault: what is held
    against them proves nothing.
    """

    def __init__(self, terms: Sequence[Term], doubted: Iterable[str]) -> None:
        """Begin before the first order; *terms* say who was an operator."""
        self.findings: Final[list[Finding]] = []
        self._terms: Final = terms
        self._doubted: Final = frozenset(doubted)
        self._number = 0
        # What the hash before may have been; empty if an order is gone.
        self._hashes = {NO_PREVIOUS}

    def check(self, stored: StoredOrder) -> None:
        """Check the next order."""
        number = stored.row.number
        for missing in range(self._number + 1, number):
            self.miss(missing)
            self._hashes = set()
        self._number = number
        is_sound = self._is_sound(stored)
        if not is_sound:
            self._find("orders", number, "it was changed")
        if stored.outcome is not None:
            given = {stored.outcome.digest(each) for each in self._hashes}
            if stored.outcome_hash not in given:
                self._find("order_outcomes", number, "it was changed")
                return
        if is_sound:
            self._check_content(stored)

    def miss(self, number: int) -> None:
        """Note that the order *number* is not there."""
        self._find("orders", number, "it is missing")

    def _is_sound(self, stored: StoredOrder) -> bool:
        given = {stored.row.digest(each) for each in self._hashes}
        is_sound = not given or stored.hash in given
        self._hashes = {stored.hash} if is_sound else {stored.hash, *given}
        return is_sound

    def _check_content(self, stored: StoredOrder) -> None:
        order, outcome, deed = stored.row, stored.outcome, stored.deed
        if deed is None:
            self._find("orders", order.number, "it says nothing that could be done")
            return
        self._check_operator(order.number, order.operator, order.ordered_at)
        if outcome is None:
            return
        self._check_operator(order.number, outcome.operator, outcome.decided_at)
        if outcome.verdict != Verdict.CONFIRMED:
            return
        if order.needed > ALONE:
            self._check_second(order, outcome, deed)
        self._check_made(stored, outcome, deed)

    def _check_operator(
        self, number: int, operator: int | None, moment: datetime
    ) -> None:
        if operator is None or "operators" in self._doubted:
            return
        if not was_operator(UserId(operator), self._terms, at=moment):
            problem = f"it was no operator when order {number} was in its hands"
            finding = Finding("operators", row(user_id=operator), problem, "", "")
            self.findings.append(finding)

    def _check_second(self, order: OrderRow, outcome: OutcomeRow, deed: Deed) -> None:
        both = {order.operator, outcome.operator}
        if None in both or len(both) != order.needed or both & set(users_of(deed)):
            problem = "no second operator, whom it does not concern, has confirmed it"
            self._find("order_outcomes", order.number, problem)

    def _check_made(self, stored: StoredOrder, outcome: OutcomeRow, deed: Deed) -> None:
        number, booking = stored.row.number, booking_of(deed)
        if booking is not None:
            self._check_entry(stored, booking)
        elif isinstance(deed, OrderPayouts):
            if stored.payouts is None:
                self._find("orders", number, "its file of payouts is not there")
            elif not self._doubted & {"payouts", "payout_files"}:
                self._check_payouts(stored, outcome, deed, stored.payouts)

    def _check_entry(self, stored: StoredOrder, booking: Booking) -> None:
        expected = (booking.kind, booking.amount, stored.row.reason)
        if stored.entry is None:
            problem = "it is confirmed and its entry is not there"
            self._find("orders", stored.row.number, problem, _told(expected))
            return
        entry = whole_entry(stored.entry)
        if entry is None:
            return  # The audit of its chain names it.
        amount = None if booking.amount is None else entry.postings[0].amount
        found = (entry.kind, amount, entry.memo)
        if found != expected:
            problem = f"it is not what order {stored.row.number} says"
            self.findings.append(
                Finding(
                    "journal_entries",
                    stored.entry.row,
                    problem,
                    _told(expected),
                    _told(found),
                )
            )

    def _check_payouts(
        self,
        stored: StoredOrder,
        outcome: OutcomeRow,
        deed: OrderPayouts,
        found: frozenset[int],
    ) -> None:
        if found != set(deed.payouts):
            problem = f"it orders other payouts than order {stored.row.number}"
            self.findings.append(
                Finding(
                    "payout_files",
                    row(number=outcome.file),
                    problem,
                    _numbers(deed.payouts),
                    _numbers(found),
                )
            )

    def _find(self, table: str, number: int, problem: str, expected: str = "") -> None:
        self.findings.append(Finding(table, row(number=number), problem, expected, ""))


def _told(values: Iterable[object]) -> str:
    return ", ".join(str(each) for each in values if each is not None)


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
