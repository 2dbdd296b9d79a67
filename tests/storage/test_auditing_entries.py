"""An audit sees through entries that were moved, cut off or forged."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.audit import Finding
from overallt_server.core.audit_chains import ChainAudit, StoredEntry, StoredPosting
from overallt_server.core.journal import EntryKind, JournalEntry, digest
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.storage import journal, schema
from overallt_server.storage.database import Database

JANUARY = Period(2026, 1)
LATE = datetime(2026, 6, 1, tzinfo=UTC)

type Audit = Callable[[Database], Awaitable[list[Finding]]]


async def test_an_entry_that_follows_another_is_not_in_order(
    unguarded: Database, audit: Audit
) -> None:
    """Whoever changes an entry and makes its hash anew breaks the one before it."""
    entries = schema.journal_entries
    async with unguarded.transaction() as tx:
        last = await journal.find(tx, UserId(3), "closed:2026-02")
        assert last is not None
        forged = {"previous_hash": bytes(32), "hash": digest(last, bytes(32))}
        chosen = [entries.c.patron_id == 3, entries.c.number == 4]
        await tx.execute(entries.update().where(*chosen).values(forged))
    found = await audit(unguarded)

    assert [("patron_id=3 number=4", "it does not follow the entry before it")] == [
        (each.row, each.problem) for each in found
    ]


async def test_lines_that_are_not_numbered_in_order_are_named(
    unguarded: Database, audit: Audit
) -> None:
    lines = schema.postings
    chosen = [lines.c.patron_id == 3, lines.c.number == 3, lines.c.line == 3]
    async with unguarded.transaction() as tx:
        await tx.execute(lines.update().where(*chosen).values(line=9))
    found = await audit(unguarded)

    assert [("patron_id=3 number=3 line=9", "its line is out of order")] == [
        (each.row, each.problem) for each in found
    ]


async def test_a_line_that_was_moved_is_named(
    unguarded: Database, audit: Audit
) -> None:
    lines = schema.postings
    chosen = [lines.c.patron_id == 3, lines.c.number == 3, lines.c.line == 1]
    async with unguarded.transaction() as tx:
        await tx.execute(lines.update().where(*chosen).values(line=9))
    found = await audit(unguarded)

    assert [("patron_id=3 number=3 line=9", "its line was changed")] == [
        (each.row, each.problem) for each in found
    ]


async def test_two_cells_changed_in_one_entry_are_named_by_the_entry(
    unguarded: Database, audit: Audit
) -> None:
    lines = schema.postings
    chosen = [lines.c.patron_id == 3, lines.c.number == 3, lines.c.line == 2]
    both = {"amount_minor": 1, "ledger_account": "revenue:1"}
    async with unguarded.transaction() as tx:
        await tx.execute(lines.update().where(*chosen).values(both))
    found = await audit(unguarded)

    assert [
        (
            "journal_entries",
            "patron_id=3 number=3",
            "its cells and its postings do not give its hash",
        )
    ] == [(each.table, each.row, each.problem) for each in found]


def test_a_very_long_entry_is_named_without_a_search() -> None:
    """To put every cell back in turn would take days: its own row must do."""
    owners = 1500
    postings = [StoredPosting(1, "debit", "clearing:2026-01:0", owners + 1, "EUR")]
    postings += [
        StoredPosting(line, "credit", f"revenue:{line}", 1, "EUR")
        for line in range(2, owners + 2)
    ]
    stored = StoredEntry(
        chain=0,
        number=1,
        natural_key="settled:2026-01:0:0",
        kind="slice_settled",
        memo="",
        made_at=LATE,
        previous_hash=bytes(32),
        hash=bytes(32),
        postings=tuple(postings),
    )
    chain = ChainAudit(0, [])
    entry = chain.check(stored, hash_in_next=None)

    assert entry is None
    assert not chain.is_certain
    assert [("patron_id=0 number=1", "journal_entries")] == [
        (each.row, each.table) for each in chain.findings
    ]


def booked(
    natural_key: str,
    kind: EntryKind,
    debit: chart.LedgerAccount,
    credit: chart.LedgerAccount,
    minor: int,
) -> JournalEntry:
    return JournalEntry.transfer(
        kind=kind,
        natural_key=natural_key,
        memo="made up",
        made_at=LATE,
        debit=debit,
        credit=credit,
        amount=Money(minor, "EUR"),
    )


@pytest.mark.parametrize(
    ("chain", "debit", "credit", "minor", "row", "problem"),
    [
        pytest.param(
            3,
            chart.means(UserId(3)),
            chart.cash("by_hand"),
            1_000_000,
            "patron_id=3 number=5",
            "it takes means:3 below zero",
            id="more than there is",
        ),
        pytest.param(
            3,
            chart.means(UserId(3)),
            chart.means(UserId(4)),
            1,
            "patron_id=3 number=5",
            "it posts to means:4, of another patron",
            id="from patron to patron",
        ),
        pytest.param(
            0,
            chart.revenue(UserId(1)),
            chart.cash("by_hand"),
            100_000,
            "ledger_account=revenue:1",
            "its balance is below zero",
            id="revenue that nobody earned",
        ),
        pytest.param(
            0,
            chart.revenue(UserId(1)),
            chart.clearing(JANUARY, 1),
            1,
            "ledger_account=clearing:2026-01:1",
            "it is not cleared",
            id="a cent left in clearing",
        ),
    ],
)
async def test_an_entry_whose_hash_is_right_may_still_be_wrong(
    chain: int,
    debit: chart.LedgerAccount,
    credit: chart.LedgerAccount,
    minor: int,
    row: str,
    problem: str,
    unguarded: Database,
    audit: Audit,
) -> None:
    entry = booked("made up", EntryKind.MEANS_ADDED, debit, credit, minor)
    async with unguarded.transaction() as tx:
        await journal.append(tx, UserId(chain), entry)
    found = await audit(unguarded)

    assert [(row, problem)] == [(each.row, each.problem) for each in found]


async def test_means_that_nobody_paid_in_are_not_covered(
    unguarded: Database, audit: Audit
) -> None:
    means = chart.means(UserId(4))
    entry = booked("made up", EntryKind.MEANS_ADDED, chart.FEE_INCOME, means, 100_000)
    async with unguarded.transaction() as tx:
        await journal.append(tx, UserId(4), entry)
    found = await audit(unguarded)

    assert [
        ("patron_id=4 number=4", "it adds means from what is no source of means"),
        (
            "ledger_account=cash",
            "the clients' cash does not cover what they are owed",
        ),
    ] == [(each.row, each.problem) for each in found]


async def cut_off(database: Database, chain: int, number: int) -> None:
    """Take the last entry of a chain away, with its postings: no hash misses it."""
    async with database.transaction() as tx:
        for table in (schema.postings, schema.journal_entries):
            chosen = [table.c.patron_id == chain, table.c.number == number]
            await tx.execute(table.delete().where(*chosen))


@pytest.mark.parametrize(
    ("chain", "number", "row"),
    [
        (4, 3, "patron_id=4 natural_key=settled:2026-01:0"),
        (0, 2, "patron_id=0 natural_key=settled:2026-01:1:0"),
    ],
)
async def test_an_entry_that_was_cut_off_is_missed(
    chain: int, number: int, row: str, unguarded: Database, audit: Audit
) -> None:
    await cut_off(unguarded, chain, number)
    found = await audit(unguarded)

    assert ("journal_entries", row, "it is missing") in {
        (each.table, each.row, each.problem) for each in found
    }


CYD = UserId(5)
CLEARING = chart.clearing(JANUARY, 1)
CLOSED, SETTLED = EntryKind.PERIOD_CLOSED, EntryKind.PATRON_SETTLED
SLICE = EntryKind.SLICE_SETTLED


@pytest.mark.parametrize(
    ("chain", "cut", "entry", "finding"),
    [
        pytest.param(
            0,
            2,
            booked("settled:2026-01:1:0", SLICE, CLEARING, chart.revenue(CYD), 180),
            ("journal_entries", "patron_id=0 number=2", "it does not book what is due"),
            id="a slice to another owner",
        ),
        pytest.param(
            0,
            2,
            booked(
                "settled:2026-01:1:0", SLICE, CLEARING, chart.revenue(UserId(2)), 180
            ),
            (
                "slices",
                "period=2026-01 slice=1",
                "its settled_at is not when it was booked",
            ),
            id="a slice at another time",
        ),
        pytest.param(
            5,
            4,
            booked("closed:2026-02", CLOSED, chart.means(CYD), chart.revenue(CYD), 200),
            ("journal_entries", "patron_id=5 number=4", "it does not book what is due"),
            id="a pot to a patron himself",
        ),
        pytest.param(
            5,
            None,
            booked("settled:2026-02:0", SETTLED, chart.means(CYD), CLEARING, 1),
            (
                "journal_entries",
                "patron_id=5 number=5",
                "it books a settlement that is not due",
            ),
            id="a settlement before its time",
        ),
        pytest.param(
            5,
            None,
            booked("closed:2027-01", CLOSED, chart.means(CYD), CLEARING, 1),
            ("journal_entries", "patron_id=5 number=5", "it is of no closed period"),
            id="a pot of no period",
        ),
        pytest.param(
            0,
            None,
            booked("settled:2026-01:7:0", SLICE, CLEARING, chart.revenue(CYD), 1),
            ("journal_entries", "patron_id=0 number=3", "it is of no closed period"),
            id="a slice of no period",
        ),
    ],
)
async def test_a_forged_entry_that_is_not_what_is_due_is_named(
    chain: int,
    cut: int | None,
    entry: JournalEntry,
    finding: tuple[str, str, str],
    unguarded: Database,
    audit: Audit,
) -> None:
    if cut is not None:
        await cut_off(unguarded, chain, cut)
    async with unguarded.transaction() as tx:
        await journal.append(tx, UserId(chain), entry)

    assert finding in {
        (each.table, each.row, each.problem) for each in await audit(unguarded)
    }
