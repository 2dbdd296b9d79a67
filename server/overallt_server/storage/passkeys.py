"""Passkeys as they are stored: public keys, of which nothing is secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.access_schema import passkeys
from overallt_server.storage.database import Transaction
from overallt_server.storage.uniqueness import unique


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key of *user*; *uses* is how often its authenticator says it was used."""

    credential_id: bytes
    user: UserId
    public_key: bytes
    uses: int
    made_at: datetime


async def add(tx: Transaction, passkey: Passkey) -> None:
    """Store a new *passkey*.

    Raises:
        Taken: there is one of its id.
    """
    with unique():
        await tx.execute(
            sa.insert(passkeys).values(
                credential_id=passkey.credential_id,
                user_id=passkey.user,
                public_key=passkey.public_key,
                uses=passkey.uses,
                made_at=passkey.made_at,
            )
        )


async def get(tx: Transaction, credential_id: bytes) -> Passkey | None:
    """Return the passkey of that id, or ``None``."""
    rows = await tx.execute(
        sa.select(passkeys).where(passkeys.c.credential_id == credential_id)
    )
    row = rows.one_or_none()
    return None if row is None else _passkey(row)


async def of_user(tx: Transaction, user: UserId) -> list[Passkey]:
    """List the passkeys of *user*, oldest first."""
    rows = await tx.execute(
        sa.select(passkeys)
        .where(passkeys.c.user_id == user)
        .order_by(passkeys.c.made_at, passkeys.c.credential_id)
    )
    return [_passkey(row) for row in rows]


async def note_use(tx: Transaction, credential_id: bytes, *, uses: int) -> None:
    """Note how often the passkey of that id was used by now."""
    await tx.execute(
        sa.update(passkeys)
        .where(passkeys.c.credential_id == credential_id)
        .values(uses=uses)
    )


async def remove(tx: Transaction, user: UserId, credential_id: bytes) -> bool:
    """Forget a passkey of *user*; tell whether there was one."""
    removed = await tx.execute(
        sa.delete(passkeys).where(
            passkeys.c.credential_id == credential_id, passkeys.c.user_id == user
        )
    )
    return removed.rowcount == 1


async def remove_all(tx: Transaction, user: UserId) -> None:
    """Forget every passkey of *user*."""
    await tx.execute(sa.delete(passkeys).where(passkeys.c.user_id == user))


def _passkey(row: sa.Row[Any]) -> Passkey:
    return Passkey(
        credential_id=row.credential_id,
        user=UserId(row.user_id),
        public_key=row.public_key,
        uses=row.uses,
        made_at=row.made_at,
    )
