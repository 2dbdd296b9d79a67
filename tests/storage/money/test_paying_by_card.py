"""Card payments are booked once, whatever is told of them, how often and when."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from card_payments import ACCOUNT, SERVER, Cards
from fake_stripe import KEY, SECRET, fee_of, signed

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.cards import Unbookable
from overallt_server.core.money import Money
from overallt_server.core.refusals import (
    IdempotencyMismatch,
    InvalidRequest,
    ServerBusy,
)
from overallt_server.payments.stripe import Stripe
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.refunding_means import RefundingMeans


async def test_a_payment_is_means_and_its_fee_a_cost(cards: Cards) -> None:
    ada = await cards.town.user(1)

    await cards.pay(ada, 1500)

    assert 1500 == await cards.town.means(ada)
    assert 1500 - fee_of(1500) == await cards.cash()
    assert fee_of(1500) == await cards.town.balance(chart.PAYMENT_COST)
    assert [] == await cards.faults()


async def test_an_audit_says_that_the_fee_is_not_covered(cards: Cards) -> None:
    await cards.pay(await cards.town.user(1), 1500)
    (found,) = await Auditing(cards.town.database, cards.town.rules).audit()

    assert "the clients' cash does not cover what they are owed" == found.problem


async def test_what_is_told_again_is_booked_once(cards: Cards) -> None:
    ada = await cards.town.user(1)
    session = await cards.begin(ada, 1500)
    event = cards.stripe.pay(session)
    heard = [await cards.hear(event) for _again in range(2)]
    back = await cards.paying.come_back(session=session, now=cards.town.now)

    assert [2, 0] == [each.booked for each in heard if each]
    assert 0 == back.booked
    assert 1500 == await cards.town.means(ada)


async def test_told_by_many_at_once_it_is_booked_once(cards: Cards) -> None:
    ada = await cards.town.user(1)
    event = cards.stripe.pay(await cards.begin(ada, 1500))
    heard = await asyncio.gather(*(cards.hear(event) for _ in range(5)))

    assert 2 == sum(each.booked for each in heard if each)
    assert 1500 == await cards.town.means(ada)


async def test_a_refund_that_is_told_before_its_payment_books_both(
    cards: Cards,
) -> None:
    ada = await cards.town.user(1)
    session = await cards.begin(ada, 1500)
    paid = cards.stripe.pay(session)
    refunded = cards.stripe.refund(paid["data"]["object"]["payment_intent"], 500)
    await cards.hear(refunded)
    late = await cards.hear(paid)

    assert late is not None
    assert 0 == late.booked
    assert 1000 == await cards.town.means(ada)
    assert [] == await cards.faults()


async def test_a_forged_or_old_webhook_is_refused(cards: Cards) -> None:
    event = cards.stripe.pay(await cards.begin(await cards.town.user(1), 1500))

    with pytest.raises(InvalidRequest, match="has not signed"):
        await cards.hear(event, secret="whsec_guessed")
    with pytest.raises(InvalidRequest, match="has not signed"):
        await cards.hear(event, at=0)
    with pytest.raises(InvalidRequest, match="has not signed"):
        await cards.paying.hear(body=b"\xff", signature="", now=cards.town.now)


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"livemode": True}, Unbookable.OTHER_MODE),
        ({"currency": "sek"}, Unbookable.OTHER_CURRENCY),
        ({"status": "processing"}, Unbookable.NOT_PAID),
        ({"metadata": {}}, Unbookable.NOT_OURS),
        (
            {"metadata": {"overallt_patron": "1", "overallt_server": "https://x.test"}},
            Unbookable.NOT_OURS,
        ),
        (
            {"metadata": {"overallt_patron": "01", "overallt_server": SERVER}},
            Unbookable.NOT_OURS,
        ),
        (
            {"metadata": {"overallt_patron": "99", "overallt_server": SERVER}},
            Unbookable.NOT_OURS,
        ),
    ],
)
async def test_what_is_not_ours_or_not_paid_is_not_booked(
    cards: Cards, change: dict[str, Any], because: Unbookable
) -> None:
    ada = await cards.town.user(1)
    event = cards.stripe.pay(await cards.begin(ada, 1500))
    cards.stripe.intents[event["data"]["object"]["payment_intent"]] |= change
    looked = await cards.hear(event)

    assert looked is not None
    assert because == looked.because
    assert 0 == await cards.town.means(ada)


async def test_an_account_in_another_currency_books_nothing(cards: Cards) -> None:
    ada = await cards.town.user(1)
    cards.stripe.settles_in = "sek"
    looked = await cards.hear(cards.stripe.pay(await cards.begin(ada, 1500)))

    assert looked is not None
    assert Unbookable.OTHER_CURRENCY == looked.because


async def test_a_payment_of_a_stranger_is_not_there(cards: Cards) -> None:
    strange = cards.stripe.event("charge.refunded", {"payment_intent": "pi_strange"})
    looked = await cards.hear(strange)

    assert looked is not None
    assert Unbookable.UNKNOWN == looked.because


async def test_events_of_test_mode_or_of_no_concern_are_passed_over(
    cards: Cards,
) -> None:
    event = cards.stripe.pay(await cards.begin(await cards.town.user(1), 1500))

    assert await cards.hear(event | {"livemode": True}) is None
    assert await cards.hear(event | {"type": "customer.created"}) is None
    about_none = cards.stripe.event("charge.refunded", {"payment_intent": None})
    assert await cards.hear(about_none) is None


async def test_another_amount_than_was_booked_is_refused(cards: Cards) -> None:
    ada = await cards.town.user(1)
    key = await cards.pay(ada, 1500)
    cards.stripe.intents[key]["amount_received"] = 1600

    with pytest.raises(IdempotencyMismatch, match="tells another amount"):
        await cards.paying.look_at(key, now=cards.town.now)
    assert 1500 == await cards.town.means(ada)


async def test_a_provider_that_is_away_can_be_asked_later(cards: Cards) -> None:
    ada = await cards.town.user(1)
    event = cards.stripe.pay(await cards.begin(ada, 1500))
    cards.stripe.is_away = True
    with pytest.raises(ServerBusy):
        await cards.hear(event)
    cards.stripe.is_away = False
    await cards.hear(event)

    assert 1500 == await cards.town.means(ada)


async def test_too_little_or_too_much_is_not_begun(cards: Cards) -> None:
    ada = await cards.town.user(1)

    with pytest.raises(InvalidRequest, match=r"at least 10\.00 EUR"):
        await cards.begin(ada, 999)
    with pytest.raises(InvalidRequest, match="would exceed"):
        await cards.begin(ada, 100_001)
    assert {} == cards.stripe.sessions


async def refund(cards: Cards, patron: UserId, lot: int, minor: int) -> None:
    await RefundingMeans(cards.town.database, cards.provider).refund(
        patron=patron,
        number=lot,
        amount=Money(minor, "EUR"),
        reference="r",
        reason="she asked",
        now=cards.town.now,
    )


async def test_a_lot_by_card_goes_back_to_its_card_once(cards: Cards) -> None:
    ada = await cards.town.user(1)
    await cards.town.add_means(ada, 300)
    key = await cards.pay(ada, 1500)
    await refund(cards, ada, 2, 1000)
    (made,) = cards.stripe.refunds.values()
    heard = await cards.hear(cards.stripe.event("charge.refunded", made))

    assert (key, 1000) == (made["payment_intent"], made["amount"])
    assert heard is not None
    assert 0 == heard.booked
    lots = await RefundingMeans(cards.town.database).lots(patron=ada)
    assert [300, 500] == [lot.left.minor for lot in lots]
    assert [] == await cards.faults()


async def test_a_refund_that_stripe_does_not_allow_is_not_booked(
    cards: Cards,
) -> None:
    ada = await cards.town.user(1)
    key = await cards.pay(ada, 1500)
    # Made in Stripe's own pages, and its webhook has not come yet.
    cards.stripe.refund(key, 1000)

    with pytest.raises(InvalidRequest, match="charge_already_refunded"):
        await refund(cards, ada, 1, 1000)
    assert 1500 == await cards.town.means(ada)


async def test_without_the_provider_no_card_is_refunded(cards: Cards) -> None:
    ada = await cards.town.user(1)
    await cards.pay(ada, 1500)

    with pytest.raises(InvalidRequest, match="OVERALLT_STRIPE_SECRET_KEY"):
        await RefundingMeans(cards.town.database).refund(
            patron=ada,
            number=1,
            amount=Money(1, "EUR"),
            reference="r",
            reason="she asked",
            now=cards.town.now,
        )


async def test_no_secret_is_shown_or_logged(
    cards: Cards, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    other = Stripe(replace(ACCOUNT, key="sk_test_wrong", api=cards.stripe.api))
    with pytest.raises(ServerBusy) as refused:
        await other.payment("pi_1")
    with pytest.raises(InvalidRequest):
        other.named_in(*signed({}, secret="whsec_guessed"))

    told = f"{refused.value} {ACCOUNT!r} {caplog.text}"
    assert "event=card_provider error=AuthenticationError" in told
    assert not [each for each in (KEY, SECRET, "sk_test_wrong") if each in told]
