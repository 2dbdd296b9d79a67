"""Repeating: a request whose idempotency key came before is answered as it was then."""

from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.refusals import IdempotencyMismatch
from overallt_server.storage import idempotency
from overallt_server.storage.database import Transaction
from overallt_server.storage.idempotency import Answered, Key

KEYS_ARE_KEPT: Final = timedelta(days=90)


async def answered_before(
    tx: Transaction, key: Key, request_hash: bytes, *, now: datetime
) -> Answered | None:
    """Return what *key* was answered, ``None`` if it is new; old keys are forgotten.

    The patron's lock is held.

    Raises:
        IdempotencyMismatch: it came with another request.
    """
    patron, _ = key
    await idempotency.forget(tx, [patron], before=now - KEYS_ARE_KEPT)
    before = (await idempotency.many(tx, [key])).get(key)
    if before is not None and before.request_hash != request_hash:
        raise IdempotencyMismatch
    return before
