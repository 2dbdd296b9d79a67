"""An audit tells both values, and what could never have been given or closed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from overallt_server.core.audit import Finding
from overallt_server.core.periods import Period
from overallt_server.storage import schema
from overallt_server.storage.database import Database

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
LATE = datetime(2026, 6, 1, tzinfo=UTC)

type Audit = Callable[[Database], Awaitable[list[Finding]]]


@pytest.mark.parametrize(
    ("table", "where", "values", "finding"),
    [
        pytest.param(
            schema.postings,
            {"patron_id": 3, "number": 3, "line": 3},
            {"amount_minor": 101},
            Finding(
                "postings",
                "patron_id=3 number=3 line=3",
                "its amount_minor was changed",
                "credit fee_income 1.00 EUR",
                "credit fee_income 1.01 EUR",
            ),
            id="a posting's amount",
        ),
        pytest.param(
            schema.postings,
            {"patron_id": 0, "number": 2, "line": 2},
            {"ledger_account": "revenue:1"},
            Finding(
                "postings",
                "patron_id=0 number=2 line=2",
                "its ledger_account was changed",
                "credit revenue:2 1.80 EUR",
                "credit revenue:1 1.80 EUR",
            ),
            id="a posting's ledger account",
        ),
        pytest.param(
            schema.shares,
            {"patron_id": 4, "thing_id": 4},
            {"share_minor": 149},
            Finding(
                "shares",
                "patron_id=4 period=2026-01 thing_id=4 revision=0 owner_id=2",
                "it is not the thing's share of the pot",
                "1.50 EUR for owner 2",
                "1.49 EUR for owner 2",
            ),
            id="a share",
        ),
        pytest.param(
            schema.pots,
            {"patron_id": 5, "period": FEBRUARY},
            {"pot_minor": 201},
            Finding(
                "pots",
                "patron_id=5 period=2026-02",
                "the pot is not what was reserved",
                "2.00 EUR",
                "2.01 EUR",
            ),
            id="a pot",
        ),
        pytest.param(
            schema.pot_things,
            {"patron_id": 3, "period": JANUARY, "thing_id": 2},
            {"owner_id": 2},
            Finding(
                "pot_things",
                "patron_id=3 period=2026-01 thing_id=2",
                "it is not what was flattred",
                "owner 1, weight 1",
                "owner 2, weight 1",
            ),
            id="a pot thing's owner",
        ),
        pytest.param(
            schema.flattrs,
            {"patron_id": 3, "period": JANUARY, "thing_id": 2},
            {"weight": 7},
            Finding(
                "flattrs",
                "patron_id=3 period=2026-01 thing_id=2",
                "it is not what was frozen in the pot",
                "owner 1, weight 1",
                "owner 1, weight 7",
            ),
            id="a flattr's weight",
        ),
        pytest.param(
            schema.flattrs,
            {"patron_id": 3, "period": FEBRUARY, "thing_id": 1},
            {"undone_at": LATE},
            Finding(
                "flattrs",
                "patron_id=3 period=2026-02 thing_id=1",
                "it was undone after its period was closed",
                "2026-03-01 02:00:00+00:00 at the latest",
                "2026-06-01 00:00:00+00:00",
            ),
            id="a flattr undone too late",
        ),
        pytest.param(
            schema.flattrs,
            {"patron_id": 3, "period": Period(2026, 3), "thing_id": 3},
            {"weight": 0},
            Finding(
                "flattrs",
                "patron_id=3 period=2026-03 thing_id=3",
                "its weight is impossible",
                "1 to 100",
                "0",
            ),
            id="an impossible weight",
        ),
        pytest.param(
            schema.flattrs,
            {"patron_id": 3, "period": Period(2026, 3), "thing_id": 3},
            {"flattred_at": LATE},
            Finding(
                "flattrs",
                "patron_id=3 period=2026-03 thing_id=3",
                "it was made after its period had ended",
                "2026-03 at the latest",
                "2026-06-01 00:00:00+00:00",
            ),
            id="a flattr made too late",
        ),
        pytest.param(
            schema.things,
            {"id": 1},
            {"owner_id": 2},
            Finding(
                "things",
                "id=1",
                "it is not what was frozen in the pot",
                "owner 1, weight 1",
                "owner 2, weight 1",
            ),
            id="a thing's owner",
        ),
        pytest.param(
            schema.budgets,
            {"patron_id": 3},
            {"amount_minor": -1},
            Finding(
                "budgets", "patron_id=3", "it is not above zero", "more", "-0.01 EUR"
            ),
            id="a budget",
        ),
        pytest.param(
            schema.budgets,
            {"patron_id": 3},
            {"currency": "SEK"},
            Finding(
                "budgets",
                "patron_id=3",
                "it is in a currency that is not the server's",
                "EUR",
                "SEK",
            ),
            id="a budget's currency",
        ),
        pytest.param(
            schema.periods,
            {"period": JANUARY},
            {"closed_at": JANUARY.start},
            Finding(
                "periods",
                "period=2026-01",
                "it was closed too early",
                "2026-02-01 01:00:00+00:00",
                "2026-01-01 00:00:00+00:00",
            ),
            id="a period closed too early",
        ),
    ],
)
async def test_the_finding_tells_both_values(
    table: sa.Table,
    where: dict[str, object],
    values: dict[str, object],
    finding: Finding,
    unguarded: Database,
    audit: Audit,
) -> None:
    async with unguarded.transaction() as tx:
        chosen = [table.c[name] == value for name, value in where.items()]
        await tx.execute(table.update().where(*chosen).values(values))

    assert finding in await audit(unguarded)


async def test_a_flattr_of_what_is_not_there_or_ones_own_is_named(
    books: Database, audit: Audit
) -> None:
    async with books.transaction() as tx:
        await tx.execute(
            schema.flattrs.insert(),
            [
                {
                    "patron_id": patron,
                    "period": period,
                    "thing_id": thing,
                    "weight": 1,
                    "flattred_at": period.start,
                }
                for patron, period, thing in (
                    (1, Period(2026, 3), 2),
                    (3, JANUARY, 77),
                )
            ],
        )
    found = await audit(books)

    assert [
        ("patron_id=1 period=2026-03 thing_id=2", "it is on the patron's own thing"),
        ("patron_id=3 period=2026-01 thing_id=77", "there is no such thing"),
    ] == [(each.row, each.problem) for each in found]


async def test_a_thing_that_was_deleted_is_missed_by_flattr_and_pot(
    books: Database, audit: Audit
) -> None:
    async with books.transaction() as tx:
        await tx.execute(schema.things.delete().where(schema.things.c.id == 2))
    found = await audit(books)

    assert [("things", "id=2", "it is missing")] == [
        (each.table, each.row, each.problem) for each in found
    ]


@pytest.mark.parametrize("patron", [3, 4])
async def test_a_pot_with_nothing_in_it_any_more_is_named(
    patron: int, books: Database, audit: Audit
) -> None:
    async with books.transaction() as tx:
        for table in (schema.pot_things, schema.flattrs):
            chosen = [table.c.patron_id == patron, table.c.period == JANUARY]
            await tx.execute(table.delete().where(*chosen))
    found = await audit(books)

    assert [
        (
            f"patron_id={patron} period=2026-01",
            "there is nothing in it that it could be shared over",
        )
    ] == [(each.row, each.problem) for each in found]


async def test_a_period_marked_as_settled_too_early_is_named(
    books: Database, audit: Audit
) -> None:
    async with books.transaction() as tx:
        chosen = schema.periods.c.period == FEBRUARY
        await tx.execute(schema.periods.update().where(chosen).values(settled_at=LATE))
    found = await audit(books)

    assert [("period=2026-02", "it is marked as settled, but some slices are not")] == [
        (each.row, each.problem) for each in found
    ]


@pytest.mark.parametrize("table", [schema.shares, schema.pot_things])
async def test_a_row_of_a_period_that_is_not_closed_is_named(
    table: sa.Table, books: Database, audit: Audit
) -> None:
    async with books.transaction() as tx:
        some = (await tx.execute(sa.select(table))).mappings().first()
        assert some is not None
        row = dict(some) | {"period": Period(2031, 5)}
        await tx.execute(table.insert().values(row))
    found = await audit(books)

    assert [(table.name, f"patron_id={row['patron_id']} period=2031-05")] == [
        (each.table, each.row) for each in found
    ]
