"""Invitations as they are stored, by their hashes, and those who wait for one."""

from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.access_schema import invitations, waiting_list
from overallt_server.storage.database import Transaction
from overallt_server.storage.uniqueness import inserting


async def add(
    tx: Transaction, code_hash: bytes, inviter: int, *, now: datetime
) -> None:
    """Store a new invitation of *inviter*."""
    await tx.execute(
        sa.insert(invitations).values(
            code_hash=code_hash, inviter_id=inviter, made_at=now
        )
    )


async def count(tx: Transaction, inviter: UserId) -> int:
    """Return how many invitations *inviter* has made."""
    counted = await tx.execute(
        sa.select(sa.func.count()).where(invitations.c.inviter_id == inviter)
    )
    return int(counted.scalar_one())


async def use(tx: Transaction, code_hash: bytes, guest: UserId) -> bool:
    """Let *guest* be who signed up by an invitation; tell whether it was good.

    One statement, so that of two who bring the same one only one signs up.
    """
    used = await tx.execute(
        sa.update(invitations)
        .where(invitations.c.code_hash == code_hash, invitations.c.guest_id.is_(None))
        .values(guest_id=guest)
    )
    return used.rowcount == 1


async def wait(tx: Transaction, address: str, language: str, *, now: datetime) -> None:
    """Put *address* at the end of the waiting list, unless it is there."""
    values = {"address": address, "language": language, "asked_at": now}
    await tx.execute(
        inserting(tx, waiting_list).values(values).on_conflict_do_nothing()
    )


async def first_waiting(tx: Transaction, many: int) -> list[tuple[str, str]]:
    """List the address and language of the first *many* who wait."""
    rows = await tx.execute(
        sa.select(waiting_list.c.address, waiting_list.c.language)
        .where(waiting_list.c.invited_at.is_(None))
        .order_by(waiting_list.c.asked_at, waiting_list.c.address)
        .limit(many)
        .with_for_update()
    )
    return [(row.address, row.language) for row in rows]


async def note_invited(tx: Transaction, address: str, *, now: datetime) -> None:
    """Note that *address* waits no more."""
    await tx.execute(
        sa.update(waiting_list)
        .where(waiting_list.c.address == address)
        .values(invited_at=now)
    )
