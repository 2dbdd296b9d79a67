"""What an audit of orders reads: each with what it made, and what no order has made."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from overallt_server.core.audit_chains import StoredEntry
from overallt_server.core.audit_orders import StoredOrder
from overallt_server.core.cards import CASH_AT_PROVIDER
from overallt_server.core.journal import EntryKind
from overallt_server.core.orders import OrderRow, OutcomeRow
from overallt_server.core.payouts import paid_by_hand_key
from overallt_server.storage.audit import stored_entries
from overallt_server.storage.database import Transaction
from overallt_server.storage.order_schema import order_outcomes, orders
from overallt_server.storage.orders import deed_of
from overallt_server.storage.schema import (
    bank_statements,
    journal_entries,
    payout_files,
    payouts,
    postings,
)

if TYPE_CHECKING:
    from overallt_server.core.deeds import Deed

# Of these, every entry is made by hand; of the others, some are.
_BY_HAND: Final = (
    EntryKind.REVENUE_MOVED,
    EntryKind.PAYOUT_REJECTED,
    EntryKind.EQUITY_ADDED,
    EntryKind.DEBT_PAID,
    EntryKind.DEBT_GIVEN_UP,
    EntryKind.SUSPENSE_ASSIGNED,
    EntryKind.SUSPENSE_RETURNED,
    EntryKind.SUSPENSE_UNDERSTOOD,
)


async def after(tx: Transaction, number: int, *, count: int) -> list[StoredOrder]:
    """List the next *count* orders after *number*."""
    rows = await tx.execute(
        sa.select(orders)
        .where(orders.c.number > number)
        .order_by(orders.c.number)
        .limit(count)
    )
    return [await _stored(tx, row) for row in rows.all()]


async def lone_outcomes(tx: Transaction) -> list[int]:
    """Return the numbers of outcomes whose order is not there."""
    rows = await tx.execute(
        sa.select(order_outcomes.c.number)
        .outerjoin(orders, orders.c.number == order_outcomes.c.number)
        .where(orders.c.number.is_(None))
        .order_by(order_outcomes.c.number)
    )
    return [row.number for row in rows]


async def first_at(tx: Transaction) -> datetime | None:
    """Return since when money by hand is ordered; ``None`` if it never was."""
    first = await tx.execute(sa.select(sa.func.min(orders.c.ordered_at)))
    moment: datetime | None = first.scalar_one()
    return moment


async def entries_without(tx: Transaction, since: datetime) -> list[StoredEntry]:
    """List the entries made by hand *since* then that no outcome names."""
    rows = await tx.execute(
        sa.select(journal_entries.c.patron_id, journal_entries.c.number)
        .outerjoin(
            order_outcomes,
            (order_outcomes.c.chain == journal_entries.c.patron_id)
            & (order_outcomes.c.entry == journal_entries.c.number),
        )
        .where(
            journal_entries.c.made_at >= since,
            order_outcomes.c.number.is_(None),
            _is_by_hand(),
        )
        .order_by(journal_entries.c.patron_id, journal_entries.c.number)
    )
    found = [await _entry(tx, row.patron_id, row.number) for row in rows.all()]
    return [each for each in found if each is not None]


async def files_without(tx: Transaction, since: datetime) -> list[int]:
    """List the files of payouts made *since* then that no outcome names."""
    rows = await tx.execute(
        sa.select(payout_files.c.number)
        .outerjoin(order_outcomes, order_outcomes.c.file == payout_files.c.number)
        .where(payout_files.c.made_at >= since, order_outcomes.c.number.is_(None))
        .order_by(payout_files.c.number)
    )
    return [row.number for row in rows]


async def statements_since(tx: Transaction, since: datetime) -> list[str]:
    """List the keys of the statements that were imported *since* then."""
    rows = await tx.execute(
        sa.select(bank_statements.c.key)
        .where(bank_statements.c.imported_at >= since)
        .order_by(bank_statements.c.key)
    )
    return [row.key for row in rows]


def _is_by_hand() -> "sa.ColumnElement[bool]":
    kind, key = journal_entries.c.kind, journal_entries.c.natural_key
    to_card = (
        sa.select(postings.c.line)
        .where(
            postings.c.patron_id == journal_entries.c.patron_id,
            postings.c.number == journal_entries.c.number,
            postings.c.ledger_account == str(CASH_AT_PROVIDER),
        )
        .exists()
    )
    return (
        kind.in_([str(each) for each in _BY_HAND])
        | key.startswith("means_added:by_hand:", autoescape=True)
        | key.startswith(paid_by_hand_key(""), autoescape=True)
        # What went back to a card may have been sent back at the provider.
        | ((kind == str(EntryKind.MEANS_REFUNDED)) & ~to_card)
    )


async def _stored(tx: Transaction, row: sa.Row[Any]) -> StoredOrder:
    found = await tx.execute(
        sa.select(order_outcomes).where(order_outcomes.c.number == row.number)
    )
    decided = found.one_or_none()
    outcome = None if decided is None else _outcome_row(decided)
    deed: Deed | None = None
    with suppress(LookupError, ValueError):
        deed = deed_of(row.what, row.arguments)
    return StoredOrder(
        row=OrderRow(
            row.number,
            row.what,
            row.arguments,
            row.reason,
            row.needed,
            row.operator_id,
            row.ordered_at,
        ),
        hash=bytes(row.hash),
        outcome=outcome,
        outcome_hash=b"" if decided is None else bytes(decided.hash),
        deed=deed,
        entry=await _entry_of(tx, outcome),
        payouts=await _payouts_of(tx, outcome),
    )


def _outcome_row(row: sa.Row[Any]) -> OutcomeRow:
    return OutcomeRow(
        row.number,
        row.verdict,
        row.operator_id,
        row.reason,
        row.decided_at,
        row.chain,
        row.entry,
        row.file,
    )


async def _entry_of(tx: Transaction, outcome: OutcomeRow | None) -> StoredEntry | None:
    if outcome is None or outcome.chain is None or outcome.entry is None:
        return None
    return await _entry(tx, outcome.chain, outcome.entry)


async def _entry(tx: Transaction, chain: int, number: int) -> StoredEntry | None:
    found = await stored_entries(
        tx,
        (journal_entries.c.patron_id == chain) & (journal_entries.c.number == number),
        (postings.c.patron_id == chain) & (postings.c.number == number),
    )
    return found[0] if found else None


async def _payouts_of(
    tx: Transaction, outcome: OutcomeRow | None
) -> frozenset[int] | None:
    if outcome is None or outcome.file is None:
        return None
    files = await tx.execute(
        sa.select(payout_files.c.number).where(payout_files.c.number == outcome.file)
    )
    if files.one_or_none() is None:
        return None
    rows = await tx.execute(
        sa.select(payouts.c.number).where(payouts.c.file == outcome.file)
    )
    return frozenset(row.number for row in rows)
