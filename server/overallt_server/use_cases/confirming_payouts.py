"""Confirming payouts: what a statement says has left, and what it says has come back.

Both are told by the amount, to the cent, and each is believed once, in whatever order
they come: it has left if it was on its way, and come back if it was not rejected and
has not come back before. The house's lock is held.
"""

from datetime import datetime

from overallt_server.core import chart
from overallt_server.core.bank_bookings import Fate, Outcome
from overallt_server.core.bank_statements import Movement
from overallt_server.core.payouts import UNPAID, PayoutState
from overallt_server.storage import journal, payouts
from overallt_server.storage.database import Transaction


async def leave(
    tx: Transaction, movement: Movement, number: int, *, now: datetime
) -> Outcome | None:
    """Note that the payout *number* was paid by *movement*; ``None`` if it was not."""
    payout = await payouts.numbered(tx, number)
    if payout is None:
        return None
    account = payout.on_its_way
    on_its_way = await journal.balance(tx, account, movement.amount.currency)
    if on_its_way != movement.amount:
        return None
    if payout.state in UNPAID:
        await payouts.change(tx, number, PayoutState.PAID, reason="", now=now)
    return Outcome(Fate.PAYOUT, account, payout=number)


async def come_back(
    tx: Transaction, movement: Movement, number: int, *, now: datetime
) -> Outcome | None:
    """Note that *movement* brought the payout *number* back; ``None`` if it did not."""
    payout = await payouts.numbered(tx, number)
    if payout is None or payout.amount != movement.amount:
        return None
    if payout.state not in {PayoutState.SENT, PayoutState.PAID}:
        return None
    reason = movement.return_reason or "the bank gave no reason"
    returned = PayoutState.RETURNED
    await payouts.change(tx, number, returned, reason=reason, now=now)
    revenue = chart.revenue(payout.owner)
    return Outcome(Fate.PAYOUT_RETURNED, revenue, payout=number)
