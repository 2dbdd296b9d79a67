"""A gift ends once: undone or released, whoever else is at it, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding
from overallt_server.core.journal import EntryKind
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import GiftEnded, IdempotencyMismatch
from overallt_server.core.rules import Rules
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.giving_gifts import GivingGifts

type Audit = Callable[[Database], Awaitable[list[Finding]]]

ADA: Final = UserId(3)
NOW: Final = Period(2026, 3).start
DUE: Final = NOW + timedelta(days=9)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest) -> Database:
    """Give the books of five people, once on each database."""
    name = "books" if request.param == "sqlite" else "postgres_books"
    database: Database = request.getfixturevalue(name)
    return database


@pytest.fixture
def gifts(both: Database, rules: Rules) -> GivingGifts:
    return GivingGifts(both, rules)


async def _give(gifts: GivingGifts, id_: str, *, at: datetime = NOW) -> None:
    await gifts.give(
        patron=ADA, owner="mona", amount=Money(200, "EUR"), id_=id_, now=at
    )


async def _ended_by(gifts: GivingGifts) -> list[EntryKind | None]:
    return [each.ended_by for each in await gifts.last(patron=ADA, count=10)]


async def test_only_what_was_held_long_enough_is_released_and_once(
    gifts: GivingGifts, both: Database, audit: Audit
) -> None:
    await _give(gifts, "one")
    await _give(gifts, "two", at=NOW + timedelta(seconds=1))

    counts = [await gifts.release(now=DUE) for _ in range(2)]

    assert [1, 0] == counts
    assert [None, EntryKind.GIFT_RELEASED] == await _ended_by(gifts)
    assert [] == await audit(both)


async def test_undone_and_released_at_once_it_ends_one_way(
    gifts: GivingGifts, both: Database, audit: Audit
) -> None:
    for number in range(5):
        await _give(gifts, str(number))

    results = await asyncio.gather(
        *(gifts.undo(patron=ADA, id_=str(n), now=DUE) for n in range(5)),
        gifts.release(now=DUE),
        gifts.release(now=DUE),
        return_exceptions=True,
    )

    undone = [result for result in results[:5] if result is None]
    refused = [result for result in results[:5] if isinstance(result, GiftEnded)]
    assert 5 == len(undone) + len(refused)
    assert [len(refused)] == [sum(each for each in results if isinstance(each, int))]
    assert None not in await _ended_by(gifts)
    assert [] == await audit(both)


async def test_two_at_once_of_the_same_id_are_one(
    gifts: GivingGifts, both: Database, audit: Audit
) -> None:
    await asyncio.gather(*(_give(gifts, "one") for _ in range(5)))

    assert [None] == await _ended_by(gifts)
    assert [] == await audit(both)


async def test_another_gift_of_the_same_id_is_refused(gifts: GivingGifts) -> None:
    await _give(gifts, "one")

    with pytest.raises(IdempotencyMismatch):
        await gifts.give(
            patron=ADA, owner="otto", amount=Money(200, "EUR"), id_="one", now=NOW
        )


@pytest.mark.parametrize(
    ("name", "value"),
    [("amount_minor", 1), ("ledger_account", "held:2"), ("side", "debit")],
)
async def test_a_changed_cell_of_a_gift_is_found(
    unguarded: Database, rules: Rules, audit: Audit, name: str, value: object
) -> None:
    gifts = GivingGifts(unguarded, rules)
    await _give(gifts, "one")
    held = schema.postings.c.ledger_account == "held:1"
    async with unguarded.transaction() as tx:
        await tx.execute(sa.update(schema.postings).where(held).values({name: value}))

    findings = await audit(unguarded)

    assert ["postings"] == [each.table for each in findings]
    assert "line=2" in findings[0].row
