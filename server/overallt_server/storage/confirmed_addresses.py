"""Confirmed addresses: which e-mail address of a user is known to be his own."""

from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.access_schema import confirmed_addresses
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import users
from overallt_server.storage.uniqueness import inserting


async def has(tx: Transaction, user: UserId) -> bool:
    """Tell whether the address that *user* has now is confirmed."""
    rows = await tx.execute(
        sa.select(users.c.id)
        .join(confirmed_addresses, confirmed_addresses.c.user_id == users.c.id)
        .where(users.c.id == user, users.c.email == confirmed_addresses.c.address)
    )
    return rows.one_or_none() is not None


async def put(tx: Transaction, user: UserId, address: str, *, now: datetime) -> None:
    """Note that *address* is the own one of *user*."""
    first = inserting(tx, confirmed_addresses).values(
        user_id=user, address=address, confirmed_at=now
    )
    await tx.execute(
        first.on_conflict_do_update(
            index_elements=[confirmed_addresses.c.user_id],
            set_={
                "address": first.excluded.address,
                "confirmed_at": first.excluded.confirmed_at,
            },
        )
    )
