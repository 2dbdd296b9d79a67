"""A closed period is settled to the cent, once, by however many workers."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.journal import BrokenBooks
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest
from overallt_server.storage import periods, schema
from overallt_server.use_cases.auditing import Auditing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.storage.money.conftest import Town

PATRONS = 9


class Stopped(Exception):
    """Somebody has stopped the settlement."""


async def _settle_recording(town: "Town") -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    await town.settling.settle(
        period=town.january,
        now=town.closing_time,
        hold=False,
        progress=lambda done, every: told.append((done, every)),
    )
    return told


async def _busy_january(town: "Town") -> None:
    """Nine patrons flattr up to five of six things, one of them a charity's."""
    owners = [await town.user(100 + number) for number in range(3)]
    things = [
        await town.thing(10 + number, owner=owners[number % 3], charity=number == 5)
        for number in range(6)
    ]
    for number in range(1, PATRONS + 1):
        patron = await town.patron(number, means=200 + 37 * number, budget=500)
        for thing in things[number % 2 : number % 6]:
            await town.flattr(patron, thing)
    await town.close()


def _plain(rows: "Sequence[sa.Row[Any]]") -> list[tuple[object, ...]]:
    return [tuple(row) for row in rows]


async def test_a_budget_is_shared_and_every_cent_has_its_place(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=1000)
    ben, eva = await town.user(2), await town.user(3)
    for number, owner in ((11, ben), (12, ben), (13, eva)):
        await town.flattr(ada, await town.thing(number, owner=owner))
    await town.close()

    settled = await town.settle()

    assert (1, Money(900, "EUR"), Money(100, "EUR")) == (
        settled.patrons,
        settled.shares,
        settled.fee,
    )
    assert 600 == await town.balance(chart.revenue(ben))
    assert 300 == await town.balance(chart.revenue(eva))
    assert 100 == await town.balance(chart.FEE_INCOME)
    assert 0 == await town.balance(chart.reserved(ada, town.january))
    assert 0 == await town.balance(chart.clearing(town.january, 0))
    assert 0 == await town.means(ada)


async def test_all_clearing_is_zero_and_revenue_is_the_sum_of_shares(
    town: "Town",
) -> None:
    await _busy_january(town)

    settled = await town.settle()

    earned = Counter[int]()
    for row in await town.rows(schema.shares):
        earned[row.owner_id] += row.share_minor
    for slice_ in await town.rows(schema.slices):
        assert 0 == await town.balance(chart.clearing(town.january, slice_.slice))
    assert dict(earned) == {
        owner: await town.balance(chart.revenue(UserId(owner))) for owner in earned
    }
    assert settled.shares.minor == sum(earned.values())
    assert settled.fee.minor == await town.balance(chart.FEE_INCOME)


async def test_settled_again_it_books_nothing_and_answers_the_same(
    town: "Town",
) -> None:
    await _busy_january(town)
    first = await town.settle()
    books = _plain(await town.rows(schema.postings))

    again = await town.settle()

    assert first == again
    assert books == _plain(await town.rows(schema.postings))
    assert [town.closing_time] == [
        row.settled_at for row in await town.rows(schema.periods)
    ]


async def test_a_preview_tells_what_a_settlement_books_and_keeps_nothing(
    town: "Town",
) -> None:
    await _busy_january(town)
    books = _plain(await town.rows(schema.postings))

    told = await town.settling.preview(
        period=town.january, now=town.closing_time, progress=lambda _done, _all: None
    )

    assert books == _plain(await town.rows(schema.postings))
    assert [] == await town.rows(schema.shares)
    assert told == await town.settle()


async def test_progress_is_told_after_each_slice(town: "Town") -> None:
    await _busy_january(town)

    told = await _settle_recording(town)

    assert [(number, 5) for number in range(1, 6)] == told


async def test_a_settlement_stopped_after_any_slice_goes_on_from_there(
    town: "Town",
) -> None:
    await _busy_january(town)
    stops = 0

    def stop(done: int, _every: int) -> None:
        nonlocal stops
        stops += 1
        raise Stopped(done)

    for _ in range(3):
        with pytest.raises(Stopped):
            await town.settling.settle(
                period=town.january, now=town.closing_time, hold=False, progress=stop
            )
    told = await _settle_recording(town)

    assert 3 == stops
    assert [(4, 5), (5, 5)] == told
    assert all(row.settled_at for row in await town.rows(schema.periods))


