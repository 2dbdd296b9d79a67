"""The journal as it is stored: chains of entries, and balances derived from them.

Appending numbers the entries of a chain from 1 and computes their hashes. It takes
for granted that the chain's lock is held (``storage.patrons``). Nothing here changes
or deletes an entry, and triggers refuse it to everybody else (I2).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.journal import (
    NO_PREVIOUS,
    EntryKind,
    JournalEntry,
    Posting,
    digest,
)
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import HOUSE, journal_entries, postings, slices

# The number and the hash before the first entry of a chain.
_NO_HEAD: Final = (0, NO_PREVIOUS)


async def append(tx: Transaction, patron: UserId, entry: JournalEntry) -> None:
    """Append *entry* to the chain of *patron*.

    Raises:
        sqlalchemy.exc.IntegrityError: the chain has an entry of its natural key.
    """
    await _append(tx, {patron: entry})


async def append_each(tx: Transaction, entries: Mapping[UserId, JournalEntry]) -> None:
    """Append an entry to the chain of each patron of *entries*.

    Raises:
        sqlalchemy.exc.IntegrityError: a chain has an entry of that natural key.
    """
    if entries:
        await _append(tx, entries)


async def append_to_house(tx: Transaction, entry: JournalEntry) -> None:
    """Append *entry* to the chain of the house.

    Raises:
        sqlalchemy.exc.IntegrityError: the chain has an entry of its natural key.
    """
    await _append(tx, {HOUSE: entry})


async def find(
    tx: Transaction, patron: UserId, natural_key: str
) -> JournalEntry | None:
    """Return the entry of *natural_key* in the chain of *patron*, or ``None``."""
    rows = await tx.execute(
        sa.select(journal_entries).where(
            journal_entries.c.patron_id == patron,
            journal_entries.c.natural_key == natural_key,
        )
    )
    row = rows.one_or_none()
    if row is None:
        return None
    lines = await tx.execute(
        sa.select(postings)
        .where(postings.c.patron_id == patron, postings.c.number == row.number)
        .order_by(postings.c.line)
    )
    return JournalEntry(
        EntryKind(row.kind),
        row.natural_key,
        row.memo,
        row.made_at,
        tuple(
            Posting(
                Side(line.side),
                LedgerAccount.parse(line.ledger_account),
                Money(line.amount_minor, line.currency),
            )
            for line in lines
        ),
    )


async def last_number(tx: Transaction, chain: int) -> int:
    """Return the number of the last entry of *chain*, 0 if it has none."""
    heads = await _heads(tx, chain, chain)
    return heads.get(chain, _NO_HEAD)[0]


async def balance(
    tx: Transaction, ledger_account: LedgerAccount, currency: str
) -> Money:
    """Return the balance of *ledger_account* in *currency*, on its normal side."""
    total = await tx.execute(
        sum_of(str(ledger_account), currency, ledger_account.normal_side)
    )
    return Money(total.scalar_one(), currency)


def sum_of(
    ledger_account: "str | sa.ColumnElement[str]",
    currency: "str | sa.ColumnElement[str]",
    normal_side: Side,
) -> "sa.Select[int]":
    """Return the statement that reads a balance; its values may be given later."""
    return sa.select(_sum_on(normal_side)).where(
        postings.c.ledger_account == ledger_account, postings.c.currency == currency
    )


def means_of(patron_id: "sa.ColumnElement[int]") -> "sa.ColumnElement[str]":
    """Return the ledger account of the means of the patron in that column."""
    return _account_of(chart.AccountName.MEANS, patron_id)


def debts_of(patron_id: "sa.ColumnElement[int]") -> "sa.ColumnElement[str]":
    """Return the ledger account of what the patron in that column owes."""
    return _account_of(chart.AccountName.RECEIVABLE, patron_id)


async def reserved(tx: Transaction, patron: UserId, currency: str) -> Money:
    """Return what *patron* has in pots that are closed and not settled yet."""
    prefix = f"{chart.AccountName.RESERVED}:{patron}:"
    total = await tx.execute(
        sa.select(_sum_on(Side.CREDIT)).where(
            postings.c.patron_id == patron,
            postings.c.ledger_account.startswith(prefix, autoescape=True),
            postings.c.currency == currency,
        )
    )
    return Money(total.scalar_one(), currency)


async def means_between(
    tx: Transaction, first: UserId, last: UserId, currency: str
) -> dict[UserId, Money]:
    """Return the means of the patrons from *first* to *last*, who ever had some."""
    rows = await tx.execute(
        sa.select(postings.c.patron_id, _sum_on(Side.CREDIT).label("minor"))
        .where(
            postings.c.patron_id.between(first, last),
            postings.c.ledger_account == means_of(postings.c.patron_id),
            postings.c.currency == currency,
        )
        .group_by(postings.c.patron_id)
    )
    return {UserId(row.patron_id): Money(row.minor, currency) for row in rows}


async def cleared(tx: Transaction, period: Period, currency: str) -> Money:
    """Return what the settled slices of *period* brought to all owners."""
    clearing = sa.literal(f"{chart.AccountName.CLEARING}:{period}:") + sa.cast(
        slices.c.slice, sa.Text
    )
    total = await tx.execute(
        sa.select(_sum_on(Side.DEBIT))
        .join(slices, postings.c.ledger_account == clearing)
        .where(
            slices.c.period == period,
            postings.c.side == str(Side.DEBIT),
            postings.c.currency == currency,
        )
    )
    return Money(total.scalar_one(), currency)


def _account_of(
    name: chart.AccountName, patron_id: "sa.ColumnElement[int]"
) -> "sa.ColumnElement[str]":
    return sa.literal(f"{name}:") + sa.cast(patron_id, sa.Text)


def _sum_on(normal_side: Side) -> "sa.ColumnElement[int]":
    signed = sa.case(
        (postings.c.side == str(normal_side), postings.c.amount_minor),
        else_=-postings.c.amount_minor,
    )
    # PostgreSQL sums bigint to numeric; the sum of nothing is NULL.
    return sa.cast(sa.func.coalesce(sa.func.sum(signed), 0), sa.BigInteger)


async def _append(tx: Transaction, entries: Mapping[Any, JournalEntry]) -> None:
    heads = await _heads(tx, min(entries), max(entries))
    entry_rows: list[dict[str, object]] = []
    posting_rows: list[dict[str, object]] = []
    for chain, entry in sorted(entries.items(), key=lambda item: item[0]):
        last_number, previous = heads.get(chain, _NO_HEAD)
        number = last_number + 1
        entry_rows.append(
            {
                "patron_id": chain,
                "number": number,
                "natural_key": entry.natural_key,
                "kind": str(entry.kind),
                "memo": entry.memo,
                "made_at": entry.made_at,
                "previous_hash": previous,
                "hash": digest(entry, previous),
            }
        )
        posting_rows += _posting_rows(chain, number, entry.postings)
    await tx.execute(sa.insert(journal_entries), entry_rows)
    await tx.execute(sa.insert(postings), posting_rows)


def _posting_rows(
    chain: int, number: int, lines: Iterable[Posting]
) -> Iterable[dict[str, object]]:
    for line, posting in enumerate(lines, start=1):
        yield {
            "patron_id": chain,
            "number": number,
            "line": line,
            "side": str(posting.side),
            "ledger_account": str(posting.ledger_account),
            "amount_minor": posting.amount.minor,
            "currency": posting.amount.currency,
        }


async def _heads(
    tx: Transaction, first: int, last: int
) -> dict[int, tuple[int, bytes]]:
    # The number and the hash of the last entry of each chain that has one.
    newest = (
        sa.select(
            journal_entries.c.patron_id,
            sa.func.max(journal_entries.c.number).label("number"),
        )
        .where(journal_entries.c.patron_id.between(first, last))
        .group_by(journal_entries.c.patron_id)
        .subquery()
    )
    rows = await tx.execute(
        sa.select(
            journal_entries.c.patron_id,
            journal_entries.c.number,
            journal_entries.c.hash,
        ).join(
            newest,
            sa.and_(
                journal_entries.c.patron_id == newest.c.patron_id,
                journal_entries.c.number == newest.c.number,
            ),
        )
    )
    return {row.patron_id: (row.number, row.hash) for row in rows}
