"""Orders by hand as they are stored, and their outcomes; nothing here changes a row.

Orders count from 1, and are decided on, while the house's lock is held: so there is one
outcome. (To lock an order's own row takes the right to change it, which nobody needs.)
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from pydantic import TypeAdapter

from overallt.protocol.ids import UserId
from overallt_server.core.deeds import DEEDS, Deed, ImportStatements, booking_of
from overallt_server.core.journal import NO_PREVIOUS
from overallt_server.core.orders import (
    HandOrder,
    OrderRow,
    Outcome,
    OutcomeRow,
    Verdict,
)
from overallt_server.storage import witnesses
from overallt_server.storage.database import Transaction
from overallt_server.storage.order_schema import order_outcomes, orders
from overallt_server.storage.schema import HOUSE, bank_statements

_FORMS: Final[Mapping[str, TypeAdapter[Deed]]] = {
    word: TypeAdapter(form) for word, form in DEEDS.items()
}


async def add(
    tx: Transaction,
    deed: Deed,
    *,
    reason: str,
    needed: int,
    operator: UserId | None,
    now: datetime,
) -> HandOrder:
    """Store the order of *deed* and return it. The house's lock is held."""
    last = (
        await tx.execute(
            sa.select(orders.c.number, orders.c.hash)
            .order_by(orders.c.number.desc())
            .limit(1)
        )
    ).one_or_none()
    number = 1 if last is None else last.number + 1
    previous = NO_PREVIOUS if last is None else bytes(last.hash)
    order = HandOrder(number, deed, reason, needed, operator, now)
    row = OrderRow(number, deed.WORD, arguments_of(deed), reason, needed, operator, now)
    await tx.execute(
        sa.insert(orders).values(
            number=number,
            what=row.what,
            arguments=row.arguments,
            reason=reason,
            needed=needed,
            operator_id=operator,
            ordered_at=now,
            hash=row.digest(previous),
        )
    )
    await witnesses.add(tx, orders, {"number": number})
    return order


async def decide(tx: Transaction, order: HandOrder, outcome: Outcome) -> None:
    """Store what became of *order*. The house's lock is held."""
    found = await tx.execute(
        sa.select(orders.c.hash).where(orders.c.number == order.number)
    )
    row = OutcomeRow(
        number=order.number,
        verdict=str(outcome.verdict),
        operator=outcome.operator,
        reason=outcome.reason,
        decided_at=outcome.decided_at,
        chain=None if outcome.entry is None else chain_of(order.deed),
        entry=outcome.entry,
        file=outcome.file,
    )
    await tx.execute(
        sa.insert(order_outcomes).values(
            number=row.number,
            verdict=row.verdict,
            operator_id=row.operator,
            reason=row.reason,
            decided_at=row.decided_at,
            chain=row.chain,
            entry=row.entry,
            file=row.file,
            hash=row.digest(bytes(found.scalar_one())),
        )
    )
    await witnesses.add(tx, order_outcomes, {"number": row.number})


async def numbered(tx: Transaction, number: int) -> HandOrder | None:
    """Return the order *number*, or ``None``."""
    rows = await tx.execute(sa.select(orders).where(orders.c.number == number))
    row = rows.one_or_none()
    return None if row is None else _order_of(row)


async def outcome_of(tx: Transaction, number: int) -> Outcome | None:
    """Return what became of the order *number*, ``None`` while it is open."""
    rows = await tx.execute(
        sa.select(order_outcomes).where(order_outcomes.c.number == number)
    )
    row = rows.one_or_none()
    return None if row is None else _outcome_of(row)


async def open_one(tx: Transaction, deed: Deed) -> HandOrder | None:
    """Return the open order of the same *deed*, or ``None``."""
    rows = await tx.execute(
        _OPEN.where(
            orders.c.what == deed.WORD, orders.c.arguments == arguments_of(deed)
        )
    )
    row = rows.first()
    return None if row is None else _order_of(row)


async def open_(tx: Transaction) -> list[HandOrder]:
    """List the open orders, oldest first."""
    return [_order_of(row) for row in await tx.execute(_OPEN)]


async def stopped(tx: Transaction) -> list[HandOrder]:
    """List the imports that were confirmed and are not done to their ends."""
    rows = await tx.execute(
        sa.select(orders)
        .join(order_outcomes, order_outcomes.c.number == orders.c.number)
        .where(
            orders.c.what == ImportStatements.WORD,
            order_outcomes.c.verdict == str(Verdict.CONFIRMED),
        )
        .order_by(orders.c.number)
    )
    there = {row.key for row in await tx.execute(sa.select(bank_statements.c.key))}
    return [
        order
        for order in map(_order_of, rows)
        if isinstance(order.deed, ImportStatements)
        and not there.issuperset(order.deed.statements)
    ]


async def every(tx: Transaction) -> list[tuple[HandOrder, Outcome | None]]:
    """List all orders, oldest first, each with what became of it."""
    rows = await tx.execute(sa.select(order_outcomes))
    outcomes = {row.number: _outcome_of(row) for row in rows}
    return [
        (_order_of(row), outcomes.get(row.number))
        for row in await tx.execute(sa.select(orders).order_by(orders.c.number))
    ]


def arguments_of(deed: Deed) -> str:
    """Return *deed* as it is stored: JSON, always in the same words."""
    return _FORMS[deed.WORD].dump_json(deed).decode()


def deed_of(what: str, arguments: str) -> Deed:
    """Return the deed that is stored as *arguments*.

    Raises:
        LookupError: there is no such deed.
        ValueError: they do not fit it.
    """
    return _FORMS[what].validate_json(arguments)


def chain_of(deed: Deed) -> int:
    """Return the chain to which *deed* adds its entry."""
    booking = booking_of(deed)
    return HOUSE if booking is None or booking.chain is None else booking.chain


_OPEN: Final = (
    sa.select(orders)
    .outerjoin(order_outcomes, order_outcomes.c.number == orders.c.number)
    .where(order_outcomes.c.number.is_(None))
    .order_by(orders.c.number)
)


def _order_of(row: sa.Row[Any]) -> HandOrder:
    return HandOrder(
        number=row.number,
        deed=deed_of(row.what, row.arguments),
        reason=row.reason,
        needed=row.needed,
        operator=None if row.operator_id is None else UserId(row.operator_id),
        ordered_at=row.ordered_at,
    )


def _outcome_of(row: sa.Row[Any]) -> Outcome:
    return Outcome(
        verdict=Verdict(row.verdict),
        operator=None if row.operator_id is None else UserId(row.operator_id),
        reason=row.reason,
        decided_at=row.decided_at,
        entry=row.entry,
        file=row.file,
    )