async def test_a_slice_that_cannot_be_booked_leaves_no_trace(town: "Town") -> None:
    await _busy_january(town)
    async with town.database.transaction() as tx:
        await tx.execute(
            sa.update(schema.pots)
            .where(schema.pots.c.patron_id == PATRONS)
            .values(pot_minor=-5)
        )

    with pytest.raises(BrokenBooks, match="patron 9 for 2026-01 cannot be divided"):
        await town.settle()

    slices = await town.rows(schema.slices)
    assert [False] * 4 + [True] == [row.settled_at is None for row in slices]
    assert PATRONS not in {row.patron_id for row in await town.rows(schema.shares)}
    assert [None] == [row.settled_at for row in await town.rows(schema.periods)]


async def test_two_settlers_at_once_book_each_cent_once(
    town: "Town", same_town: "Town"
) -> None:
    await _busy_january(town)

    one, other = await asyncio.gather(town.settle(), same_town.settle())

    assert one == other
    assert [] == await Auditing(town.database, town.rules).audit()
    kinds = Counter(row.kind for row in await town.rows(schema.journal_entries))
    pots = [row for row in await town.rows(schema.pots) if row.pot_minor]
    assert len(pots) == kinds["patron_settled"]
    assert 5 == kinds["slice_settled"]
    house = [
        row.number
        for row in await town.rows(schema.journal_entries)
        if row.patron_id == schema.HOUSE
    ]
    assert [1, 2, 3, 4, 5] == house
    assert one.fee.minor == await town.balance(chart.FEE_INCOME)


async def test_several_workers_of_one_process_book_each_cent_once(
    town: "Town",
) -> None:
    await _busy_january(town)

    settled = await town.settling.settle(
        period=town.january,
        now=town.closing_time,
        hold=False,
        workers=4,
        progress=lambda _done, _every: None,
    )

    assert settled == await town.settle()
    assert [] == await Auditing(town.database, town.rules).audit()
    kinds = Counter(row.kind for row in await town.rows(schema.journal_entries))
    assert 5 == kinds["slice_settled"]


async def test_the_error_of_one_worker_stops_all_and_is_told(town: "Town") -> None:
    await _busy_january(town)

    def stop(done: int, _every: int) -> None:
        raise Stopped(done)

    with pytest.raises(Stopped):
        await town.settling.settle(
            period=town.january,
            now=town.closing_time,
            hold=False,
            workers=2,
            progress=stop,
        )

    assert [None] == [row.settled_at for row in await town.rows(schema.periods)]
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_a_slice_that_another_worker_gave_up_is_settled_by_this_one(
    town: "Town", same_town: "Town"
) -> None:
    await _busy_january(town)
    async with same_town.database.transaction() as tx:
        await periods.claim_slice(tx, town.january, at=town.now, wait=False)
        settling = asyncio.create_task(town.settle())
        await asyncio.sleep(0.3)
        waited = not settling.done()
        await tx.rollback()

    await settling

    assert waited
    assert all(row.settled_at for row in await town.rows(schema.slices))
    kinds = Counter(row.kind for row in await town.rows(schema.journal_entries))
    assert 5 == kinds["slice_settled"]


async def test_an_open_period_cannot_be_settled(town: "Town") -> None:
    with pytest.raises(InvalidRequest, match="must be closed"):
        await town.settle()


async def test_it_is_held_nine_days_unless_told_otherwise(town: "Town") -> None:
    await _busy_january(town)
    tenth = town.january.end + timedelta(days=9)

    with pytest.raises(InvalidRequest, match="held until 2026-02-10"):
        await town.settling.settle(
            period=town.january,
            now=tenth - timedelta(seconds=1),
            hold=True,
            progress=lambda _done, _every: None,
        )
    await town.settling.settle(
        period=town.january,
        now=tenth,
        hold=True,
        progress=lambda _done, _every: None,
    )

    assert [tenth] == [row.settled_at for row in await town.rows(schema.periods)]


async def test_nothing_done_after_the_close_changes_a_cent(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=1000)
    ben = await town.user(2)
    song = await town.thing(11, owner=ben)
    await town.flattr(ada, song)
    await town.close()

    await town.set_budget(ada, 200, active=False)
    await town.add_means(ada, 500, reference="r2")
    async with town.database.transaction() as tx:
        await tx.execute(sa.update(schema.things).values(owner_id=ada, charity=True))
        await tx.execute(sa.delete(schema.flattrs))
    await town.settle()

    assert 900 == await town.balance(chart.revenue(ben))
    assert 500 == await town.means(ada)


async def test_a_month_in_which_nobody_gave_is_settled_too(town: "Town") -> None:
    await town.patron(1, means=1000, budget=600)
    await town.close()

    settled = await town.settle()

    assert (0, Money(0, "EUR"), Money(0, "EUR")) == (
        settled.patrons,
        settled.shares,
        settled.fee,
    )
    assert all(row.settled_at for row in await town.rows(schema.periods))
