"""Operators as they are stored: one row for each time in which a user was one."""

from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.operators import Term
from overallt_server.core.users import User
from overallt_server.storage import witnesses
from overallt_server.storage.database import Transaction
from overallt_server.storage.order_schema import operators
from overallt_server.storage.row_hashes import changed, hashed
from overallt_server.storage.schema import users
from overallt_server.storage.uniqueness import inserting
from overallt_server.storage.users import user_of


async def is_one(tx: Transaction, user: UserId) -> bool:
    """Tell whether *user* is an operator."""
    found = await tx.execute(sa.select(operators.c.user_id).where(_now(user)))
    return found.one_or_none() is not None


async def add(tx: Transaction, user: UserId, *, now: datetime) -> None:
    """Make *user*, whose lock is held and who is none yet, an operator."""
    values = {"user_id": user, "added_at": now, "removed_at": None}
    values = hashed(operators, values)
    again = inserting(tx, operators).values(values)
    await tx.execute(
        again.on_conflict_do_update(index_elements=["user_id", "added_at"], set_=values)
    )
    await witnesses.add(tx, operators, values)


async def remove(tx: Transaction, user: UserId, *, now: datetime) -> bool:
    """Let *user* be no operator any more; tell whether he was one."""
    rows = await tx.execute(sa.select(operators).where(_now(user)).with_for_update())
    row = rows.one_or_none()
    if row is None:
        return False
    removed = changed(operators, row, removed_at=now)
    await tx.execute(sa.update(operators).where(_now(user)).values(removed))
    return True


async def all_(tx: Transaction) -> list[tuple[User, datetime]]:
    """List the operators, each with since when he is one."""
    rows = await tx.execute(
        sa.select(users, operators.c.added_at)
        .join(operators, operators.c.user_id == users.c.id)
        .where(operators.c.removed_at.is_(None))
        .order_by(users.c.username)
    )
    return [(user_of(row), row.added_at) for row in rows]


async def terms(tx: Transaction) -> list[Term]:
    """List all times in which anybody was an operator."""
    rows = await tx.execute(sa.select(operators))
    return [Term(UserId(row.user_id), row.added_at, row.removed_at) for row in rows]


def _now(user: UserId) -> "sa.ColumnElement[bool]":
    return (operators.c.user_id == user) & operators.c.removed_at.is_(None)
