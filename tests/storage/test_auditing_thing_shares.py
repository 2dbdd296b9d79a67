"""An audit names the slice whose mark was changed, and each sum that is not due."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
import sqlalchemy as sa

from overallt_server.core.audit import Finding
from overallt_server.core.periods import Period
from overallt_server.storage import schema
from overallt_server.storage.database import Database

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
LATE: Final = datetime(2026, 6, 1, tzinfo=UTC)
# Ada's pot of 10.00 is her song's; cyd's of 2.00 is the song's and the photo's.
SONG: Final = {"owner_id": 1, "thing_id": 1}

type Audit = Callable[[Database], Awaitable[list[Finding]]]


async def _mark(database: Database, *slices: int, at: datetime | None) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            schema.slices.update()
            .where(
                schema.slices.c.period == FEBRUARY, schema.slices.c.slice.in_(slices)
            )
            .values(previewed_at=at)
        )


async def _change(database: Database, **values: Any) -> None:
    table = schema.thing_shares
    this = [table.c[name] == value for name, value in SONG.items()]
    async with database.transaction() as tx:
        await tx.execute(
            table.update().where(table.c.period == FEBRUARY, *this).values(values)
        )


async def test_a_slice_that_lost_its_mark_is_named(
    books: Database, audit: Audit
) -> None:
    await _mark(books, 0, at=None)

    assert [
        Finding(
            "slices",
            "period=2026-02 slice=0",
            "its shares are summed, and it is not marked",
            "",
            "",
        )
    ] == await audit(books)


@pytest.mark.parametrize("slice_", [0, 1])
async def test_a_slice_that_was_marked_too_early_is_named(
    books: Database, audit: Audit, slice_: int
) -> None:
    await _mark(books, 0, 1, at=None)
    async with books.transaction() as tx:
        sums = schema.thing_shares
        await tx.execute(sums.delete().where(sums.c.period == FEBRUARY))
    await _mark(books, slice_, at=LATE)

    assert [
        Finding(
            "slices",
            f"period=2026-02 slice={slice_}",
            "it is marked, and its shares are not summed",
            "",
            "",
        )
    ] == await audit(books)


async def test_when_a_slice_was_marked_matters_to_nobody(
    books: Database, audit: Audit
) -> None:
    await _mark(books, 0, 1, at=LATE)

    assert [] == await audit(books)


async def test_both_figures_are_told(books: Database, audit: Audit) -> None:
    await _change(books, share_minor=989, flattrs=3)

    assert [
        Finding(
            "thing_shares",
            "owner_id=1 period=2026-02 thing_id=1",
            "it is not what its shares are",
            "9.90 EUR by 2",
            "9.89 EUR by 3",
        )
    ] == await audit(books)


async def test_so_they_are_on_postgresql(
    postgres_books: Database, audit: Audit
) -> None:
    await _change(postgres_books, share_minor=989)

    (finding,) = await audit(postgres_books)

    assert ("9.90 EUR by 2", "9.89 EUR by 2") == (finding.expected, finding.found)


async def test_a_month_that_is_open_has_none(books: Database, audit: Audit) -> None:
    async with books.transaction() as tx:
        await tx.execute(
            schema.thing_shares.insert().values(
                period=Period(2026, 3),
                flattrs=1,
                share_minor=5,
                currency="EUR",
                **SONG,
            )
        )

    assert [
        Finding(
            "thing_shares",
            "owner_id=1 period=2026-03 thing_id=1",
            "nothing brings it",
            "",
            "0.05 EUR by 1",
        )
    ] == await audit(books)


async def test_of_a_settled_month_a_sum_that_is_moved_is_named_twice(
    books: Database, audit: Audit
) -> None:
    table = schema.thing_shares
    async with books.transaction() as tx:
        moved = (
            await tx.execute(sa.select(table).where(table.c.period == JANUARY))
        ).first()
        assert moved is not None
        await tx.execute(
            table.update()
            .where(table.c.period == JANUARY, table.c.thing_id == moved.thing_id)
            .values(owner_id=99)
        )

    found = await audit(books)

    key = f"period=2026-01 thing_id={moved.thing_id}"
    assert [
        (f"owner_id={moved.owner_id} {key}", "it is missing"),
        (f"owner_id=99 {key}", "nothing brings it"),
    ] == [(each.row, each.problem) for each in found]


async def test_a_slice_of_a_settled_month_keeps_its_mark(
    books: Database, audit: Audit
) -> None:
    async with books.transaction() as tx:
        await tx.execute(
            schema.slices.update()
            .where(schema.slices.c.period == JANUARY, schema.slices.c.slice == 0)
            .values(previewed_at=None)
        )

    assert [
        Finding(
            "slices",
            "period=2026-01 slice=0",
            "its shares are summed, and it is not marked",
            "",
            "",
        )
    ] == await audit(books)
