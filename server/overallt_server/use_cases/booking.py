"""Booking: what its natural key says is booked already is not booked again."""

from collections.abc import Callable

from overallt.protocol.ids import UserId
from overallt_server.core.journal import JournalEntry
from overallt_server.core.refusals import IdempotencyMismatch
from overallt_server.storage import journal
from overallt_server.storage.database import Transaction


async def is_booked(
    tx: Transaction,
    chain: UserId,
    entry: JournalEntry,
    *,
    compared: Callable[[JournalEntry], object],
    otherwise: str,
) -> bool:
    """Tell whether *chain*, whose lock is held, has *entry* already.

    Raises:
        IdempotencyMismatch: what it has differs in what is *compared*; *otherwise* is
            the sentence.
    """
    before = await journal.find(tx, chain, entry.natural_key)
    if before is not None and compared(before) != compared(entry):
        raise IdempotencyMismatch(otherwise)
    return before is not None


async def is_booked_as(
    tx: Transaction, chain: UserId, entry: JournalEntry, reference: str
) -> bool:
    """Tell whether *chain*, whose lock is held, has *entry*, named by *reference*.

    Raises:
        IdempotencyMismatch: another amount was booked under this reference.
    """
    return await is_booked(
        tx,
        chain,
        entry,
        compared=lambda each: each.postings,
        otherwise=f"{reference} was booked before, with another amount.",
    )
