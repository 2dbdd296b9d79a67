"""Auditing payouts: the files that order them, then each against what was booked."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from overallt_server.core import bank_bookings
from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_chains import as_entry
from overallt_server.core.audit_payouts import Evidence, audit_payout
from overallt_server.core.bank_bookings import Fate
from overallt_server.core.journal import JournalEntry
from overallt_server.core.payouts import (
    Payout,
    paid_by_hand_key,
    rejected_key,
    requested_key,
)
from overallt_server.core.references import Purpose, find
from overallt_server.payments import pain001
from overallt_server.payments.pain001 import Order
from overallt_server.payments.xml_nodes import UnreadableFile
from overallt_server.storage import audit_bank, audit_payouts, bank_statements, payouts
from overallt_server.storage.database import Transaction
from overallt_server.storage.payouts import PayoutFile
from overallt_server.storage.schema import HOUSE

PAYOUTS_AT_ONCE: Final = 200

# Which file orders a payout, and when it was made, by the payout's number.
type Ordered = dict[int, tuple[int, datetime]]
type Entries = Mapping[str, tuple[int, JournalEntry]]


async def audit_all_payouts(tx: Transaction) -> AsyncIterator[Finding]:
    """Check all payouts and all files."""
    ordered: Ordered = {}
    last_file = 0
    while (file := await payouts.file_after(tx, last_file)) is not None:
        for finding in await _check_file(tx, file, ordered):
            yield finding
        last_file = file.number
    last = 0
    while some := await payouts.after(tx, last, count=PAYOUTS_AT_ONCE):
        for finding in await _check_payouts(tx, some, ordered):
            yield finding
        last = some[-1].number
    for number in await audit_payouts.missing(tx):
        # A natural key that was changed is named by the audit of its chain.
        if number.isdecimal():
            yield Finding("payouts", row(number=number), "it is missing", "", "")


async def _check_file(
    tx: Transaction, file: PayoutFile, ordered: Ordered
) -> list[Finding]:
    by_reference = {
        each.reference: each for each in await payouts.ordered_by(tx, file.number)
    }
    try:
        told = pain001.read(file.content)
    except UnreadableFile as error:
        for payout in by_reference.values():
            ordered[payout.number] = (file.number, file.made_at)
        return [_of_file(file, "it cannot be read", "", error)]
    findings = [
        _of_file(file, f"its {name} is not what it tells the bank", expected, found)
        for name, expected, found in (
            ("message", told.message, file.message),
            ("made_at", told.made_at, file.made_at),
        )
        if expected != found
    ]
    for each in told.orders:
        purpose, number = find(each.reference) or (None, 0)
        if purpose is Purpose.PAYOUT:
            ordered[number] = (file.number, told.made_at)
    booked = await _entries(tx, by_reference.values(), ())
    for each in told.orders:
        entry = booked.get(requested_key(each.reference))
        if entry is not None:
            findings += _check_order(file, each, entry[1])
        # One that is noted in another file is found by its row.
        elif await _payout_called(tx, each.reference) is None:
            problem = "it orders what is no payout"
            findings.append(_of_file(file, problem, "", each.reference))
    return findings


async def _payout_called(tx: Transaction, reference: str) -> Payout | None:
    purpose, number = find(reference) or (None, 0)
    return await payouts.numbered(tx, number) if purpose is Purpose.PAYOUT else None


def _check_order(
    file: PayoutFile, order: Order, requested: JournalEntry
) -> Iterator[Finding]:
    amount = requested.postings[0].amount
    if order.amount != amount:
        problem = f"it orders another amount for {order.reference}"
        yield _of_file(file, problem, amount, order.amount)
    if not requested.memo.endswith(f", {order.iban}"):
        problem = f"it orders {order.reference} to another account"
        yield _of_file(file, problem, requested.memo, order.iban)


async def _check_payouts(
    tx: Transaction, some: Sequence[Payout], ordered: Ordered
) -> list[Finding]:
    moved = await bank_statements.of_payouts(tx, [each.number for each in some])
    keys = {
        (each.payout, each.fate): bank_bookings.natural_key(each.fate, each.key)
        for each in moved
    }
    entries = await _entries(tx, some, keys.values())
    on_their_way = await audit_payouts.balances(tx, (each.on_its_way for each in some))
    findings: list[Finding] = []
    for payout in some:
        file, sent_at = ordered.get(payout.number, (None, None))
        evidence = Evidence(
            entries=_own(payout, entries),
            moved={
                fate: entries[key][1]
                for fate in (Fate.PAYOUT, Fate.PAYOUT_RETURNED)
                if (key := keys.get((payout.number, fate), "")) in entries
            },
            file=file,
            sent_at=sent_at,
            on_its_way_minor=on_their_way.get(str(payout.on_its_way), 0),
        )
        findings += audit_payout(payout, evidence)
    return findings


def _own(payout: Payout, entries: Entries) -> Mapping[str, JournalEntry]:
    # What asks for it is in its owner's chain, all that came after in the house's.
    asked, *after = _keys(payout)
    chains = {asked: payout.owner} | dict.fromkeys(after, HOUSE)
    return {
        key: entries[key][1]
        for key, chain in chains.items()
        if key in entries and entries[key][0] == chain
    }


async def _entries(
    tx: Transaction, some: Iterable[Payout], more_keys: Iterable[str]
) -> Entries:
    listed = list(some)
    keys = [key for each in listed for key in _keys(each)]
    chains = {HOUSE, *(each.owner for each in listed)}
    return {
        stored.natural_key: (stored.chain, entry)
        for stored in await audit_bank.entries_called(tx, chains, [*keys, *more_keys])
        if (entry := as_entry(stored)) is not None
    }


def _keys(payout: Payout) -> tuple[str, ...]:
    reference = payout.reference
    return (
        requested_key(reference),
        rejected_key(reference),
        paid_by_hand_key(reference),
    )


def _of_file(
    file: PayoutFile, problem: str, expected: object, found: object
) -> Finding:
    key = row(number=file.number)
    return Finding("payout_files", key, problem, str(expected), str(found))
