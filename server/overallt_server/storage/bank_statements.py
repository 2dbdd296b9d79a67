"""Statements and movements at the bank as they are stored."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.bank_bookings import Fate, Outcome, StoredMovement
from overallt_server.core.bank_statements import BankDay, Movement, Statement
from overallt_server.core.chart import Side
from overallt_server.core.money import Money
from overallt_server.storage import witnesses
from overallt_server.storage.database import Transaction
from overallt_server.storage.row_hashes import hashed
from overallt_server.storage.schema import bank_movements, bank_statements


@dataclass(frozen=True, slots=True)
class NewMovement:
    """A movement to be stored, with what became of it."""

    key: str
    movement: Movement
    outcome: Outcome


async def has(tx: Transaction, statement: Statement) -> bool:
    """Tell whether *statement* was imported to its end."""
    found = await tx.execute(
        sa.select(bank_statements.c.key).where(bank_statements.c.key == statement.key)
    )
    return found.one_or_none() is not None


async def add(tx: Transaction, statement: Statement, *, now: datetime) -> None:
    """Store *statement*, all of whose movements are stored."""
    values = {
        "key": statement.key,
        "iban": statement.iban,
        "currency": statement.currency,
        "name": statement.name,
        "opening_minor": statement.opening_minor,
        "closing_minor": statement.closing_minor,
        "closed_on": statement.closed_on,
        "imported_at": now,
    }
    await tx.execute(sa.insert(bank_statements).values(hashed(bank_statements, values)))
    await witnesses.add(tx, bank_statements, values)


async def known(tx: Transaction, keys: Iterable[str]) -> set[str]:
    """Return those of *keys* whose movements are stored."""
    rows = await tx.execute(
        sa.select(bank_movements.c.key).where(bank_movements.c.key.in_(list(keys)))
    )
    return {row.key for row in rows}


async def tell_again(tx: Transaction, keys: Iterable[str], closed_on: date) -> None:
    """Note that a statement that ends on *closed_on* tells of these movements, too."""
    await tx.execute(
        sa.update(bank_movements)
        .where(
            bank_movements.c.key.in_(list(keys)),
            bank_movements.c.closed_on > closed_on,
        )
        .values(closed_on=closed_on)
    )


async def add_movements(
    tx: Transaction, statement: Statement, added: Sequence[NewMovement]
) -> list[int]:
    """Store *added* of *statement*; return their numbers. The house's lock is held."""
    if not added:
        return []
    last = await tx.execute(sa.select(sa.func.max(bank_movements.c.number)))
    first = (last.scalar_one() or 0) + 1
    rows = [
        {
            "key": each.key,
            "number": number,
            "iban": statement.iban,
            "side": str(each.movement.side),
            "amount_minor": each.movement.amount.minor,
            "currency": each.movement.amount.currency,
            "booked_on": each.movement.booked_on,
            "closed_on": statement.closed_on,
            "other_iban": each.movement.iban,
            "other_name": each.movement.name,
            "text": " ".join(filter(None, each.movement.texts)),
            "fate": str(each.outcome.fate),
            "reason": each.outcome.reason,
            "patron_id": each.outcome.patron,
            "resolved_at": None,
            "payout": each.outcome.payout,
        }
        for number, each in enumerate(added, start=first)
    ]
    await tx.execute(
        sa.insert(bank_movements), [hashed(bank_movements, row) for row in rows]
    )
    return list(range(first, first + len(added)))


async def numbered(tx: Transaction, number: int) -> StoredMovement | None:
    """Return the movement with *number*, or ``None``."""
    rows = await tx.execute(
        sa.select(bank_movements).where(bank_movements.c.number == number)
    )
    row = rows.one_or_none()
    return None if row is None else _movement_of(row)


