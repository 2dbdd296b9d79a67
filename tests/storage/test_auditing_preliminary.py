"""An audit names the slice whose mark was changed, and each row that nothing brings."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest

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


async def _change(database: Database, key: dict[str, int], **values: Any) -> None:
    table = schema.preliminary_shares
    this = [table.c[name] == value for name, value in key.items()]
    async with database.transaction() as tx:
        await tx.execute(table.update().where(*this).values(values))


async def test_a_slice_that_lost_its_mark_is_named(
    books: Database, audit: Audit
) -> None:
    await _mark(books, 0, at=None)

    assert [
        Finding(
            "slices",
            "period=2026-02 slice=0",
            "its preliminary shares are there, and it is not marked",
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
        await tx.execute(schema.preliminary_shares.delete())
    await _mark(books, slice_, at=LATE)

    assert [
        Finding(
            "slices",
            f"period=2026-02 slice={slice_}",
            "it is marked, and its preliminary shares are not there",
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
    await _change(books, SONG, share_minor=989, flattrs=3)

    assert [
        Finding(
            "preliminary_shares",
            "period=2026-02 owner_id=1 thing_id=1",
            "it is not what the pots bring",
            "9.90 EUR by 2",
            "9.89 EUR by 3",
        )
    ] == await audit(books)


async def test_so_they_are_on_postgresql(
    postgres_books: Database, audit: Audit
) -> None:
    await _change(postgres_books, SONG, share_minor=989)

    (finding,) = await audit(postgres_books)

    assert ("9.90 EUR by 2", "9.89 EUR by 2") == (finding.expected, finding.found)


@pytest.mark.parametrize("period", [JANUARY, Period(2026, 3)])
async def test_a_month_that_is_settled_or_open_has_none(
    books: Database, audit: Audit, period: Period
) -> None:
    async with books.transaction() as tx:
        await tx.execute(
            schema.preliminary_shares.insert().values(
                period=period, flattrs=1, share_minor=5, currency="EUR", **SONG
            )
        )

    assert [
        Finding(
            "preliminary_shares",
            f"period={period} owner_id=1 thing_id=1",
            "no pot brings it",
            "",
            "0.05 EUR by 1",
        )
    ] == await audit(books)
