"""Limiting: what can be guessed can be tried a few times only."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.limits import Limit, refuse_too_many
from overallt_server.core.refusals import ServerBusy
from overallt_server.storage import tries
from overallt_server.storage.database import Database

# Longer than any limit looks back.
_LOOKED_BACK: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limited:
    """A *limit* and whom it is for; the words are what it limits, and the subject."""

    limit: Limit
    words: tuple[str, ...]

    @property
    def subject(self) -> bytes:
        """The words' hash, which is what is stored."""
        return hashlib.sha256("\n".join(self.words).encode()).digest()


async def take(
    database: Database, limited: Sequence[Limited], *, now: datetime
) -> None:
    """Count one more try at each of *limited*.

    Raises:
        RateLimited: it is one too many; it counts all the same.
    """
    async with database.transaction() as tx:
        await tries.forget(tx, before=now - _LOOKED_BACK)
        made = [
            await tries.add(tx, each.subject, within=each.limit.within, now=now)
            for each in limited
        ]
    for each, so_far in zip(limited, made, strict=True):
        refuse_too_many(so_far, each.limit, now=now)


@asynccontextmanager
async def trying(
    database: Database, limited: Sequence[Limited], *, now: datetime
) -> AsyncIterator[None]:
    """Count as a try what the block does, unless it succeeds, or is not even tried.

    It counts from the beginning, so that nobody makes many tries at the same time.

    Raises:
        RateLimited: it is one too many; the block is not begun.
    """
    await take(database, limited, now=now)
    try:
        yield
    except ServerBusy:
        await _take_back(database, limited)
        raise
    await _take_back(database, limited)


async def _take_back(database: Database, limited: Sequence[Limited]) -> None:
    async with database.transaction() as tx:
        for each in limited:
            await tries.take_back(tx, each.subject)
