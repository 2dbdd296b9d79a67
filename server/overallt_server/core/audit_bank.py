"""Auditing the bank: each movement has its entries, and each entry its movement.

A movement's row says how much moved and what became of it; the entries it was booked
with say the same, and are guarded by their chain. So where both differ, it is the row
that was changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.audit import Finding, row
from overallt_server.core.bank_bookings import (
    Fate,
    StoredMovement,
    assigned_key,
    natural_key,
    returned_key,
    understood_key,
)
from overallt_server.core.bank_statements import Gap
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.journal import JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.references import payout_reference

_TABLE: Final = "bank_movements"
_OF_PAYOUTS: Final = frozenset({Fate.PAYOUT, Fate.PAYOUT_RETURNED})

type Entries = Mapping[str, tuple[int, JournalEntry]]


@dataclass(frozen=True, slots=True)
class _Expected:
    """An entry that a movement's row promises, as far as the row can tell."""

    natural_key: str
    chain: int
    cash_side: Side | None
    account: LedgerAccount | None


def keys_of(movement: StoredMovement) -> list[str]:
    """Return the natural keys of all entries that may belong to *movement*."""
    return [
        *(natural_key(fate, movement.key) for fate in Fate),
        assigned_key(movement.key),
        returned_key(movement.key),
        understood_key(movement.key),
    ]


def audit_movement(
    movement: StoredMovement, entries: Entries, *, house: int
) -> Iterator[Finding]:
    """Check *movement* against *entries*, by natural key with their chains."""
    is_resolved = movement.resolved_at is not None
    if is_resolved and movement.fate is not Fate.SUSPENSE:
        yield _found(movement, "it never was in suspense", "", movement.resolved_at)
    may_be_somebodys = is_resolved or movement.fate is Fate.MEANS
    if movement.patron is not None and not may_be_somebodys:
        yield _found(movement, "it is nobody's", "", movement.patron)
    if (movement.payout is not None) != (movement.fate in _OF_PAYOUTS):
        yield _found(movement, "it is not of the payout it names", "", movement.payout)
    expected = list(_expected(movement, entries, house))
    found = {key for key in keys_of(movement) if key in entries}
    for each in expected:
        booked = entries.get(each.natural_key)
        if booked is None or booked[0] != each.chain:
            yield _found(movement, "it is not booked as it says", each.natural_key, "")
            return
        yield from _check_entry(movement, each, booked[1])
    for key in sorted(found - {each.natural_key for each in expected}):
        yield _found(movement, "it is booked otherwise than it says", "", key)


def audit_gap(gap: Gap, iban: str, currency: str) -> Finding:
    """Tell that the statements leave a *gap*."""
    return Finding(
        "bank_statements",
        row(iban=iban, currency=currency, closed_on=gap.on),
        "its balance does not follow from the statements before it",
        str(Money(gap.expected_minor, currency)),
        str(Money(gap.found_minor, currency)),
    )


def _expected(
    movement: StoredMovement, entries: Entries, house: int
) -> Iterator[_Expected]:
    fate, patron = movement.fate, movement.patron
    key = natural_key(fate, movement.key)
    if fate is Fate.MEANS:
        own = UserId(patron or house)
        yield _Expected(key, own, Side.DEBIT, chart.means(own) if patron else None)
    elif fate is Fate.SUSPENSE:
        yield _Expected(key, house, Side.DEBIT, chart.SUSPENSE)
        if movement.resolved_at is not None and patron is not None:
            yield _Expected(
                assigned_key(movement.key), patron, None, chart.means(patron)
            )
        elif movement.resolved_at is not None:
            # The row does not say which: both have gone to nobody.
            understood = understood_key(movement.key)
            key = understood if understood in entries else returned_key(movement.key)
            yield _Expected(key, house, None, None)
    elif fate is Fate.PAYOUT_RETURNED:
        yield _Expected(key, house, Side.DEBIT, None)
    else:
        yield _Expected(key, house, Side.CREDIT, _paid_from(movement))


def _paid_from(movement: StoredMovement) -> LedgerAccount | None:
    if movement.fate is Fate.COST:
        return chart.PAYMENT_COST
    if movement.payout is not None:
        return chart.in_transit(payout_reference(movement.payout))
    return None


def _check_entry(
    movement: StoredMovement, expected: _Expected, entry: JournalEntry
) -> Iterator[Finding]:
    amount = entry.postings[0].amount
    if amount != movement.amount:
        yield _found(
            movement, "its amount is not what was booked", amount, movement.amount
        )
    if expected.cash_side is not None and movement.side is not expected.cash_side:
        problem = "its side is not what was booked"
        yield _found(movement, problem, expected.cash_side, movement.side)
    accounts = {each.ledger_account for each in entry.postings}
    if expected.account is not None and expected.account not in accounts:
        yield _found(movement, "it is booked to another", expected.account, "")
    if movement.fate is Fate.PAYOUT_RETURNED and movement.payout is not None:
        reference = payout_reference(movement.payout)
        if not entry.memo.endswith(reference):
            yield _found(movement, "another payout came back", entry.memo, reference)


def _found(
    movement: StoredMovement, problem: str, expected: object, found: object
) -> Finding:
    return Finding(_TABLE, row(key=movement.key), problem, str(expected), str(found))
