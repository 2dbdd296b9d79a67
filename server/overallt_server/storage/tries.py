"""Tries as they are counted, under the hash of who made them at what.

So neither an address nor a name that somebody has typed (it may be his password) is
kept here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from overallt_server.core.limits import Tries
from overallt_server.storage.access_schema import tries
from overallt_server.storage.database import Transaction
from overallt_server.storage.uniqueness import inserting


async def add(
    tx: Transaction, subject: bytes, *, within: timedelta, now: datetime
) -> Tries:
    """Count one more try of *subject*; those from before *within* are forgotten."""
    return (await add_each(tx, [subject], made=1, within=within, now=now))[subject]


async def add_each(
    tx: Transaction,
    subjects: Iterable[bytes],
    *,
    made: int,
    within: timedelta,
    now: datetime,
) -> dict[bytes, Tries]:
    """Count that each of *subjects*, all different, has *made* more tries.

    Those from before *within* are forgotten.
    """
    first = inserting(tx, tries).values(
        [
            {"subject": subject, "tries": made, "began_at": now}
            # In one order, so that two transactions never wait for each other.
            for subject in sorted(subjects)
        ]
    )
    is_over = tries.c.began_at <= now - within
    counted = await tx.execute(
        first.on_conflict_do_update(
            index_elements=[tries.c.subject],
            set_={
                "tries": sa.case(
                    (is_over, first.excluded.tries), else_=tries.c.tries + made
                ),
                "began_at": sa.case(
                    (is_over, first.excluded.began_at), else_=tries.c.began_at
                ),
            },
        ).returning(tries.c.subject, tries.c.tries, tries.c.began_at)
    )
    return {row.subject: Tries(row.tries, row.began_at) for row in counted}


async def forget(tx: Transaction, *, before: datetime) -> None:
    """Forget whose tries began *before* that time."""
    await tx.execute(sa.delete(tries).where(tries.c.began_at < before))


async def take_back(tx: Transaction, subject: bytes) -> None:
    """Count one try of *subject* less."""
    await tx.execute(
        sa.update(tries)
        .where(tries.c.subject == subject, tries.c.tries > 0)
        .values(tries=tries.c.tries - 1)
    )
