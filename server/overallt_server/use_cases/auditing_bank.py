"""Auditing the bank: movements against entries, a few at a time, and the balances."""

from collections.abc import AsyncIterator
from typing import Final

from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_bank import audit_gap, audit_movement, keys_of
from overallt_server.core.audit_chains import as_entry
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.bank_statements import gaps
from overallt_server.storage import audit_bank, bank_statements
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import HOUSE

MOVEMENTS_AT_ONCE: Final = 200


async def audit_bank_movements(tx: Transaction) -> AsyncIterator[Finding]:
    """Check all that is known of the bank."""
    last = ""
    while movements := await bank_statements.after(tx, last, count=MOVEMENTS_AT_ONCE):
        keys = [key for each in movements for key in keys_of(each)]
        chains = {HOUSE, *(each.patron or HOUSE for each in movements)}
        entries = {
            stored.natural_key: (stored.chain, entry)
            for stored in await audit_bank.entries_called(tx, chains, keys)
            if (entry := as_entry(stored)) is not None
        }
        for movement in movements:
            for finding in audit_movement(movement, entries, house=HOUSE):
                yield finding
        last = movements[-1].key
    for key in await audit_bank.missing(tx, CASH_AT_BANK):
        yield Finding("bank_movements", row(key=key), "it is missing", "", "")
    for (iban, currency), days in sorted((await bank_statements.days(tx)).items()):
        for gap in gaps(days):
            yield audit_gap(gap, iban, currency)
