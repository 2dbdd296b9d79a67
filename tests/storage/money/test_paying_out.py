"""Revenue that an owner asks for is on its way at once, and once only."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.payouts import Payout, PayoutState
from overallt_server.core.refusals import (
    Frozen,
    IdempotencyMismatch,
    InvalidRequest,
    NewPayoutAccount,
    NoPayoutAccount,
    NoRevenue,
    NotFound,
)
from overallt_server.storage import marks, schema

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

MONA = UserId(1)
STRANGER = UserId(99)
IBAN = "SE4550000000058398257466"
OTHER_IBAN = "FI2112345600000785"


@pytest.fixture(autouse=True)
async def mona_has_earned(town: "Town") -> None:
    await town.user(MONA)
    await town.paying_out.name_account(
        owner=MONA, iban=IBAN, name="Mona M", now=town.now
    )
    await town.earn(MONA, 5000)


async def request(
    town: "Town",
    minor: int | None = None,
    *,
    key: str | None = None,
    later: timedelta = timedelta(0),
) -> Payout:
    return await town.paying_out.request(
        owner=MONA,
        amount=None if minor is None else Money(minor, "EUR"),
        now=town.closing_time + later,
        idempotency_key=key,
    )


async def only_one(town: "Town") -> Payout:
    (payout,) = await town.paying_out.of(owner=MONA)
    return payout


async def test_who_is_frozen_takes_nothing_out(town: "Town") -> None:
    async with town.database.transaction() as tx:
        await marks.put(tx, MONA, Mark.FROZEN, reason="charged back", now=town.now)

    with pytest.raises(Frozen):
        await request(town, 3000)

    assert 4500 == await town.revenue(MONA)


async def test_a_request_puts_the_revenue_on_its_way(town: "Town") -> None:
    payout = await request(town, 3000)

    assert 1500 == await town.revenue(MONA)
    assert 3000 == await town.balance(chart.in_transit(payout.reference))
    assert payout == await only_one(town)
    assert (PayoutState.REQUESTED, IBAN, "Mona M") == (
        payout.state,
        payout.iban,
        payout.name,
    )


async def test_without_an_amount_it_is_all(town: "Town") -> None:
    payout = await request(town)

    assert Money(4500, "EUR") == payout.amount
    assert 0 == await town.revenue(MONA)


async def test_payouts_are_listed_newest_first_and_open_ones_oldest_first(
    town: "Town",
) -> None:
    first, second, third = [await request(town, 1000) for _ in range(3)]
    await town.paying_out.reject(
        reference=second.reference, reason="no", now=town.closing_time
    )

    listed = await town.paying_out.of(owner=MONA)
    waiting = await town.paying_out.open()

    assert [3, 2, 1] == [each.number for each in listed]
    assert [first, third] == waiting


async def test_more_than_was_earned_is_refused_and_changes_nothing(
    town: "Town",
) -> None:
    with pytest.raises(NoRevenue):
        await request(town, 4501)

    assert 4500 == await town.revenue(MONA)
    assert [] == await town.paying_out.of(owner=MONA)


async def test_two_requests_at_once_do_not_take_more_than_there_is(
    town: "Town", same_town: "Town"
) -> None:
    done = await asyncio.gather(
        *[request(each, 2500) for each in (town, same_town)], return_exceptions=True
    )

    assert [NoRevenue] == [type(each) for each in done if isinstance(each, Exception)]
    assert 2000 == await town.revenue(MONA)
    assert Money(2500, "EUR") == (await only_one(town)).amount


async def test_the_same_key_asks_once_even_if_it_comes_twice_at_once(
    town: "Town", same_town: "Town"
) -> None:
    both = await asyncio.gather(
        *[request(each, 1000, key="a") for each in (town, same_town)]
    )

    assert [await only_one(town)] * 2 == both
    assert 3500 == await town.revenue(MONA)


async def test_a_key_of_all_revenue_is_answered_when_it_has_left(town: "Town") -> None:
    payout = await request(town, key="a")

    assert payout == await request(town, key="a", later=timedelta(days=89))


async def test_a_key_with_another_amount_is_refused(town: "Town") -> None:
    await request(town, 1000, key="a")

    with pytest.raises(IdempotencyMismatch):
        await request(town, 1001, key="a")

    assert 3500 == await town.revenue(MONA)


async def test_a_key_is_forgotten_after_ninety_days(town: "Town") -> None:
    first = await request(town, 1000, key="a")

    second = await request(town, 1000, key="a", later=timedelta(days=91))

    assert first.reference != second.reference


async def test_another_account_waits_and_the_payout_keeps_the_first(
    town: "Town",
) -> None:
    await request(town, 1000)
    await town.paying_out.name_account(
        owner=MONA, iban=OTHER_IBAN, name="Mona M", now=town.closing_time
    )

    with pytest.raises(NewPayoutAccount):
        await request(town, 1000)

    assert IBAN == (await only_one(town)).iban


async def test_the_same_account_again_does_not_wait_again(town: "Town") -> None:
    kept = await town.paying_out.name_account(
        owner=MONA, iban=IBAN, name="Mona M", now=town.closing_time
    )

    assert town.now == kept.named_at
    assert IBAN == (await request(town, 1000)).iban


async def test_without_an_account_nothing_is_paid_out(town: "Town") -> None:
    ben = await town.user(2)

    with pytest.raises(NoPayoutAccount):
        await town.paying_out.request(owner=ben, amount=None, now=town.now)


async def test_who_is_no_user_has_no_account_and_no_payout(town: "Town") -> None:
    with pytest.raises(NotFound):
        await town.paying_out.name_account(
            owner=STRANGER, iban=IBAN, name="Nobody", now=town.now
        )
    with pytest.raises(NotFound):
        await town.paying_out.request(owner=STRANGER, amount=None, now=town.now)


async def test_what_is_rejected_is_revenue_again_once(town: "Town") -> None:
    payout = await request(town, 3000)
    later = town.closing_time + timedelta(days=1)

    await town.paying_out.reject(
        reference=payout.reference, reason="no such account", now=later
    )
    with pytest.raises(InvalidRequest, match="is rejected already"):
        await town.paying_out.reject(
            reference=payout.reference, reason="again", now=later
        )

    rejected = await only_one(town)
    assert (PayoutState.REJECTED, later, "no such account") == (
        rejected.state,
        rejected.changed_at,
        rejected.reason,
    )
    assert 4500 == await town.revenue(MONA)
    assert 0 == await town.balance(payout.on_its_way)


async def test_what_is_paid_by_hand_has_left_once(town: "Town") -> None:
    payout = await request(town, 3000)
    cash = await town.balance(chart.cash("by_hand"))

    await town.paying_out.pay_by_hand(
        reference=payout.reference, reason="in cash", now=town.closing_time
    )
    with pytest.raises(InvalidRequest, match="is paid already"):
        await town.paying_out.pay_by_hand(
            reference=payout.reference, reason="again", now=town.closing_time
        )
    with pytest.raises(InvalidRequest, match="is paid already"):
        await town.paying_out.reject(
            reference=payout.reference, reason="no", now=town.closing_time
        )

    assert cash - 3000 == await town.balance(chart.cash("by_hand"))
    assert 0 == await town.balance(payout.on_its_way)
    assert PayoutState.PAID is (await only_one(town)).state


@pytest.mark.parametrize("reference", ["", "RF52OV217", "nonsense"])
async def test_what_is_no_payout_is_not_found(town: "Town", reference: str) -> None:
    with pytest.raises(NotFound):
        await town.paying_out.reject(reference=reference, reason="x", now=town.now)


async def test_the_books_need_a_reason(town: "Town") -> None:
    payout = await request(town, 1000)

    with pytest.raises(InvalidRequest, match="need a reason"):
        await town.paying_out.reject(
            reference=payout.reference, reason=" ", now=town.now
        )
    with pytest.raises(InvalidRequest, match="need a reason"):
        await town.paying_out.pay_by_hand(
            reference=payout.reference, reason="", now=town.now
        )


async def test_the_database_knows_every_state_and_no_other(town: "Town") -> None:
    await request(town, 1000)
    for state in PayoutState:
        async with town.database.transaction() as tx:
            await tx.execute(schema.payouts.update().values(state=str(state)))

    with pytest.raises(sa.exc.IntegrityError):
        async with town.database.transaction() as tx:
            await tx.execute(schema.payouts.update().values(state="lost"))
