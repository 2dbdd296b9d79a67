"""Paying in by card: from the budget page to Stripe and back, and Stripe's webhooks."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from fake_stripe import KEY, SECRET, FakeStripe, signed
from loopback import free_port
from pydantic import SecretStr

from overallt_server.core.marks import Mark
from overallt_server.core.users import User
from overallt_server.settings import Settings
from overallt_server.storage import marks
from overallt_server.use_cases.giving import Giving
from overallt_server.web.app import make_app

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World


@dataclass
class Till:
    """A server that takes cards, and the Stripe it asks."""

    world: "World"
    stripe: FakeStripe

    async def session(self, browser: "Browser", amount: str) -> str:
        """Begin to pay *amount*; return the session at Stripe."""
        response = await browser.post("/card", card_amount=amount)
        return response.headers["Location"].rpartition("/")[2]

    async def tell(self, event: Any, **how: Any) -> ClientResponse:
        body, signature = signed(event, **how)
        return await self.world.client.post(
            "/webhooks/stripe", data=body, headers={"Stripe-Signature": signature}
        )

    async def means(self, user: User) -> int:
        giving = Giving(self.world.database, self.world.settings.rules)
        overview = await giving.overview(patron=user.id, now=self.world.settings.now())
        return overview.means.minor


@pytest.fixture
async def till(world: "World") -> AsyncIterator[Till]:
    async with FakeStripe().listening() as stripe:
        settings = Settings(
            listen_port=free_port(),
            stripe_test_mode=True,
            stripe_webhook_secret=SecretStr(SECRET),
            stripe_secret_key=SecretStr(KEY),
            stripe_api=stripe.api,
        )
        app = make_app(settings, world.database, world.passwords)
        server = TestServer(app, port=settings.listen_port)
        async with TestClient(server) as client:
            world.settings, world.app, world.client = settings, app, client
            yield Till(world, stripe)


async def test_a_patron_pays_at_stripe_and_comes_back_to_his_means(
    till: Till,
) -> None:
    ada = await till.world.user("ada")
    browser = await till.world.browser(ada)
    session = await till.session(browser, "15,00")
    asked = till.stripe.sessions[session]
    till.stripe.pay(session)
    page = await browser.text(f"/card/back?session={session}")

    here = till.world.settings.public_url
    assert f"{here}/card/back?session={{CHECKOUT_SESSION_ID}}" == asked["success_url"]
    assert f"{here}/budget" == asked["cancel_url"]
    assert "Your payment of 15.00 EUR is added to your means." in page
    assert 1500 == await till.means(ada)


async def test_the_browser_may_follow_the_form_to_stripe(till: Till) -> None:
    browser = await till.world.browser(await till.world.user("ada"))
    response = await browser.get("/budget")

    policy = response.headers["Content-Security-Policy"]
    assert "form-action 'self' https://checkout.stripe.com;" in policy
    assert "Pay in by card" in await response.text()


async def test_who_comes_back_before_he_has_paid_is_told_so(till: Till) -> None:
    browser = await till.world.browser(await till.world.user("ada"))
    session = await till.session(browser, "15")

    for query in (f"?session={session}", "", "?session=x", "?session=cs_strange"):
        assert "Not paid yet" in await browser.text(f"/card/back{query}")


async def test_nobody_sees_what_another_has_paid(till: Till) -> None:
    ada, ben = await till.world.user("ada"), await till.world.user("ben")
    session = await till.session(await till.world.browser(ada), "15")
    till.stripe.pay(session)
    page = await (await till.world.browser(ben)).text(f"/card/back?session={session}")

    assert "15.00" not in page
    assert 1500 == await till.means(ada)


async def test_a_webhook_books_without_a_browser(till: Till) -> None:
    ada = await till.world.user("ada")
    session = await till.session(await till.world.browser(ada), "15")
    event = till.stripe.pay(session)
    statuses = [(await till.tell(event)).status for _again in range(2)]

    assert [200, 200] == statuses
    assert 1500 == await till.means(ada)


async def test_a_forged_webhook_is_refused(till: Till) -> None:
    ada = await till.world.user("ada")
    session = await till.session(await till.world.browser(ada), "15")
    response = await till.tell(till.stripe.pay(session), secret="whsec_guessed")

    assert 400 == response.status
    assert "Stripe has not signed this." in await response.text()
    assert 0 == await till.means(ada)


async def test_stripe_is_asked_to_tell_again_while_it_cannot_be_reached(
    till: Till,
) -> None:
    session = await till.session(
        await till.world.browser(await till.world.user("ada")), "15"
    )
    event = till.stripe.pay(session)
    till.stripe.is_away = True

    assert 503 == (await till.tell(event)).status


async def test_what_is_not_ours_is_passed_over_and_logged(
    till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    strange = till.stripe.event("charge.refunded", {"payment_intent": "pi_strange"})
    response = await till.tell(strange)

    assert 200 == response.status
    assert "event=card_payment_passed_over" in caplog.text


@pytest.mark.parametrize(
    ("amount", "status", "problem"),
    [
        ("9.99", 400, "By card, at least 10.00 EUR are paid in at once."),
        ("150.01", 400, "would exceed 150.00 EUR"),
        ("ten", 400, "is no amount"),
    ],
)
async def test_an_amount_that_cannot_be_is_told_beside_the_form(
    till: Till, amount: str, status: int, problem: str
) -> None:
    browser = await till.world.browser(await till.world.user("ada"))
    response = await browser.post("/card", card_amount=amount)
    page = await response.text()

    assert status == response.status
    assert problem in page
    assert f'value="{amount}"' in page


async def test_who_is_frozen_is_told_whom_to_write_to(till: Till) -> None:
    ada = await till.world.user("ada")
    async with till.world.database.transaction() as tx:
        now = till.world.settings.now()
        await marks.put(tx, ada.id, Mark.FROZEN, reason="dp_1", now=now)
    browser = await till.world.browser(ada)

    for address, form in (
        ("/card", {"card_amount": "15"}),
        ("/budget", {"amount": "5.00"}),
    ):
        response = await browser.post(address, **form)
        assert 403 == response.status
        assert "please write to the operator" in await response.text()


async def test_stripe_away_is_told_beside_the_form(till: Till) -> None:
    browser = await till.world.browser(await till.world.user("ada"))
    till.stripe.is_away = True
    response = await browser.post("/card", card_amount="15")

    assert 503 == response.status
    assert "The card provider does not answer just now" in await response.text()


async def test_a_server_without_cards_has_no_such_pages(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))
    page = await browser.text("/budget")
    begun = await browser.post("/card", card_amount="15")
    told = await world.client.post("/webhooks/stripe", data=b"{}")

    assert "card_amount" not in page
    assert [404, 404] == [begun.status, told.status]
