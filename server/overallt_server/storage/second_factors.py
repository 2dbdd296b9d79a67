"""Second factors as they are stored: a secret to count with, and codes for its loss."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.access_schema import recovery_codes, second_factors
from overallt_server.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The *secret* of somebody's codes; not *active* until he has typed one of them."""

    secret: str = field(repr=False)
    active: bool


async def of_user(tx: Transaction, user: UserId) -> SecondFactor | None:
    """Return what *user* has set up, or began to."""
    rows = await tx.execute(
        sa.select(second_factors).where(second_factors.c.user_id == user)
    )
    row = rows.one_or_none()
    return None if row is None else SecondFactor(row.secret, row.active)


async def begin(tx: Transaction, user: UserId, secret: str) -> None:
    """Let *secret* be what *user*, who has no active one, sets up."""
    await remove(tx, user)
    values = {"user_id": user, "secret": secret, "active": False, "last_step": 0}
    await tx.execute(sa.insert(second_factors).values(values))


async def activate(tx: Transaction, user: UserId) -> None:
    """Ask *user* for a code from now on."""
    await tx.execute(
        sa.update(second_factors)
        .where(second_factors.c.user_id == user)
        .values(active=True)
    )


async def use_step(tx: Transaction, user: UserId, step: int) -> bool:
    """Use the code of a *step* of time up; tell whether no later one was used before.

    One statement, so that of two who bring the same code only one is let in.
    """
    used = await tx.execute(
        sa.update(second_factors)
        .where(second_factors.c.user_id == user, second_factors.c.last_step < step)
        .values(last_step=step)
    )
    return used.rowcount == 1


async def remove(tx: Transaction, user: UserId) -> None:
    """Ask *user* for no code any more."""
    for table in (second_factors, recovery_codes):
        await tx.execute(sa.delete(table).where(table.c.user_id == user))


async def replace_recovery_codes(
    tx: Transaction, user: UserId, hashes: Sequence[bytes]
) -> None:
    """Let the codes with *hashes* be those that *user* has written down."""
    of_user = recovery_codes.c.user_id == user
    await tx.execute(sa.delete(recovery_codes).where(of_user))
    values = [{"user_id": user, "code_hash": each} for each in hashes]
    await tx.execute(sa.insert(recovery_codes), values)


async def use_recovery_code(tx: Transaction, user: UserId, code_hash: bytes) -> bool:
    """Use a recovery code of *user* up; tell whether there was one."""
    used = await tx.execute(
        sa.delete(recovery_codes).where(
            recovery_codes.c.user_id == user, recovery_codes.c.code_hash == code_hash
        )
    )
    return used.rowcount == 1


async def recovery_codes_left(tx: Transaction, user: UserId) -> int:
    """Return how many recovery codes *user* has left."""
    counted = await tx.execute(
        sa.select(sa.func.count()).where(recovery_codes.c.user_id == user)
    )
    return int(counted.scalar_one())
