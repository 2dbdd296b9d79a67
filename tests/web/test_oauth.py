"""Consent: an app asks, the user decides, and the answer goes to the right place."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Browser, Consent, World


async def test_consent_shows_who_asks_for_what(
    world: "World", consent: "Consent"
) -> None:
    app = await consent.app(public=True)
    browser = await world.browser(await world.user("ada"))

    response = await browser.get(f"/oauth/authorize?{urlencode(consent.asking(app))}")
    page = await response.text()

    assert "A reader" in page
    assert "flattr things in your name" in page
    assert "register things for you" in page
    assert "https://app.example" in page
    policy = response.headers["Content-Security-Policy"]
    assert "form-action 'self' https://app.example;" in policy


async def test_who_is_not_signed_in_signs_in_first(
    consent: "Consent", stranger: "Browser"
) -> None:
    app = await consent.app(public=True)

    response = await stranger.get(f"/oauth/authorize?{urlencode(consent.asking(app))}")

    location = response.headers["Location"]
    assert location.startswith("/signin?next=/oauth/authorize?")


async def test_an_allowed_app_gets_a_token_that_works(
    world: "World", consent: "Consent"
) -> None:
    app = await consent.app(public=True)
    browser = await world.browser(await world.user("ada"))
    response = await browser.post(
        "/oauth/authorize", decision="allow", **consent.asking(app)
    )
    answer = consent.answer(response)

    status, token = await consent.token(app, answer["code"])
    me = await world.client.get(
        "/rest/v2/user", headers={"Authorization": f"Bearer {token}"}
    )

    assert response.headers["Location"].startswith(f"{consent.back}&")
    assert ("s&t=", "overallt") == (answer["state"], answer["from"])
    assert 200 == status
    assert 40 == len(token)
    assert "ada" == (await me.json())["username"]
    assert "A reader" in await browser.text("/apps")


async def test_who_declines_sends_the_app_away(
    world: "World", consent: "Consent"
) -> None:
    app = await consent.app(public=True)
    browser = await world.browser(await world.user("ada"))

    response = await browser.post("/oauth/authorize", **consent.asking(app))

    expected = {"error": "access_denied", "state": "s&t=", "from": "overallt"}
    assert expected == consent.answer(response)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_an_app_that_asks_wrongly_is_told_at_its_own_address(
    world: "World", consent: "Consent", wrong: dict[str, str], error: str
) -> None:
    app = await consent.app(public=True)
    browser = await world.browser(await world.user("ada"))
    asking = consent.asking(app, **wrong)

    shown = await browser.get(f"/oauth/authorize?{urlencode(asking)}")
    decided = await browser.post("/oauth/authorize", decision="allow", **asking)

    assert (303, error) == (shown.status, consent.answer(shown)["error"])
    assert (303, error) == (decided.status, consent.answer(decided)["error"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"client_id": "overallt-proxy"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "https://app.example/back?from=overallt&more"},
        {"redirect_uri": "https://app.example:444/back?from=overallt"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    world: "World", consent: "Consent", wrong: dict[str, str]
) -> None:
    app = await consent.app(public=True)
    browser = await world.browser(await world.user("ada"))
    asking = consent.asking(app, **wrong)

    shown = await browser.get(f"/oauth/authorize?{urlencode(asking)}")
    decided = await browser.post("/oauth/authorize", decision="allow", **asking)

    assert (400, 400) == (shown.status, decided.status)
    assert "Location" not in shown.headers


async def test_a_program_on_ones_own_computer_may_use_any_port(
    world: "World",
    consent: "Consent",
) -> None:
    app = await consent.app(public=True, redirect_uri="http://127.0.0.1:1/back")
    browser = await world.browser(await world.user("ada"))
    statuses = {}
    for wanted in (
        "http://127.0.0.1:54321/back",
        "http://127.0.0.1:54321/other",
        "http://127.0.0.1.evil.example/back",
        "http://127.0.0.1@evil.example/back",
        "http://x@127.0.0.1:2/back",
        "https://127.0.0.1:2/back",
        "http://127.0.0.1:2;frame-ancestors */back",
        "http://127.0.0.1:2 https://evil.example/back",
        "http://127.0.0.1:/back",
        "http://127.0.0.1:1\t/back",
        "http://127.0.0.1]/back",
        "http://[/back",
    ):
        asking = urlencode(consent.asking(app, redirect_uri=wanted))
        response = await browser.get(f"/oauth/authorize?{asking}")
        statuses[wanted] = response.status

    assert [200, *[400] * 11] == list(statuses.values())


async def test_a_program_may_have_a_scheme_of_its_own(
    world: "World", consent: "Consent"
) -> None:
    app = await consent.app(public=True, redirect_uri="org.example.reader:/back")
    browser = await world.browser(await world.user("ada"))

    response = await browser.post(
        "/oauth/authorize", decision="allow", **consent.asking(app)
    )

    assert response.headers["Location"].startswith("org.example.reader:/back?code=")


async def test_the_endpoints_are_described(world: "World") -> None:
    response = await world.client.get("/.well-known/oauth-authorization-server")
    described = await response.json()

    assert world.settings.public_url == described["issuer"]
    assert ["S256"] == described["code_challenge_methods_supported"]
    assert described["token_endpoint"].endswith("/oauth/token")
    assert described["revocation_endpoint"].endswith("/oauth/revoke")


async def test_the_extension_comes_back_to_a_page_of_this_server(
    world: "World", consent: "Consent"
) -> None:
    browser = await world.browser(await world.user("ada"))
    asking = consent.asking(consent.extension, scope="flattr")

    shown = await browser.get(f"/oauth/authorize?{urlencode(asking)}")
    policy = shown.headers["Content-Security-Policy"]
    decided = await browser.post("/oauth/authorize", decision="allow", **asking)
    arrived = await browser.get(decided.headers["Location"])
    answer = consent.answer(decided)
    status, token = await consent.token(consent.extension, answer["code"])

    assert f"form-action 'self' {world.settings.public_url};" in policy
    assert decided.headers["Location"].startswith("/oauth/arrived?code=")
    assert "Back to the extension" in await arrived.text()
    assert (200, 40, "s&t=") == (status, len(token), answer["state"])


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/oauth/arrived/../../else"]
)
async def test_the_extension_comes_back_nowhere_else(
    world: "World", consent: "Consent", wanted: str
) -> None:
    browser = await world.browser(await world.user("ada"))
    asking = consent.asking(consent.extension, redirect_uri=wanted)

    shown = await browser.get(f"/oauth/authorize?{urlencode(asking)}")

    assert 400 == shown.status
    assert "has not registered" in await shown.text()
