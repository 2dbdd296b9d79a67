"""Holding shares: what of the pots of some patrons is held for their owners.

Lots are told by the core, so who has paid by card is settled by it, a few patrons at a
time; of all others nothing is read but that they have not.
"""

from collections import Counter
from datetime import datetime
from itertools import batched
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.held_shares import (
    ByLot,
    HeldShares,
    is_for,
    returned_entries,
    summed,
    taken_entries,
)
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.storage import held_shares, journal, lots
from overallt_server.storage.database import Transaction
from overallt_server.storage.periods import Slice

PATRONS_AT_ONCE: Final = 500


async def held_of_slice(
    tx: Transaction, period: Period, slice_: Slice
) -> Counter[UserId]:
    """Sum what is held for each owner of the settled pots of *slice_*.

    The locks of its patrons are held.
    """
    held = Counter[UserId]()
    paid_by_card = await lots.who_paid_by_card(tx, slice_.first, slice_.last)
    for patrons in batched(paid_by_card, PATRONS_AT_ONCE):
        held += summed((await held_of(tx, period, list(patrons))).values())
    return held


async def held_of(
    tx: Transaction, period: Period, patrons: list[UserId]
) -> dict[UserId, ByLot]:
    """Return what is held of the settled pot of each of *patrons*."""
    pots = await held_shares.divided_pots(tx, period, patrons)
    entries = await lots.entries_of_means(tx, patrons)
    held = {}
    for patron, pot in pots.items():
        own = HeldShares(patron)
        for entry in entries.get(patron, ()):
            own.book(entry)
        held[patron] = own.left(pot)
    return held


async def take_held(
    tx: Transaction,
    patron: UserId,
    lot: str,
    wanted: Money,
    *,
    because: str,
    now: datetime,
) -> Money:
    """Make what is held of *lot* means of *patron* again, as far as it is *wanted*.

    His lock is held, and so is what it waits for: see ``core.held_shares``.

    Returns:
        How much it is.
    """
    held = [
        (period, (await held_of(tx, period, [patron])).get(patron, {}).get(lot, {}))
        for period in await held_shares.still_held(tx, patron)
    ]
    taken = Money(0, wanted.currency)
    for entry in taken_entries(
        held, wanted, patron=patron, lot=lot, because=because, now=now
    ):
        await journal.append(tx, patron, entry)
        taken += entry.postings[-1].amount
    return taken


async def return_taken(
    tx: Transaction,
    patron: UserId,
    lot: str,
    again: Money,
    *,
    because: str,
    now: datetime,
) -> None:
    """Return to owners what was taken of *lot*, as far as it came *again*."""
    entries = (await lots.entries_of_means(tx, [patron])).get(patron, ())
    taken = [entry for entry in entries if is_for(entry, because, lot)]
    for entry in returned_entries(taken, again, patron=patron, now=now):
        await journal.append(tx, patron, entry)
