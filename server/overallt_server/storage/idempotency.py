"""Idempotency keys: what a patron's client was answered before, so as to repeat it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import idempotency_keys

type Key = tuple[UserId, str]

_KEY: Final = (idempotency_keys.c.patron_id, idempotency_keys.c.key)
_MANY: Final = sa.select(idempotency_keys).where(
    sa.tuple_(*_KEY).in_(sa.bindparam("keys", expanding=True))
)
_PUT: Final = sa.insert(idempotency_keys)
_FORGET: Final = sa.delete(idempotency_keys).where(
    idempotency_keys.c.patron_id.in_(sa.bindparam("patrons", expanding=True)),
    idempotency_keys.c.made_at < sa.bindparam("before"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer that a request got, the hash of that request, and when it was."""

    request_hash: bytes
    answer: str
    at: datetime


async def many(tx: Transaction, keys: Collection[Key]) -> dict[Key, Answered]:
    """Return what *keys* were answered; new ones are left out."""
    rows = await tx.execute(_MANY, {"keys": list(keys)})
    return {
        (UserId(row.patron_id), row.key): Answered(
            row.request_hash, row.answer, row.made_at
        )
        for row in rows
    }


async def put(tx: Transaction, answered: Mapping[Key, Answered]) -> None:
    """Keep what new keys are *answered*; there is at least one.

    Raises:
        sqlalchemy.exc.IntegrityError: a key is not new.
    """
    await tx.execute(
        _PUT,
        [
            {
                "patron_id": patron,
                "key": key,
                "request_hash": each.request_hash,
                "answer": each.answer,
                "made_at": each.at,
            }
            for (patron, key), each in answered.items()
        ],
    )


async def forget(
    tx: Transaction, patrons: Collection[UserId], *, before: datetime
) -> None:
    """Forget the keys of *patrons* from *before* that time."""
    await tx.execute(_FORGET, {"patrons": list(patrons), "before": before})
