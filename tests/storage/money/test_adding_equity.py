"""The operator's own money covers what payments cost, and is booked once."""

from typing import TYPE_CHECKING

import pytest
from card_payments import Cards

from overallt_server.core import chart
from overallt_server.core.money import Money
from overallt_server.core.refusals import IdempotencyMismatch, InvalidRequest
from overallt_server.use_cases.adding_equity import AddingEquity
from overallt_server.use_cases.auditing import Auditing

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town


async def add(town: "Town", minor: int, reference: str = "r") -> bool:
    return await AddingEquity(town.database).add(
        amount=Money(minor, "EUR"),
        reference=reference,
        reason="fees of January",
        now=town.now,
    )


async def test_equity_covers_the_fee_of_a_card_payment(cards: Cards) -> None:
    await cards.pay(await cards.town.user(1), 1500)
    await add(cards.town, 47)

    assert 47 == await cards.town.balance(chart.OPERATOR_EQUITY)
    assert [] == await Auditing(cards.town.database, cards.town.rules).audit()


async def test_a_cent_less_does_not_cover_it(cards: Cards) -> None:
    await cards.pay(await cards.town.user(1), 1500)
    await add(cards.town, 46)
    (found,) = await Auditing(cards.town.database, cards.town.rules).audit()

    assert ("15.00 EUR", "14.99 EUR") == (found.expected, found.found)


async def test_equity_of_one_reference_is_booked_once(town: "Town") -> None:
    assert await add(town, 500)
    assert not await add(town, 500)
    assert 500 == await town.balance(chart.OPERATOR_EQUITY)
    with pytest.raises(IdempotencyMismatch):
        await add(town, 501)


async def test_nothing_is_no_equity(town: "Town") -> None:
    with pytest.raises(InvalidRequest):
        await add(town, 0)
    with pytest.raises(InvalidRequest):
        await add(town, 500, " ")
