"""Auditing intents: all of them, a few at a time."""

from collections.abc import AsyncIterator
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding
from overallt_server.core.audit_intents import LastClose, audit_intent
from overallt_server.storage import audit_intents, periods
from overallt_server.storage.database import Transaction

INTENTS_AT_ONCE: Final = 500


async def audit_all_intents(tx: Transaction) -> AsyncIterator[Finding]:
    """Check all intents."""
    closed = await periods.every(tx)
    last = LastClose(closed[0].period, closed[0].closed_at) if closed else None
    key = (UserId(0), "")
    while stored := await audit_intents.after(tx, key, count=INTENTS_AT_ONCE):
        for each in stored:
            for finding in audit_intent(each, last=last):
                yield finding
        key = (stored[-1].intent.patron, stored[-1].intent.url)
