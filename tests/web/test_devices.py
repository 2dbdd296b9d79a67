"""Device codes: asked for, typed, decided on, fetched once."""

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt.protocol import codec, messages
from overallt_server.storage.access_schema import device_codes
from overallt_server.use_cases.registering_apps import RegisteringApps

if TYPE_CHECKING:
    from tests.web.conftest import World

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def _begin(world: "World", **form: str) -> messages.DeviceAuthorization:
    response = await world.client.post(
        "/oauth/device",
        data={"client_id": "overallt-proxy", "scope": "flattr", **form},
    )
    assert 200 == response.status
    return codec.decode(messages.DeviceAuthorization, await response.text())


async def _poll(world: "World", device_code: str, **form: str) -> tuple[int, str]:
    response = await world.client.post(
        "/oauth/token",
        data={
            "grant_type": GRANT,
            "client_id": "overallt-proxy",
            "device_code": device_code,
            **form,
        },
    )
    text = await response.text()
    if response.status == 200:
        return 200, codec.decode(messages.AccessToken, text).access_token
    return response.status, codec.decode(messages.Error, text).error


def _later(world: "World", seconds: int) -> None:
    world.settings.clock_offset_seconds += seconds


async def test_a_typed_and_approved_code_gives_the_program_a_token(
    world: "World",
) -> None:
    browser = await world.browser(await world.user("ada"))
    begun = await _begin(world)
    pending = await _poll(world, begun.device_code)

    typed = begun.user_code.lower().replace("-", " ")
    asking = await (await browser.post("/device", user_code=typed)).text()
    decided = await browser.post(
        "/device/decision", user_code=begun.user_code, decision="allow"
    )
    _later(world, begun.interval)
    status, token = await _poll(world, begun.device_code)
    me = await world.client.get(
        "/rest/v2/user", headers={"Authorization": f"Bearer {token}"}
    )

    assert f"{world.settings.public_url}/device" == begun.verification_uri
    assert (400, "authorization_pending") == pending
    assert begun.user_code in asking
    assert "flattr things in your name" in asking
    assert "Connected" in await decided.text()
    assert 200 == status
    assert "ada" == (await me.json())["username"]


async def test_a_device_code_is_fetched_once_and_only_its_hash_is_stored(
    world: "World",
) -> None:
    browser = await world.browser(await world.user("ada"))
    begun = await _begin(world)
    async with world.database.snapshot() as tx:
        stored = (await tx.execute(sa.select(device_codes))).one()
    await browser.post("/device/decision", user_code=begun.user_code, decision="allow")

    first = await _poll(world, begun.device_code)
    second = await _poll(world, begun.device_code)

    assert begun.device_code.encode() not in stored.device_code_hash
    assert bytes.fromhex(begun.device_code) not in stored.device_code_hash
    assert 200 == first[0]
    assert (400, "invalid_grant") == second


async def test_who_asks_too_often_is_told_to_slow_down(world: "World") -> None:
    begun = await _begin(world)

    answers = [await _poll(world, begun.device_code) for _ in range(2)]
    _later(world, begun.interval)
    answers.append(await _poll(world, begun.device_code))

    assert ["authorization_pending", "slow_down", "authorization_pending"] == [
        error for _, error in answers
    ]


async def test_a_declined_code_is_denied(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))
    begun = await _begin(world)

    page = await browser.post(
        "/device/decision", user_code=begun.user_code, decision="deny"
    )

    assert "The program was given nothing." in await page.text()
    assert (400, "access_denied") == await _poll(world, begun.device_code)


async def test_a_code_expires_after_ten_minutes(world: "World") -> None:
    ada = await world.user("ada")
    begun = await _begin(world)
    _later(world, begun.expires_in)
    browser = await world.browser(ada)

    typed = await browser.post("/device", user_code=begun.user_code)

    assert 600 == begun.expires_in
    assert 400 == typed.status
    assert (400, "expired_token") == await _poll(world, begun.device_code)


async def test_a_decision_counts_once(world: "World") -> None:
    ada = await world.browser(await world.user("ada"))
    eve = await world.browser(await world.user("eve"))
    begun = await _begin(world)
    await ada.post("/device/decision", user_code=begun.user_code, decision="allow")

    again = await eve.post(
        "/device/decision", user_code=begun.user_code, decision="allow"
    )
    _, token = await _poll(world, begun.device_code)
    me = await world.client.get(
        "/rest/v2/user", headers={"Authorization": f"Bearer {token}"}
    )

    assert 400 == again.status
    assert "ada" == (await me.json())["username"]


