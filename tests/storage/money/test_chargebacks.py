"""What a card's bank takes back is taken off free means; what these lack is owed."""

import pytest
from card_payments import Cards
from fake_stripe import DISPUTE_FEE, fee_of

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.refusals import Frozen, InvalidRequest, NotFound
from overallt_server.storage import budgets, marks
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.marking import Marking
from overallt_server.use_cases.refunding_means import RefundingMeans
from overallt_server.use_cases.settling_debts import SettlingDebts


async def in_debt(cards: Cards) -> UserId:
    """Give ada, who has given 8 of her 15 euro when all are charged back."""
    ada = await cards.town.user(1)
    key = await cards.pay(ada, 1500)
    await cards.town.set_budget(ada, 800)
    owner = await cards.town.user(1_000)
    await cards.town.flattr(ada, await cards.town.thing(1, owner=owner))
    await cards.town.close()
    await cards.hear(cards.stripe.dispute(key))
    return ada


async def test_a_chargeback_takes_free_means_then_is_owed(cards: Cards) -> None:
    ada = await in_debt(cards)

    assert 0 == await cards.town.means(ada)
    assert 800 == await cards.owed(ada)
    assert 800 == await cards.town.balance(chart.reserved(ada, cards.town.january))
    assert -fee_of(1500) - DISPUTE_FEE == await cards.cash()


async def test_who_charged_back_is_frozen(cards: Cards) -> None:
    ada = await cards.town.user(1)
    key = await cards.pay(ada, 1500)
    await cards.town.set_budget(ada, 500)
    await cards.hear(cards.stripe.dispute(key))
    async with cards.town.database.snapshot() as tx:
        budget = await budgets.get(tx, ada)

    assert budget is not None
    assert not budget.active
    with pytest.raises(Frozen):
        await cards.town.set_budget(ada, 500)
    with pytest.raises(Frozen):
        await cards.begin(ada, 1500)


async def test_a_dispute_that_was_won_gives_all_back(cards: Cards) -> None:
    ada = await cards.town.user(1)
    await cards.town.add_means(ada, 300)
    key = await cards.pay(ada, 1500)
    created = cards.stripe.dispute(key)
    await cards.hear(created)
    closed = cards.stripe.close_dispute(created["data"]["object"]["id"], won=True)
    for event in (closed, created, closed):
        await cards.hear(event)

    lots = await RefundingMeans(cards.town.database).lots(patron=ada)
    assert [300, 1500] == [lot.left.minor for lot in lots]
    assert 1500 - fee_of(1500) == await cards.cash()
    assert [] == await cards.faults()


async def test_a_dispute_won_pays_the_debt_first(cards: Cards) -> None:
    ada = await in_debt(cards)
    (dispute,) = cards.stripe.disputes
    await cards.hear(cards.stripe.close_dispute(dispute, won=True))

    assert 0 == await cards.owed(ada)
    assert 700 == await cards.town.means(ada)


async def test_a_dispute_that_was_lost_changes_no_more(cards: Cards) -> None:
    ada = await cards.town.user(1)
    created = cards.stripe.dispute(await cards.pay(ada, 1500))
    await cards.hear(created)
    dispute = created["data"]["object"]["id"]
    looked = await cards.hear(cards.stripe.close_dispute(dispute, won=False))

    assert looked is not None
    assert 0 == looked.booked
    assert 0 == await cards.town.means(ada)


async def test_an_inquiry_takes_nothing_and_freezes_nobody(cards: Cards) -> None:
    ada = await cards.town.user(1)
    key = await cards.pay(ada, 1500)
    await cards.hear(cards.stripe.dispute(key, is_inquiry=True))
    async with cards.town.database.snapshot() as tx:
        is_frozen = await marks.has(tx, ada, Mark.FROZEN)

    assert not is_frozen
    assert 1500 == await cards.town.means(ada)


