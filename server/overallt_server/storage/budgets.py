"""Budgets as they are stored, one row for each patron who ever set one."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.budgets import Budget
from overallt_server.core.chart import Side
from overallt_server.core.money import Money
from overallt_server.storage.database import Transaction
from overallt_server.storage.journal import means_of, sum_of
from overallt_server.storage.schema import budgets, postings


async def get(tx: Transaction, patron: UserId) -> Budget | None:
    """Return the budget of *patron*, or ``None`` if he never set one."""
    rows = await tx.execute(sa.select(budgets).where(budgets.c.patron_id == patron))
    row = rows.one_or_none()
    return None if row is None else budget_of(row)


async def put(tx: Transaction, patron: UserId, budget: Budget) -> None:
    """Store *budget* in place of what *patron* had; his lock is held."""
    columns = {
        "amount_minor": budget.amount.minor,
        "currency": budget.amount.currency,
        "active": budget.active,
    }
    changed = await tx.execute(
        sa.update(budgets).where(budgets.c.patron_id == patron).values(columns)
    )
    if not changed.rowcount:
        await tx.execute(sa.insert(budgets).values(patron_id=patron, **columns))


async def givers(tx: Transaction, patrons: Collection[UserId]) -> set[UserId]:
    """Tell which of *patrons* have something to give: a budget, and means for it."""
    its = budgets.c
    free_means = sum_of(means_of(its.patron_id), its.currency, Side.CREDIT).where(
        postings.c.patron_id == its.patron_id
    )
    rows = await tx.execute(
        sa.select(its.patron_id).where(
            its.patron_id.in_(patrons),
            its.active,
            free_means.scalar_subquery() > 0,
        )
    )
    return {UserId(row.patron_id) for row in rows}


async def after(
    tx: Transaction, patron: UserId, *, count: int
) -> Mapping[UserId, Budget]:
    """Return the budgets of the next *count* patrons after *patron*, by id."""
    rows = await tx.execute(
        sa.select(budgets)
        .where(budgets.c.patron_id > patron)
        .order_by(budgets.c.patron_id)
        .limit(count)
    )
    return {UserId(row.patron_id): budget_of(row) for row in rows}


def budget_of(row: sa.Row[Any]) -> Budget:
    """Return the budget whose columns *row* has, maybe among others."""
    return Budget(Money(row.amount_minor, row.currency), active=row.active)