async def called(tx: Transaction, key: str) -> StoredMovement | None:
    """Return the movement with *key*, or ``None``."""
    rows = await tx.execute(
        sa.select(bank_movements).where(bank_movements.c.key == key)
    )
    row = rows.one_or_none()
    return None if row is None else _movement_of(row)


async def unresolved(tx: Transaction) -> list[StoredMovement]:
    """List what is in suspense, oldest first."""
    rows = await tx.execute(
        sa.select(bank_movements)
        .where(
            bank_movements.c.fate == str(Fate.SUSPENSE),
            bank_movements.c.resolved_at.is_(None),
        )
        .order_by(bank_movements.c.number)
    )
    return [_movement_of(row) for row in rows]


async def resolve(
    tx: Transaction, number: int, *, patron: UserId | None, now: datetime
) -> None:
    """Note that the movement *number* left suspense: to *patron*, else back."""
    await tx.execute(
        sa.update(bank_movements)
        .where(bank_movements.c.number == number)
        .values(patron_id=patron, resolved_at=now)
    )


async def after(tx: Transaction, key: str, *, count: int) -> list[StoredMovement]:
    """List the next *count* movements after *key*, by key."""
    rows = await tx.execute(
        sa.select(bank_movements)
        .where(bank_movements.c.key > key)
        .order_by(bank_movements.c.key)
        .limit(count)
    )
    return [_movement_of(row) for row in rows]


async def of_payouts(tx: Transaction, numbers: Iterable[int]) -> list[StoredMovement]:
    """List the movements that paid or brought back the payouts of *numbers*."""
    rows = await tx.execute(
        sa.select(bank_movements).where(bank_movements.c.payout.in_(list(numbers)))
    )
    return [_movement_of(row) for row in rows]


async def days(tx: Transaction) -> Mapping[tuple[str, str], list[BankDay]]:
    """Return the days on which statements end, by IBAN and currency, in order."""
    moved = await tx.execute(
        sa.select(
            bank_movements.c.iban,
            bank_movements.c.currency,
            bank_movements.c.closed_on,
            sa.cast(sa.func.sum(_signed()), sa.BigInteger).label("minor"),
        ).group_by(
            bank_movements.c.iban, bank_movements.c.currency, bank_movements.c.closed_on
        )
    )
    told: dict[tuple[str, str], dict[date, list[Any]]] = {}
    order = (bank_statements.c.closed_on, bank_statements.c.name, bank_statements.c.key)
    for row in await tx.execute(sa.select(bank_statements).order_by(*order)):
        of_account = told.setdefault((row.iban, row.currency), {})
        of_account.setdefault(row.closed_on, []).append(row)
    moved_on = Counter[tuple[str, str, date]]()
    for row in moved:
        ends = list(told.get((row.iban, row.currency), ()))
        # Of a statement that was not imported to its end, the next one tells, too.
        following = ends[bisect_left(ends, row.closed_on) :][:1]
        for on in following:
            moved_on[row.iban, row.currency, on] += row.minor
    return {
        (iban, currency): [
            BankDay(
                on,
                tuple(row.opening_minor for row in rows),
                tuple(row.closing_minor for row in rows),
                moved_on[iban, currency, on],
            )
            for on, rows in by_day.items()
        ]
        for (iban, currency), by_day in told.items()
    }


def _signed() -> "sa.ColumnElement[int]":
    amount = bank_movements.c.amount_minor
    return sa.case((bank_movements.c.side == str(Side.DEBIT), amount), else_=-amount)


def _movement_of(row: sa.Row[Any]) -> StoredMovement:
    return StoredMovement(
        key=row.key,
        number=row.number,
        side=Side(row.side),
        amount=Money(row.amount_minor, row.currency),
        other_iban=row.other_iban,
        other_name=row.other_name,
        text=row.text,
        fate=Fate(row.fate),
        reason=row.reason,
        patron=None if row.patron_id is None else UserId(row.patron_id),
        resolved_at=row.resolved_at,
        payout=row.payout,
    )
