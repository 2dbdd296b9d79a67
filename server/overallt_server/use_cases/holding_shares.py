"""Holding shares: what of the pots of some patrons is held for their owners.

Lots are told by the core, so who has paid by card is settled by it, a few patrons at a
time; of all others nothing is read but that they have not.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import batched
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.held_shares import (
    DividedPot,
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

# A patron, what is held of his pots, and the one that is asked for.
type Told = tuple[UserId, HeldShares, DividedPot]


async def held_of_slice(tx: Transaction, slice_: Slice) -> Counter[UserId]:
    """Sum what is held for each owner of the settled pots of *slice_*.

    The locks of its patrons are held.
    """
    held = Counter[UserId]()
    async for _, own, pot in each_of_slice(tx, slice_):
        held += summed([own.left(pot)])
    return held


async def each_of_slice(tx: Transaction, slice_: Slice) -> AsyncIterator[Told]:
    """Tell the held shares of each patron of *slice_* who ever paid by card."""
    paid_by_card = await lots.who_paid_by_card(tx, slice_.first, slice_.last)
    for patrons in batched(paid_by_card, PATRONS_AT_ONCE):
        for told in await _told(tx, slice_.period, list(patrons)):
            yield told


async def _told(tx: Transaction, period: Period, patrons: list[UserId]) -> list[Told]:
    pots = await held_shares.divided_pots(tx, period, patrons)
    entries = await lots.entries_of(tx, list(pots))
    told = []
    for patron, pot in pots.items():
        own = HeldShares(patron)
        for entry in entries.get(patron, ()):
            own.book(entry)
        told.append((patron, own, pot))
    return told


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
        (period, own.left(pot).get(lot, {}))
        for period in await held_shares.still_held(tx, patron)
        for _, own, pot in await _told(tx, period, [patron])
    ]
    taken = Money(0, wanted.currency)
    for entry in taken_entries(
        held, wanted, to=chart.means(patron), lot=lot, because=because, now=now
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
    entries = (await lots.entries_of(tx, [patron])).get(patron, ())
    taken = [entry for entry in entries if is_for(entry, because, lot)]
    for entry in returned_entries(taken, again, patron=patron, now=now):
        await journal.append(tx, patron, entry)
