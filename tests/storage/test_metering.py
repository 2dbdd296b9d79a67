"""Requests are counted by several workers together, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from overallt_server.core.allowances import Allowance, refuse_beyond
from overallt_server.core.refusals import DatabaseAway, RateLimited
from overallt_server.storage.database import Database
from overallt_server.use_cases.metering import LEAST_LEASED, Metering

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = "ada's token"


async def _asked(workers: list[Metering], times: int, now: datetime = NOW) -> int:
    """Ask *times* of all *workers* at once; return how often it was allowed."""
    counted = await asyncio.gather(
        *(worker.count(ADA, now=now) for worker in workers for _ in range(times))
    )
    for worker in workers:
        await worker.close()
    return sum(each.used <= each.limit for each in counted)


async def test_each_request_is_counted(any_database: Database) -> None:
    metering = Metering(any_database, limit=3)

    counted = [await metering.count(ADA, now=NOW) for _ in range(5)]

    assert [1, 2, 3, 4, 4] == [each.used for each in counted]
    assert [2, 1, 0, 0, 0] == [each.left for each in counted]
    assert {NOW + HOUR} == {each.resets_at for each in counted}


async def test_a_worker_alone_allows_the_limit_and_no_more(
    any_database: Database,
) -> None:
    limit = 2 * LEAST_LEASED + 7

    allowed = await _asked([Metering(any_database, limit=limit)], limit + 5)

    assert limit == allowed


async def test_workers_together_allow_more_by_what_they_were_lent_at_most(
    any_database: Database,
) -> None:
    limit = 3 * LEAST_LEASED
    workers = [Metering(any_database, limit=limit) for _ in range(4)]

    allowed = await _asked(workers, limit)
    then = await _asked(workers, 1)

    assert limit <= allowed <= limit + 3 * LEAST_LEASED
    assert 0 == then


async def test_what_others_have_used_up_is_heard_of_in_a_moment(
    any_database: Database,
) -> None:
    await _asked([Metering(any_database, limit=LEAST_LEASED)], LEAST_LEASED)
    late = Metering(any_database, limit=LEAST_LEASED)
    await _asked([late], 1)

    allowed = await _asked([late], 1)

    assert 0 == allowed


async def test_after_an_hour_all_may_be_made_again(any_database: Database) -> None:
    metering = Metering(any_database, limit=2)
    await _asked([metering], 3)

    before = await _asked([metering], 3, NOW + HOUR - timedelta(seconds=1))
    after = await _asked([metering], 3, NOW + HOUR)

    assert (0, 2) == (before, after)


async def test_each_has_an_allowance_of_his_own(any_database: Database) -> None:
    metering = Metering(any_database, limit=1)
    await metering.count(ADA, now=NOW)

    other = await metering.count("bo's token", now=NOW)

    assert 1 == other.used
    await metering.close()


async def test_looking_counts_nothing(any_database: Database) -> None:
    metering = Metering(any_database, limit=5)
    fresh = metering.seen(ADA, now=NOW)
    await _asked([metering], 1)

    seen = [metering.seen(ADA, now=NOW + HOUR / 2) for _ in range(2)]

    assert Allowance(5, 0, NOW) == fresh
    assert [Allowance(5, 1, NOW)] * 2 == seen
    assert 0 == metering.seen(ADA, now=NOW + HOUR).used


async def test_nobody_waits_for_a_writer_while_something_is_left(
    any_database: Database,
) -> None:
    metering = Metering(any_database, limit=1000)
    async with any_database.transaction():
        async with asyncio.timeout(0.1):
            counted = [await metering.count(ADA, now=NOW) for _ in range(LEAST_LEASED)]

    assert LEAST_LEASED == counted[-1].used
    await metering.close()


async def test_without_a_database_what_was_lent_is_all_there_is() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    metering = Metering(away, limit=1000)
    for _ in range(LEAST_LEASED):
        await metering.count(ADA, now=NOW)

    with pytest.raises(DatabaseAway):
        await metering.count(ADA, now=NOW)
    await away.close()


async def test_who_has_not_asked_for_an_hour_is_forgotten(
    any_database: Database,
) -> None:
    metering = Metering(any_database, limit=10)
    await _asked([metering], 1)

    await metering.count("bo's token", now=NOW + HOUR)
    await metering.close()

    assert 1 == len(metering._askers)


def test_only_what_is_beyond_the_limit_is_refused() -> None:
    refuse_beyond(Allowance(3, 3, NOW), now=NOW)

    with pytest.raises(RateLimited, match="60 minutes"):
        refuse_beyond(Allowance(3, 4, NOW), now=NOW)
