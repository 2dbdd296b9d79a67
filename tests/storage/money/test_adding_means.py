"""Means that come in are booked, once, and within what a patron may hold."""

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.journal import NO_PREVIOUS
from overallt_server.core.money import Money
from overallt_server.core.refusals import (
    IdempotencyMismatch,
    InvalidRequest,
    NoRevenue,
    NotFound,
)
from overallt_server.storage import schema

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town


async def test_means_are_booked_from_cash(town: "Town") -> None:
    ada = await town.user(1)

    booked = await town.add_means(ada, 1000)

    assert booked
    assert 1000 == await town.means(ada)
    assert 1000 == await town.balance(chart.cash("by_hand"))


async def test_the_same_reference_is_booked_once(town: "Town") -> None:
    ada = await town.user(1)
    await town.add_means(ada, 1000)

    booked = await town.add_means(ada, 1000)

    assert not booked
    assert 1000 == await town.means(ada)


async def test_two_references_are_two_movements(town: "Town") -> None:
    ada = await town.user(1)
    await town.add_means(ada, 1000)

    booked = await town.add_means(ada, 1000, reference="r2")

    assert booked
    assert 2000 == await town.means(ada)


async def test_one_reference_with_two_amounts_is_refused(town: "Town") -> None:
    ada = await town.user(1)
    await town.add_means(ada, 1000)

    with pytest.raises(IdempotencyMismatch):
        await town.add_means(ada, 999)


async def test_the_entries_of_a_patron_are_numbered_and_chained(town: "Town") -> None:
    ada = await town.user(1)
    for number in range(3):
        await town.add_means(ada, 100, reference=f"r{number}")

    entries = await town.rows(schema.journal_entries)

    assert [1, 2, 3] == [entry.number for entry in entries]
    hashes = [NO_PREVIOUS, *(entry.hash for entry in entries)]
    assert hashes[:-1] == [entry.previous_hash for entry in entries]
    assert 4 == len(set(hashes))


async def test_a_patron_holds_no_more_than_he_may(town: "Town") -> None:
    ada = await town.user(1)
    await town.add_means(ada, town.rules.max_means_minor - 1)

    assert await town.add_means(ada, 1, reference="the last cent")
    with pytest.raises(InvalidRequest, match=r"would exceed 1000\.00 EUR"):
        await town.add_means(ada, 1, reference="one too many")


@pytest.mark.parametrize("minor", [0, -1])
async def test_less_than_a_cent_is_refused(town: "Town", minor: int) -> None:
    ada = await town.user(1)

    with pytest.raises(InvalidRequest):
        await town.add_means(ada, minor)


@pytest.mark.parametrize(
    ("currency", "reference", "reason"),
    [("JPY", "r", "why"), ("EUR", " ", "why"), ("EUR", "r", "")],
)
async def test_what_is_not_told_completely_is_refused(
    town: "Town", currency: str, reference: str, reason: str
) -> None:
    ada = await town.user(1)

    with pytest.raises(InvalidRequest):
        await town.adding_means.add(
            patron=ada,
            amount=Money(100, currency),
            provider="by_hand",
            reference=reference,
            reason=reason,
            now=town.now,
        )


async def test_a_stranger_has_no_means(town: "Town") -> None:
    with pytest.raises(NotFound):
        await town.add_means(UserId(99), 100)


async def test_two_who_book_at_once_book_both(town: "Town", same_town: "Town") -> None:
    ada = await town.user(1)

    await asyncio.gather(
        *(town.add_means(ada, 100, reference=f"a{n}") for n in range(5)),
        *(same_town.add_means(ada, 10, reference=f"b{n}") for n in range(5)),
        *(same_town.add_means(ada, 100, reference=f"a{n}") for n in range(5)),
    )

    assert 550 == await town.means(ada)
    entries = await town.rows(schema.journal_entries)
    assert list(range(1, 11)) == [entry.number for entry in entries]


async def test_revenue_is_made_means_once(town: "Town") -> None:
    mona = await town.user(1)
    await town.earn(mona, 1000)

    def move(minor: int, reference: str) -> Awaitable[bool]:
        return town.adding_means.move_revenue(
            owner=mona,
            amount=Money(minor, "EUR"),
            reference=reference,
            reason="she asked",
            now=town.closing_time,
        )

    moved = [await move(400, "m1"), await move(400, "m1")]
    with pytest.raises(IdempotencyMismatch):
        await move(300, "m1")
    with pytest.raises(NoRevenue, match=r"the revenue of 5\.00 EUR"):
        await move(501, "m2")
    with pytest.raises(InvalidRequest):
        await move(0, "m3")

    assert [True, False] == moved
    assert (500, 400) == (await town.revenue(mona), await town.means(mona))


async def test_revenue_does_not_lift_means_above_what_one_may_hold(
    town: "Town",
) -> None:
    mona = await town.user(1)
    await town.earn(mona, 1000)
    await town.add_means(mona, town.rules.max_means_minor - 100)

    with pytest.raises(InvalidRequest, match="would exceed"):
        await town.adding_means.move_revenue(
            owner=mona,
            amount=Money(101, "EUR"),
            reference="m",
            reason="she asked",
            now=town.closing_time,
        )

    assert 900 == await town.revenue(mona)
