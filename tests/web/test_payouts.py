"""The page of payouts: named, asked for, and told apart in four numbers."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from overallt_server.core.money import Money
from overallt_server.use_cases.giving_gifts import GivingGifts

if TYPE_CHECKING:
    from tests.web.conftest import World

IBAN = "DE89370400440532013000"


def _wait(world: "World", **time: int) -> None:
    world.settings.clock_offset_seconds += int(timedelta(**time).total_seconds())


async def _owner_with_revenue(world: "World") -> Any:
    """Make an owner to whom 45.00 of a gift of 50.00 was released."""
    owner = await world.user("bo")
    ada = await world.patron("ada", means=5000)
    gifts = GivingGifts(world.database, world.settings.rules)
    await gifts.give(
        patron=ada.id,
        owner="bo",
        amount=Money(5000, "EUR"),
        id_="one",
        now=world.settings.now(),
    )
    _wait(world, days=9)
    await gifts.release(now=world.settings.now())
    return owner


async def test_what_is_held_is_told_with_its_day(world: "World") -> None:
    owner = await world.user("bo")
    ada = await world.patron("ada", means=5000)
    await GivingGifts(world.database, world.settings.rules).give(
        patron=ada.id,
        owner="bo",
        amount=Money(5000, "EUR"),
        id_="one",
        now=datetime(2026, 1, 5, tzinfo=UTC),
    )
    browser = await world.browser(owner)

    payouts, dashboard = [
        await browser.text(page) for page in ("/payouts", "/dashboard")
    ]

    assert "45.00 EUR more is held until 14 January 2026" in payouts
    assert ": 45.00 EUR until 14 January 2026" in dashboard


async def test_what_is_asked_for_is_on_its_way(world: "World") -> None:
    owner = await _owner_with_revenue(world)
    browser = await world.browser(owner)
    await browser.post("/payouts/account", iban=IBAN, name="Bo Ek")
    _wait(world, hours=72)
    browser = await world.browser(owner)

    await browser.post("/payouts", amount="20,00")

    page = await browser.text("/payouts")
    assert '<dd id="settled">25.00 EUR</dd>' in page
    assert '<dd id="on-its-way">20.00 EUR</dd>' in page
    assert '<dd id="paid">0.00 EUR</dd>' in page
    assert "<td>requested</td>" in page


async def test_without_an_amount_all_is_asked_for(world: "World") -> None:
    owner = await _owner_with_revenue(world)
    await (await world.browser(owner)).post("/payouts/account", iban=IBAN, name="Bo Ek")
    _wait(world, hours=72)
    browser = await world.browser(owner)

    await browser.post("/payouts", amount="")

    page = await browser.text("/payouts")
    assert '<dd id="settled">0.00 EUR</dd>' in page
    assert '<dd id="on-its-way">45.00 EUR</dd>' in page


@pytest.mark.parametrize(
    ("path", "form", "says"),
    [
        ("/payouts", {"amount": "10.00"}, "bank account"),
        ("/payouts", {"amount": "much"}, "is no amount"),
        ("/payouts/account", {"iban": "DE00", "name": "Bo"}, "IBAN cannot be right"),
        ("/payouts/account", {"iban": IBAN, "name": " "}, "Name the holder"),
    ],
)
async def test_what_cannot_be_is_said_plainly(
    world: "World", path: str, form: dict[str, str], says: str
) -> None:
    browser = await world.browser(await _owner_with_revenue(world))

    response = await browser.post(path, **form)

    assert response.status >= 400
    assert says in await response.text()


async def test_a_new_account_waits(world: "World") -> None:
    browser = await world.browser(await _owner_with_revenue(world))
    await browser.post("/payouts/account", iban=IBAN, name="Bo Ek")

    response = await browser.post("/payouts", amount="10.00")

    assert 403 == response.status
    assert "named a short while ago" in await response.text()


@pytest.mark.parametrize("path", ["/payouts", "/payouts/account"])
async def test_money_needs_the_person_anew(world: "World", path: str) -> None:
    owner = await _owner_with_revenue(world)
    browser = await world.browser(owner, signed_in=timedelta(minutes=11))

    response = await browser.post(path, iban=IBAN, name="Bo Ek")

    assert "/signin?next=/payouts" == unquote(response.headers["Location"])
    assert IBAN not in await (await world.browser(owner)).text("/payouts")