@pytest.mark.parametrize("typed", ["", "AAAA-AAAA", "x" * 5000])
async def test_a_code_that_nobody_shows_is_said_to_be_none(
    world: "World", typed: str
) -> None:
    browser = await world.browser(await world.user("ada"))

    response = await browser.post("/device", user_code=typed)

    assert 400 == response.status
    assert "No program waits with this code." in await response.text()


async def test_the_page_says_from_where_the_program_asks(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))
    near = await _begin(world)
    far = await world.client.post(
        "/oauth/device",
        data={"client_id": "overallt-proxy"},
        headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.9"},
    )
    pages = [
        await (await browser.post("/device", user_code=code)).text()
        for code in (near.user_code, (await far.json())["user_code"])
    ]

    assert 'id="network">this computer<' in pages[0]
    assert 'id="network">203.0.113.0/24<' in pages[1]


@pytest.mark.parametrize("path", ["/device", "/device/decision"])
async def test_who_guesses_codes_is_stopped_and_nobody_else(
    world: "World", path: str
) -> None:
    eve = await world.browser(await world.user("eve"))
    ada = await world.browser(await world.user("ada"))
    begun = await _begin(world)
    for _ in range(10):
        await eve.post(path, user_code="BBBB-BBBB")

    guessed = await eve.post(path, user_code=begun.user_code, decision="allow")
    typed = await ada.post(path, user_code=begun.user_code, decision="allow")
    _later(world, 15 * 60)
    again = await _begin(world)
    later = await eve.post(path, user_code=again.user_code, decision="allow")

    assert 403 == guessed.status
    assert "Please wait 15 minutes" in await guessed.text()
    assert 200 == typed.status
    assert 200 == later.status


async def test_many_accounts_in_one_network_do_not_guess_more_codes(
    world: "World",
) -> None:
    begun = await _begin(world)
    for name in ("eva", "eve", "evo"):
        browser = await world.browser(await world.user(name))
        for _ in range(10):
            await browser.post("/device", user_code="BBBB-BBBB")
    ada = await world.browser(await world.user("ada"))

    near = await ada.post("/device", user_code=begun.user_code)
    ada.headers["X-Forwarded-For"] = "203.0.113.9"
    far = await ada.post("/device", user_code=begun.user_code)

    assert [403, 200] == [near.status, far.status]


async def test_a_network_may_not_ask_for_codes_without_end(world: "World") -> None:
    for _ in range(60):
        await _begin(world)

    response = await world.client.post(
        "/oauth/device", data={"client_id": "overallt-proxy"}
    )

    assert 403 == response.status
    assert "tried too often" in await response.text()


async def test_a_code_is_never_filled_in(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))
    begun = await _begin(world)

    page = await browser.text(f"/device?user_code={begun.user_code}")

    assert begun.user_code not in page


async def test_only_our_own_programs_may_use_codes(world: "World") -> None:
    app = await RegisteringApps(world.database).register(
        owner=(await world.user("maker")).id,
        name="A television",
        redirect_uri="https://app.example/",
        public=True,
    )
    errors = {}
    for client_id in (app.app.client_id, "nobody"):
        response = await world.client.post(
            "/oauth/device", data={"client_id": client_id}
        )
        errors[response.status] = (await response.json())["error"]

    assert {400: "unauthorized_client", 401: "invalid_client"} == errors


async def test_an_unknown_scope_is_refused(world: "World") -> None:
    response = await world.client.post(
        "/oauth/device", data={"client_id": "overallt-proxy", "scope": "all"}
    )

    assert "invalid_scope" == (await response.json())["error"]


async def test_a_device_code_is_for_its_own_app(world: "World") -> None:
    begun = await _begin(world)
    app = await RegisteringApps(world.database).register(
        owner=(await world.user("maker")).id,
        name="A television",
        redirect_uri="https://app.example/",
        public=True,
    )

    stolen = await _poll(world, begun.device_code, client_id=app.app.client_id)
    unknown = await _poll(world, "0" * 40)
    missing = await _poll(world, "")

    assert (400, "invalid_grant") == stolen
    assert (400, "invalid_grant") == unknown
    assert (400, "invalid_request") == missing
