"""Auditing payouts: each row says what was booked, and each file orders what was asked.

The entries are guarded by their chains, and a movement at the bank by its entry; so
where a payout's row differs, it is the row that was changed. What a file tells the bank
is held against the entries, too: they name amount and account.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from overallt_server.core.audit import Finding, row
from overallt_server.core.bank_bookings import Fate
from overallt_server.core.journal import JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.payouts import (
    UNPAID,
    Payout,
    PayoutState,
    destination,
    paid_by_hand_key,
    rejected_key,
    requested_key,
)

_TABLE: Final = "payouts"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a payout besides its row.

    ``entries`` are those of its own, by natural key, ``moved`` those that booked its
    movements at the bank; ``file`` is the number of the file that orders it and
    ``sent_at`` when that was made; ``on_its_way_minor`` is the balance that the books
    derive.
    """

    entries: Mapping[str, JournalEntry]
    moved: Mapping[Fate, JournalEntry]
    file: int | None
    sent_at: datetime | None
    on_its_way_minor: int


def audit_payout(payout: Payout, evidence: Evidence) -> Iterator[Finding]:
    """Check *payout* against *evidence*."""
    requested = evidence.entries.get(requested_key(payout.reference))
    if requested is None:
        key = requested_key(payout.reference)
        yield _found(payout, "it is not booked as it says", key, "")
        return
    yield from _check_request(payout, requested)
    if payout.file != evidence.file:
        problem = "its file is not the one that orders it"
        yield _found(payout, problem, evidence.file or "", payout.file or "")
    state, since = _state(payout, evidence, requested)
    if payout.state is not state:
        yield _found(payout, "its state is not what was booked", state, payout.state)
    if since is not None and payout.changed_at != since:
        problem = "its changed_at is not when that was booked"
        yield _found(payout, problem, since, payout.changed_at)
    rejected = evidence.entries.get(rejected_key(payout.reference))
    if rejected is not None and rejected.memo != payout.reason:
        yield _found(
            payout, "its reason is not what was booked", rejected.memo, payout.reason
        )
    yield from _check_balance(payout, evidence, requested.postings[0].amount)


def _check_request(payout: Payout, requested: JournalEntry) -> Iterator[Finding]:
    amount = requested.postings[0].amount
    if payout.amount != amount:
        problem = "its amount is not what was booked"
        yield _found(payout, problem, amount, payout.amount)
    goes_to = destination(payout.iban, payout.name)
    if goes_to != requested.memo:
        problem = "its account is not the one that was booked"
        yield _found(payout, problem, requested.memo, goes_to)
    if payout.requested_at != requested.made_at:
        problem = "its requested_at is not when that was booked"
        yield _found(payout, problem, requested.made_at, payout.requested_at)


def _state(
    payout: Payout, evidence: Evidence, requested: JournalEntry
) -> tuple[PayoutState, datetime | None]:
    reference = payout.reference
    rejected = evidence.entries.get(rejected_key(reference))
    returned = evidence.moved.get(Fate.PAYOUT_RETURNED)
    paid = evidence.moved.get(Fate.PAYOUT)
    paid = paid or evidence.entries.get(paid_by_hand_key(reference))
    for state, entry in (
        (PayoutState.REJECTED, rejected),
        (PayoutState.RETURNED, returned),
        (PayoutState.PAID, paid),
    ):
        if entry is not None:
            return state, entry.made_at
    # That the file is wrong was told; it is not told again as a wrong state.
    if payout.file != evidence.file and payout.state in UNPAID:
        return payout.state, None
    if evidence.file is not None:
        return PayoutState.SENT, evidence.sent_at
    return PayoutState.REQUESTED, requested.made_at


def _check_balance(
    payout: Payout, evidence: Evidence, amount: Money
) -> Iterator[Finding]:
    has_left = Fate.PAYOUT in evidence.moved or any(
        key(payout.reference) in evidence.entries
        for key in (rejected_key, paid_by_hand_key)
    )
    expected = Money(0, amount.currency) if has_left else amount
    found = Money(evidence.on_its_way_minor, amount.currency)
    if found != expected:
        yield Finding(
            "postings",
            row(ledger_account=payout.on_its_way),
            "its balance is not what its payout says",
            str(expected),
            str(found),
        )


def _found(payout: Payout, problem: str, expected: object, found: object) -> Finding:
    key = row(number=payout.number)
    return Finding(_TABLE, key, problem, str(expected), str(found))
