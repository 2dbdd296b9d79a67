"""Idempotency keys: what a patron's client was answered before, so as to repeat it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import idempotency_keys


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer that a request got, and the hash of that request."""

    request_hash: bytes
    answer: str


async def get(
    tx: Transaction, patron: UserId, key: str, *, since: datetime
) -> Answered | None:
    """Return what *key* was answered *since* then, or ``None``."""
    rows = await tx.execute(
        sa.select(idempotency_keys).where(
            idempotency_keys.c.patron_id == patron,
            idempotency_keys.c.key == key,
            idempotency_keys.c.made_at >= since,
        )
    )
    row = rows.one_or_none()
    return None if row is None else Answered(row.request_hash, row.answer)


async def put(
    tx: Transaction, patron: UserId, key: str, answered: Answered, *, at: datetime
) -> None:
    """Keep what the new *key* is *answered*.

    Raises:
        sqlalchemy.exc.IntegrityError: the key is not new.
    """
    await tx.execute(
        sa.insert(idempotency_keys).values(
            patron_id=patron,
            key=key,
            request_hash=answered.request_hash,
            answer=answered.answer,
            made_at=at,
        )
    )


async def forget(tx: Transaction, patron: UserId, *, before: datetime) -> None:
    """Forget the keys of *patron* from *before* that time."""
    await tx.execute(
        sa.delete(idempotency_keys).where(
            idempotency_keys.c.patron_id == patron,
            idempotency_keys.c.made_at < before,
        )
    )