async def test_a_refund_that_failed_comes_back(cards: Cards) -> None:
    ada = await cards.town.user(1)
    key = await cards.pay(ada, 1500)
    refunded = cards.stripe.refund(key, 1000)
    await cards.hear(refunded)
    without = await cards.town.means(ada)
    await cards.hear(cards.stripe.fail_refund(refunded["data"]["object"]["id"]))

    assert 500 == without
    assert 1500 == await cards.town.means(ada)
    assert [] == await cards.faults()


async def test_who_is_frozen_makes_no_gifts(cards: Cards) -> None:
    ada = await in_debt(cards)
    await cards.town.user(2)
    await cards.town.add_means(ada, 900)

    with pytest.raises(Frozen):
        await GivingGifts(cards.town.database, cards.town.rules).give(
            patron=ada,
            owner="user2",
            amount=Money(200, "EUR"),
            id_="g",
            now=cards.town.now,
        )


async def test_who_was_released_resumes_by_himself(cards: Cards) -> None:
    ada = await cards.town.user(1)
    key = await cards.pay(ada, 1500)
    await cards.town.set_budget(ada, 500)
    await cards.hear(cards.stripe.dispute(key))
    await Marking(cards.town.database).release(patron=ada)
    async with cards.town.database.snapshot() as tx:
        budget = await budgets.get(tx, ada)

    assert budget is not None
    assert not budget.active
    await cards.town.set_budget(ada, 500)
    await cards.begin(ada, 1500)


async def test_only_who_is_frozen_is_released(cards: Cards) -> None:
    ada = await cards.town.user(1)

    with pytest.raises(InvalidRequest, match="is not frozen"):
        await Marking(cards.town.database).release(patron=ada)
    with pytest.raises(NotFound):
        await Marking(cards.town.database).release(patron=UserId(99))


async def test_the_closed_period_is_settled_as_if_nothing_had_happened(
    cards: Cards,
) -> None:
    await in_debt(cards)
    await cards.town.settle()

    assert 720 == await cards.town.balance(chart.held(UserId(1_000)))
    assert [] == await cards.faults()


async def test_a_debt_is_paid_off_means_as_far_as_they_go(cards: Cards) -> None:
    ada = await in_debt(cards)
    await cards.town.add_means(ada, 300, reference="a")
    debts = SettlingDebts(cards.town.database, cards.town.rules)
    paid = await debts.pay(patron=ada, reference="1", reason="so", now=cards.town.now)
    await cards.town.add_means(ada, 900, reference="b")
    rest = await debts.pay(patron=ada, reference="2", reason="so", now=cards.town.now)

    assert (300, 500) == (paid.minor, rest.minor)
    assert 0 == await cards.owed(ada)
    assert 400 == await cards.town.means(ada)
    assert [] == await cards.faults()


async def test_a_debt_that_is_given_up_is_a_loss(cards: Cards) -> None:
    ada = await in_debt(cards)
    lost = await SettlingDebts(cards.town.database, cards.town.rules).give_up(
        patron=ada, reference="1", reason="she is gone", now=cards.town.now
    )

    assert 800 == lost.minor
    assert 0 == await cards.owed(ada)
    assert 800 == await cards.town.balance(chart.CHARGEBACK_LOSS)
    assert [] == await cards.faults()


async def test_what_is_not_owed_or_not_there_settles_no_debt(cards: Cards) -> None:
    debts = SettlingDebts(cards.town.database, cards.town.rules)
    ada, ben = await in_debt(cards), await cards.town.user(2)

    with pytest.raises(InvalidRequest, match="owes nothing"):
        await debts.give_up(patron=ben, reference="1", reason="so", now=cards.town.now)
    with pytest.raises(InvalidRequest, match="no means"):
        await debts.pay(patron=ada, reference="1", reason="so", now=cards.town.now)
    with pytest.raises(InvalidRequest, match="needs a reason"):
        await debts.pay(patron=ada, reference="1", reason=" ", now=cards.town.now)
    with pytest.raises(NotFound):
        await debts.pay(
            patron=UserId(99), reference="1", reason="so", now=cards.town.now
        )
