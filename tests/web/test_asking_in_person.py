"""Money in the API needs the person: a session of now, sent by us, and no token."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from overallt.protocol import codec, messages
from overallt_server.core.money import Money
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.paying_out import PayingOut

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from overallt_server.core.users import User
    from tests.web.conftest import Browser, World

API: Final = "/rest/v2/user"
IBAN: Final = "DE89370400440532013000"
MOVES_MONEY: Final = [
    ("PUT", "budget", {"amount_minor": 500}),
    ("POST", "payouts", {"amount_minor": 1000}),
]


@pytest.fixture
async def owner(world: "World") -> "User":
    """Give an owner of 45.00 of revenue, with an account that has waited."""
    bo = await world.user("bo")
    ada = await world.patron("ada", means=5000)
    gifts = GivingGifts(world.database, world.settings.rules)
    now = world.settings.now()
    await gifts.give(
        patron=ada.id, owner="bo", amount=Money(5000, "EUR"), id_="one", now=now
    )
    await PayingOut(world.database, world.settings.rules).name_account(
        owner=bo.id, iban=IBAN, name="Bo Ek", now=now
    )
    world.settings.clock_offset_seconds += int(timedelta(days=9).total_seconds())
    await gifts.release(now=world.settings.now())
    return bo


async def _send(
    browser: "Browser", method: str, path: str, body: object, **headers: str
) -> "ClientResponse":
    return await browser.session.request(
        method, f"{API}/{path}", json=body, headers={**browser.headers, **headers}
    )


async def _error(response: "ClientResponse") -> tuple[int, str]:
    error = codec.decode(messages.Error, await response.text())
    return response.status, error.error


async def _payouts(browser: "Browser") -> list[messages.Payout]:
    response = await browser.get(f"{API}/payouts.json")
    return codec.decode(list[messages.Payout], await response.text())


@pytest.mark.parametrize(("method", "path", "body"), MOVES_MONEY)
async def test_a_token_of_all_scopes_moves_no_money(
    world: "World", owner: "User", method: str, path: str, body: object
) -> None:
    headers = await world.bearer(owner, "flattr thing email extendedread")
    browser = await world.browser(owner)

    response = await _send(browser, method, path, body, **headers)

    assert (403, "insufficient_scope") == await _error(response)


@pytest.mark.parametrize(("method", "path", "body"), MOVES_MONEY)
async def test_who_is_not_signed_in_moves_no_money(
    stranger: "Browser", method: str, path: str, body: object
) -> None:
    response = await _send(stranger, method, path, body)

    assert (401, "unauthorized") == await _error(response)


@pytest.mark.parametrize(("method", "path", "body"), MOVES_MONEY)
async def test_a_session_of_a_while_ago_moves_no_money(
    world: "World", owner: "User", method: str, path: str, body: object
) -> None:
    stale = await world.browser(owner, signed_in=timedelta(minutes=11))

    response = await _send(stale, method, path, body)

    assert (401, "unauthorized") == await _error(response)


@pytest.mark.parametrize(("method", "path", "body"), MOVES_MONEY)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_another_site_moves_no_money(
    world: "World",
    owner: "User",
    method: str,
    path: str,
    body: object,
    headers: dict[str, str],
) -> None:
    browser = await world.browser(owner)

    response = await _send(browser, method, path, body, **headers)

    assert (403, "forbidden") == await _error(response)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_an_old_browser_says_by_the_origin_that_it_is_another_site(
    world: "World", owner: "User", origin: str
) -> None:
    browser = await world.browser(owner)
    browser.headers = {"Origin": origin}

    response = await _send(browser, "POST", "payouts", {})

    assert (403, "forbidden") == await _error(response)


async def test_what_a_form_can_send_moves_no_money(
    world: "World", owner: "User"
) -> None:
    browser = await world.browser(owner)

    response = await browser.session.post(
        f"{API}/payouts", data={"amount_minor": "1000"}, headers=browser.headers
    )

    assert (403, "forbidden") == await _error(response)
    assert [] == await _payouts(browser)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "budget", {}, 400),
        ("PUT", "budget", {"amount_minor": 199}, 400),
        ("PUT", "budget", {"amount_minor": 10_001}, 400),
        ("PUT", "budget", {"amount_minor": -500}, 400),
        ("PUT", "budget", {"amount_minor": 5.5}, 400),
        ("PUT", "budget", {"amount_minor": 500, "active": "perhaps"}, 400),
        ("POST", "payouts", {"amount_minor": "much"}, 400),
        ("POST", "payouts", {"amount_minor": 2**63}, 400),
        ("POST", "payouts", [], 400),
        ("POST", "payouts", {"amount_minor": 999}, 403),
        ("POST", "payouts", {"amount_minor": 4501}, 403),
    ],
)
async def test_what_cannot_be_is_refused(
    world: "World", owner: "User", method: str, path: str, body: object, status: int
) -> None:
    response = await _send(await world.browser(owner), method, path, body)

    assert status == response.status


async def test_a_budget_is_set_and_paused(world: "World") -> None:
    browser = await world.browser(await world.patron("ada", means=1000))

    answers = [
        codec.decode(messages.Means, await response.text())
        for body in ({"amount_minor": 700}, {"amount_minor": 800, "active": False})
        for response in [await _send(browser, "PUT", "budget.json", body)]
    ]

    assert [(700, True, 700), (800, False, 0)] == [
        (each.budget_minor, each.budget_active, each.pot_minor) for each in answers
    ]


async def test_a_payout_is_asked_for_and_listed(world: "World", owner: "User") -> None:
    browser = await world.browser(owner)

    response = await _send(browser, "POST", "payouts", {"amount_minor": 2000})
    payout = codec.decode(messages.Payout, await response.text())

    assert ("requested", 2000, "EUR", IBAN, "Bo Ek") == (
        payout.state,
        payout.amount_minor,
        payout.currency,
        payout.iban,
        payout.name,
    )
    assert [payout] == await _payouts(browser)


async def test_without_an_amount_all_of_it_is_asked_for(
    world: "World", owner: "User"
) -> None:
    browser = await world.browser(owner)

    await _send(browser, "POST", "payouts", {})

    assert [4500] == [each.amount_minor for each in await _payouts(browser)]


async def test_the_same_key_asks_once_and_gets_the_same_answer(
    world: "World", owner: "User"
) -> None:
    browser = await world.browser(owner)
    body = {"amount_minor": 2000}

    first = await _send(browser, "POST", "payouts", body, **{"Idempotency-Key": "a"})
    (payout,) = await _payouts(browser)
    paying_out = PayingOut(world.database, world.settings.rules)
    await paying_out.reject(
        reference=payout.reference, reason="a test", now=world.settings.now()
    )
    again = await _send(browser, "POST", "payouts", body, **{"Idempotency-Key": "a"})

    assert await first.text() == await again.text()
    assert ["rejected"] == [each.state for each in await _payouts(browser)]


async def test_the_same_key_with_another_amount_is_refused(
    world: "World", owner: "User"
) -> None:
    browser, key = await world.browser(owner), {"Idempotency-Key": "a"}
    await _send(browser, "POST", "payouts", {"amount_minor": 2000}, **key)

    response = await _send(browser, "POST", "payouts", {}, **key)

    assert (422, "idempotency_mismatch") == await _error(response)


async def test_a_refusal_is_not_kept_for_its_key(world: "World", owner: "User") -> None:
    browser, key = await world.browser(owner), {"Idempotency-Key": "a"}
    await _send(browser, "POST", "payouts", {"amount_minor": 10_000}, **key)

    response = await _send(browser, "POST", "payouts", {"amount_minor": 2000}, **key)

    assert 200 == response.status


async def test_an_owner_sees_no_payout_of_another(
    world: "World", owner: "User"
) -> None:
    await _send(await world.browser(owner), "POST", "payouts", {})
    other = await world.browser(await world.user("cy"))

    assert [] == await _payouts(other)


async def test_a_payout_that_came_back_says_why(world: "World", owner: "User") -> None:
    browser = await world.browser(owner)
    await _send(browser, "POST", "payouts", {})
    (payout,) = await _payouts(browser)
    await PayingOut(world.database, world.settings.rules).reject(
        reference=payout.reference, reason="a typo", now=world.settings.now()
    )

    (rejected,) = await _payouts(browser)

    assert ("rejected", "a typo") == (rejected.state, rejected.reason)


async def test_payouts_are_not_read_with_a_token(world: "World", owner: "User") -> None:
    headers: Any = await world.bearer(owner, "flattr thing email extendedread")

    response = await world.client.get(f"{API}/payouts", headers=headers)

    assert (403, "insufficient_scope") == await _error(response)


@pytest.mark.parametrize("path", ["payouts", "revenue", "settlements", "means"])
async def test_what_is_ones_own_is_told_to_no_page_of_another(
    world: "World", owner: "User", path: str
) -> None:
    browser = await world.browser(owner)

    called = await browser.get(f"{API}/{path}?jsonp=show")
    told = await browser.get(f"{API}/{path}")

    assert (400, "invalid_request") == await _error(called)
    assert 200 == told.status
    assert "Access-Control-Allow-Credentials" not in told.headers
    assert "nosniff" == told.headers["X-Content-Type-Options"]
