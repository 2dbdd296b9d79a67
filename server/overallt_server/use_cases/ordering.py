"""Ordering: what moves money by hand is ordered, confirmed by another, and done once.

A deed is done in the transaction that stores its outcome: whatever stops it, both are
there or neither is. Only an import is done afterwards, in steps of its own, and goes
on if it is confirmed again: its steps know what is booked.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.deeds import Deed, ImportStatements, NameAccount, booking_of
from overallt_server.core.orders import (
    ALONE,
    HandOrder,
    Outcome,
    Verdict,
    refuse_own,
    refuse_same,
)
from overallt_server.core.refusals import Forbidden, InvalidRequest, NotFound
from overallt_server.storage import journal, orders, patrons
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.schema import HOUSE


@dataclass(frozen=True, slots=True)
class Done:
    """What came of doing a deed: what is *said*, and which *file* of payouts it made.

    What is to be done *afterwards*, once all of it is stored, gives an exit status.
    """

    said: str
    file: int | None = None
    afterwards: Callable[[Database], Awaitable[int]] | None = None


# Does a deed for a reason, in the transaction of the database that it is given.
type CarryOut = Callable[[Database, Deed, str], Awaitable[Done]]


class Ordering:
    """The use cases of orders by hand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(
        self, deed: Deed, *, reason: str, needed: int, operator: UserId, now: datetime
    ) -> HandOrder:
        """Store that *operator* orders *deed*; an open order of the same is returned.

        Raises:
            InvalidRequest: there is no reason for what is booked.
            Forbidden: it concerns *operator* himself.
        """
        refuse_own(deed, operator)
        if booking_of(deed) is not None and not reason.strip():
            raise InvalidRequest("An order needs a reason.")
        async with self._database.transaction() as tx:
            await patrons.lock_house(tx)
            return await orders.open_one(tx, deed) or await orders.add(
                tx, deed, reason=reason, needed=needed, operator=operator, now=now
            )

    async def do_alone(
        self,
        deed: Deed,
        *,
        reason: str,
        operator: UserId | None,
        now: datetime,
        carry_out: CarryOut,
    ) -> Done:
        """Do *deed* at once, and store it as ordered and confirmed by *operator*.

        What was booked before leaves no order.
        """
        async with self._database.transaction() as tx:
            done, entry = await self._do(tx, deed, reason, carry_out)
            if entry is None and booking_of(deed) is not None:
                return done
            await patrons.lock_house(tx)
            order = await orders.add(
                tx, deed, reason=reason, needed=ALONE, operator=operator, now=now
            )
            outcome = Outcome(Verdict.CONFIRMED, operator, "", now, entry, done.file)
            await orders.decide(tx, order, outcome)
        return done

    async def confirm(
        self,
        number: int,
        *,
        operator: UserId | None,
        now: datetime,
        carry_out: CarryOut,
    ) -> Done:
        """Let *operator* confirm the order *number*, and do it, once.

        An import that was confirmed before goes on where it was stopped; of all else
        that was done before it is said that it was.

        Raises:
            NotFound: there is no such order.
            InvalidRequest: it was refused, or what it would book is booked already.
            Forbidden: he has ordered it himself, or it concerns himself.
        """
        async with self._database.transaction() as tx:
            order = await _order(tx, number)
            _refuse_nobody(order, operator)
            await _wait(tx, _whose_turn(order.deed))
            await patrons.lock_house(tx)
            before = await orders.outcome_of(tx, number)
            if before is not None:
                return await self._again(order, before, carry_out)
            if operator is not None:
                refuse_same(order, operator)
                refuse_own(order.deed, operator)
            done, entry = await self._do(tx, order.deed, order.reason, carry_out)
            if entry is None and booking_of(order.deed) is not None:
                raise InvalidRequest(
                    f"{done.said}\nOrder {number} would book nothing: refuse it "
                    f"(overallt-server order refuse {number})."
                )
            outcome = Outcome(Verdict.CONFIRMED, operator, "", now, entry, done.file)
            await orders.decide(tx, order, outcome)
        return done

    async def refuse(
        self, number: int, *, operator: UserId, reason: str, now: datetime
    ) -> None:
        """Let *operator* refuse the order *number*; it is never done.

        Raises:
            NotFound: there is no such order.
            InvalidRequest: it is confirmed or refused already, or there is no reason.
        """
        if not reason.strip():
            raise InvalidRequest("Say why the order is refused.")
        async with self._database.transaction() as tx:
            order = await _order(tx, number)
            await patrons.lock_house(tx)
            before = await orders.outcome_of(tx, number)
            if before is not None:
                raise InvalidRequest(f"Order {number} is {before.verdict} already.")
            outcome = Outcome(Verdict.REFUSED, operator, reason, now, None, None)
            await orders.decide(tx, order, outcome)

    async def open_(self) -> list[HandOrder]:
        """List the open orders, oldest first."""
        async with self._database.snapshot() as tx:
            return await orders.open_(tx)

    async def stopped(self) -> list[HandOrder]:
        """List the imports that were confirmed and stopped before their ends."""
        async with self._database.snapshot() as tx:
            return await orders.stopped(tx)

    async def every(self) -> list[tuple[HandOrder, Outcome | None]]:
        """List all orders, oldest first, each with what became of it."""
        async with self._database.snapshot() as tx:
            return await orders.every(tx)

    async def _again(
        self, order: HandOrder, before: Outcome, carry_out: CarryOut
    ) -> Done:
        if before.verdict is Verdict.REFUSED:
            raise InvalidRequest(
                f"Order {order.number} was refused: {before.reason}. If it is to be "
                "done, order it anew."
            )
        if isinstance(order.deed, ImportStatements):
            return await carry_out(self._database, order.deed, order.reason)
        said = f"Order {order.number} was confirmed before: nothing was done again."
        return Done(said)

    async def _do(
        self, tx: Transaction, deed: Deed, reason: str, carry_out: CarryOut
    ) -> tuple[Done, int | None]:
        # Nobody else adds to the chain meanwhile, so a new entry in it is the deed's.
        chain = orders.chain_of(deed)
        books = booking_of(deed) is not None
        if books:
            await _wait(tx, chain)
        before = await journal.last_number(tx, chain)
        done = await carry_out(self._database.within(tx), deed, reason)
        after = await journal.last_number(tx, chain)
        return done, after if books and after > before else None


def _whose_turn(deed: Deed) -> int:
    # An account is named in its owner's turn, and no entry tells of it.
    return deed.owner if isinstance(deed, NameAccount) else orders.chain_of(deed)


async def _wait(tx: Transaction, chain: int) -> None:
    # Turns are taken in the order of ids, the house's last.
    if chain == HOUSE:
        await patrons.lock_house(tx)
    else:
        await patrons.lock(tx, UserId(chain))


async def _order(tx: Transaction, number: int) -> HandOrder:
    order = await orders.numbered(tx, number)
    if order is None:
        raise NotFound(f"There is no order {number}.")
    return order


def _refuse_nobody(order: HandOrder, operator: UserId | None) -> None:
    if operator is None and order.needed > ALONE:
        raise Forbidden(
            f"Order {order.number} needs a second operator: say with --operator "
            "USERNAME who you are."
        )
