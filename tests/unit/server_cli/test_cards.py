"""The commands around card payments, and settings by which nothing could be charged."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_stripe import KEY, SECRET, FakeStripe

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.storage import journal, marks
from overallt_server.storage.database import Database

ADA = UserId(1)


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    """Give a Stripe that answers while commands run their own loops."""
    with FakeStripe().listening_apart() as fake:
        yield fake


@pytest.fixture
def shop(operator: Any, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give an operator who takes cards in test mode, and ada."""
    monkeypatch.setenv("OVERALLT_STRIPE_TEST_MODE", "1")
    monkeypatch.setenv("OVERALLT_STRIPE_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("OVERALLT_STRIPE_SECRET_KEY", KEY)
    monkeypatch.setenv("OVERALLT_STRIPE_API", stripe.api)
    operator.add_user("ada")
    return operator


@pytest.fixture
def payment(stripe: FakeStripe) -> str:
    ours = {"overallt_patron": "1", "overallt_server": "http://localhost:8700"}
    intent: str = stripe.charge(1500, ours)["payment_intent"]
    return intent


def owing(minor: int) -> Callable[[Database], Any]:
    async def owe(database: Database) -> None:
        entry = JournalEntry.transfer(
            kind=EntryKind.CHARGED_BACK,
            natural_key="charged_back:dp_1:of:means_added:stripe:pi_1",
            memo="a test",
            made_at=datetime(2026, 1, 5, tzinfo=UTC),
            debit=chart.receivable(ADA),
            credit=chart.cash("stripe"),
            amount=Money(minor, "EUR"),
        )
        async with database.transaction() as tx:
            await journal.append(tx, ADA, entry)
            await marks.put(tx, ADA, Mark.FROZEN, reason="dp_1", now=entry.made_at)

    return owe


def test_a_payment_that_no_webhook_told_is_fetched(shop: Any, payment: str) -> None:
    first, second = (shop.run("card", "fetch", payment) for _again in range(2))

    assert f"{payment} is 15.00 EUR of user 1; 2 entries were new.\n" == first.out
    assert f"{payment} is 15.00 EUR of user 1; 0 entries were new.\n" == second.out


@pytest.mark.parametrize("name", ["pi_strange", "../refunds", ""])
def test_a_payment_that_is_not_there_is_one_sentence(shop: Any, name: str) -> None:
    ran = shop.run("card", "fetch", name)

    assert 1 == ran.status
    assert "there is no such payment in our account" in ran.errors


def test_without_a_key_nothing_is_fetched(operator: Any) -> None:
    ran = operator.run("card", "fetch", "pi_1")

    assert (1, "Error: Set OVERALLT_STRIPE_SECRET_KEY first.\n") == (
        ran.status,
        ran.errors,
    )


def test_a_lot_by_card_is_refunded_to_its_card(
    shop: Any, payment: str, stripe: FakeStripe
) -> None:
    shop.run("card", "fetch", payment)
    ran = shop.run("means", "refund", "ada", "1", "5.00", "--reason", "she asked")
    listed = shop.run("means", "lots", "ada")

    assert "The provider sends it back to the card.\n" in ran.out
    assert [500] == [each["amount"] for each in stripe.refunds.values()]
    assert "15.00 EUR from cash:stripe, 10.00 EUR left\n" in listed.out


def test_a_debt_is_paid_and_the_rest_given_up(shop: Any) -> None:
    shop.use(owing(1000))
    shop.run("means", "add", "ada", "3.00", "--reason", "a coin")

    paid = shop.run("debt", "pay", "ada", "--reason", "agreed")
    lost = shop.run("debt", "give-up", "ada", "--reason", "gone")

    assert "ada paid 3.00 EUR off his debt.\n" == paid.out
    assert "7.00 EUR that ada owed are lost.\n" == lost.out


def test_who_is_frozen_sets_no_budget_until_released(shop: Any) -> None:
    shop.use(owing(1000))
    frozen = shop.run("budget", "set", "ada", "5.00")
    released = shop.run("user", "release", "ada")
    again = shop.run("budget", "set", "ada", "5.00")

    assert "A card payment of yours was charged back" in frozen.errors
    assert "ada is released; the budget stays paused until resumed.\n" == released.out
    assert 0 == again.status


def test_who_is_known_may_hold_more(shop: Any) -> None:
    add = ("means", "add", "ada", "151.00", "--reason", "a coin")
    refused = shop.run(*add)
    known = shop.run("user", "verify", "ada", "--reason", "a passport")

    assert "would exceed 150.00 EUR" in refused.errors
    assert "It is known who ada is.\n" == known.out
    assert 0 == shop.run(*add).status


def test_equity_is_added_once(operator: Any) -> None:
    add = ("equity", "add", "5.00", "--reason", "fees", "--reference", "E 1")

    assert "Added 5.00 EUR of the operator's own: E 1\n" == operator.run(*add).out
    assert "E 1 was booked before: nothing was added.\n" == operator.run(*add).out


def test_secrets_are_not_shown_among_the_settings(shop: Any) -> None:
    shown = shop.run("settings").out

    assert "OVERALLT_STRIPE_SECRET_KEY = SecretStr('**********')" in shown
    assert not [secret for secret in (KEY, SECRET) if secret in shown]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SECRET_KEY": "pk_test_public"}, "it is no secret key of Stripe"),
        ({"SECRET_KEY": "sk_live_real"}, "TEST_MODE says"),
        ({"TEST_MODE": "0"}, "TEST_MODE says"),
        ({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET has to be set, too"),
    ],
)
def test_a_key_that_cannot_be_used_is_one_sentence_without_it(
    shop: Any, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], said: str
) -> None:
    for name, value in changed.items():
        monkeypatch.setenv(f"OVERALLT_STRIPE_{name}", value)
    ran = shop.run("settings")

    assert 1 == ran.status
    assert said in ran.errors
    assert "sk_" not in ran.errors.replace("sk_live_…", "")
