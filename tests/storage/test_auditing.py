"""An audit is content with good books, and names the row of any cell that changed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from forging import put, rows_of, this

from overallt_server.core.audit import Finding
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.settling import Settling

pytestmark = pytest.mark.long

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
LATE = datetime(2026, 6, 1, tzinfo=UTC)
OTHER_TEXT = {
    "debit": "credit",
    "credit": "debit",
    "EUR": "SEK",
    "means_added": "patron_settled",
}
CHANGED: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    str: lambda value: OTHER_TEXT.get(value, "means_added"),
    bytes: lambda value: bytes([value[0] ^ 1]) + value[1:],
    Period: lambda value: value.next,
    datetime: lambda _value: LATE,
    type(None): lambda _value: LATE,
}
# A changed value of these is one that may well have been: nothing tells otherwise.
# (Of what is held, a slice's entry tells until when: nobody here has paid by card.)
LEGAL = {
    (schema.periods, "settled_at"),
    (schema.periods, "held_until"),
    (schema.slices, "previewed_at"),
    (schema.slices, "released_at"),
}
MONEY_TABLES = (
    schema.postings,
    schema.journal_entries,
    schema.pots,
    schema.pot_things,
    schema.shares,
    schema.slices,
    schema.periods,
    schema.thing_shares,
)

type Audit = Callable[[Database], Awaitable[list[Finding]]]


def key(table: sa.Table, row: Any) -> str:
    return " ".join(f"{each.name}={row[each.name]}" for each in table.primary_key)


def changed(column: "sa.Column[Any]", value: Any) -> Any:
    if column.name == "ledger_account":
        return "means:99"
    return CHANGED[type(value)](value)


async def test_good_books_are_in_order(books: Database, audit: Audit) -> None:
    assert [] == await audit(books)


async def test_good_books_are_in_order_on_postgresql(
    postgres_books: Database, audit: Audit
) -> None:
    assert [] == await audit(postgres_books)


async def test_empty_books_are_in_order(any_database: Database, audit: Audit) -> None:
    assert [] == await audit(any_database)


@pytest.mark.parametrize("table", MONEY_TABLES, ids=lambda table: table.name)
async def test_one_changed_cell_is_one_finding_that_names_its_row(
    table: sa.Table, unguarded: Database, audit: Audit
) -> None:
    misnamed = []
    for row in await rows_of(unguarded, table):
        for column in table.columns:
            if column.primary_key or (table, column.name) in LEGAL:
                continue
            name = column.name
            await put(unguarded, table, row, {name: changed(column, row[name])})
            found = await audit(unguarded)
            if [(table.name, key(table, row))] != [(f.table, f.row) for f in found]:
                misnamed.append((key(table, row), name, found))
            await put(unguarded, table, row, {name: row[name]})

    assert [] == misnamed
    assert [] == await audit(unguarded)


@pytest.mark.parametrize("table", MONEY_TABLES, ids=lambda table: table.name)
async def test_one_row_that_was_deleted_is_named(
    table: sa.Table, unguarded: Database, audit: Audit
) -> None:
    unnamed = []
    for row in await rows_of(unguarded, table):
        if table is schema.pots and (4, FEBRUARY) == (row["patron_id"], row["period"]):
            continue  # His pot was empty: the slice alone knows of it.
        async with unguarded.transaction() as tx:
            await tx.execute(table.delete().where(*this(table, row)))
        found = await audit(unguarded)
        if (table.name, key(table, row)) not in {(f.table, f.row) for f in found}:
            unnamed.append((key(table, row), found))
        async with unguarded.transaction() as tx:
            await tx.execute(table.insert().values(row))

    assert [] == unnamed
    assert [] == await audit(unguarded)


async def test_a_settlement_that_was_stopped_is_in_order(
    books: Database, audit: Audit, rules: Rules
) -> None:
    def stop(done: int, _all: int) -> None:
        raise InterruptedError(done)

    with pytest.raises(InterruptedError):
        await Settling(books, rules).settle(
            period=FEBRUARY,
            now=FEBRUARY.end + timedelta(days=9),
            hold=True,
            progress=stop,
        )
    async with books.snapshot() as tx:
        left = await tx.execute(
            sa.select(schema.slices.c.slice).where(schema.slices.c.settled_at.is_(None))
        )
        assert [(1,)] == left.all()

    assert [] == await audit(books)


async def test_a_month_in_which_nobody_had_a_budget_is_in_order(
    database: Database, audit: Audit, rules: Rules
) -> None:
    now = JANUARY.end + timedelta(hours=1)
    await Closing(database, rules).close(period=JANUARY, now=now)

    assert [] == await audit(database)


async def test_an_audit_changes_nothing(books: Database, audit: Audit) -> None:
    before = [await rows_of(books, table) for table in schema.metadata.sorted_tables]
    await audit(books)

    assert before == [
        await rows_of(books, table) for table in schema.metadata.sorted_tables
    ]


def test_a_finding_is_told_in_one_line() -> None:
    found = Finding("shares", "patron_id=3", "it is wrong", "", "1.00 EUR")
    missed = Finding("shares", "patron_id=3", "it is missing", "", "")

    assert (
        "shares [patron_id=3]: it is wrong (expected nothing, found 1.00 EUR)"
        == str(found)
    )
    assert "shares [patron_id=3]: it is missing" == str(missed)
