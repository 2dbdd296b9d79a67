"""Signing up, in and out at a browser."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from overallt_server.storage.access_schema import sessions
from overallt_server.storage.schema import users

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

ADA = {
    "username": "Ada",
    "email": "Ada@example.org",
    "password": "a quiet morning",
}


async def test_who_signs_up_is_signed_in_and_has_a_profile(
    stranger: "Browser",
) -> None:
    response = await stranger.post("/signup", **ADA)
    dashboard = await stranger.text("/dashboard")

    assert (303, "/dashboard") == (response.status, response.headers["Location"])
    assert "Hello, ada" in dashboard
    assert "[Flattr=ada]" in dashboard


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": "12345"}, "is no number"),
        ({"username": "a b"}, "A username has"),
        ({"username": ".ada"}, "A username has"),
        ({"username": "a" * 31}, "A username has"),
        ({"username": "ada.json"}, "A username has"),
        ({"username": "Range"}, "This username is taken"),
        ({"email": "ada"}, "not an e-mail address"),
        ({"email": "ada@nowhere"}, "not an e-mail address"),
        ({"password": "too short"}, "10 to 200"),
        ({"password": "x" * 201}, "10 to 200"),
        ({"password": "aaaaaaaaaa"}, "tried first"),
        ({"password": "Password123"}, "tried first"),
        ({"username": "adalovelace", "password": "AdaLovelace"}, "be the username"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_form(
    stranger: "Browser", wrong: dict[str, str], sentence: str
) -> None:
    response = await stranger.post("/signup", **ADA | wrong)
    page = await response.text()

    assert 400 == response.status
    assert sentence in page
    assert (ADA | wrong)["password"] not in page


@pytest.mark.parametrize(
    "same", [{"username": "ADA", "email": "b@example.org"}, {"username": "bo"}]
)
async def test_a_name_and_an_address_are_taken_once(
    world: "World", same: dict[str, str]
) -> None:
    await world.user("ada")

    response = await (await world.browser()).post(
        "/signup", **{**ADA, "email": "ada@example.org", **same}
    )

    assert 400 == response.status


@pytest.mark.parametrize("name", ["ada", " ADA ", "Ada@Example.org"])
async def test_one_signs_in_by_name_or_address(
    world: "World", stranger: "Browser", name: str
) -> None:
    await world.user("ada")

    response = await stranger.post("/signin", name=name, password="a quiet morning")

    assert (303, "/dashboard") == (response.status, response.headers["Location"])
    assert 200 == (await stranger.get("/dashboard")).status


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_a_wrong_password_and_a_wrong_name_are_told_alike(
    world: "World", stranger: "Browser", name: str
) -> None:
    await world.user("ada")

    response = await stranger.post("/signin", name=name, password="a noisy morning")

    assert 401 == response.status
    assert "no user with this name and this password" in await response.text()
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_who_guesses_passwords_is_stopped_for_a_while(
    world: "World", stranger: "Browser", name: str
) -> None:
    await world.user("ada")
    await world.user("bo")
    for guess in range(10):
        await stranger.post("/signin", name=name, password=f"guess number {guess}")

    stopped = await stranger.post(
        "/signin", name=f" {name.upper()} ", password="a quiet morning"
    )
    other = await stranger.post("/signin", name="bo", password="a quiet morning")
    elsewhere = await world.browser()
    elsewhere.headers["X-Forwarded-For"] = "203.0.113.9"
    owner = await elsewhere.post("/signin", name=name, password="a quiet morning")
    world.settings.clock_offset_seconds += 15 * 60
    later = await stranger.post("/signin", name=name, password="a quiet morning")

    assert 403 == stopped.status
    assert "Please wait 15 minutes" in await stopped.text()
    assert "Set-Cookie" not in stopped.headers
    assert 303 == other.status
    is_user = name == "ada"
    assert [303 if is_user else 401] * 2 == [owner.status, later.status]


async def test_guesses_at_the_address_count_with_those_at_the_name(
    world: "World", stranger: "Browser"
) -> None:
    await world.user("ada")
    for name in ("ada", "ada@example.org") * 5:
        await stranger.post("/signin", name=name, password="a noisy morning")

    response = await stranger.post("/signin", name="ada", password="a quiet morning")

    assert 403 == response.status


async def test_many_guesses_at_the_same_moment_are_all_counted(
    world: "World", stranger: "Browser"
) -> None:
    await world.user("ada")

    responses = await asyncio.gather(
        *(
            stranger.post("/signin", name="ada", password="a noisy morning")
            for _ in range(15)
        )
    )

    statuses = [response.status for response in responses]
    assert {401: 10, 403: 5} == Counter(statuses)


async def test_who_knows_his_password_may_sign_in_without_end(
    world: "World", stranger: "Browser"
) -> None:
    await world.user("ada")

    statuses = {
        (await stranger.post("/signin", name="ada", password="a quiet morning")).status
        for _ in range(12)
    }

    assert {303} == statuses


async def test_the_cookie_is_for_us_alone_and_its_token_is_not_stored(
    world: "World", stranger: "Browser"
) -> None:
    response = await stranger.post("/signup", **ADA)
    cookie = response.headers["Set-Cookie"]
    token = response.cookies["overallt"].value
    async with world.database.snapshot() as tx:
        stored = (await tx.execute(sa.select(sessions))).one()
        user = (await tx.execute(sa.select(users))).one()

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=2592000" in cookie
    assert token.encode() not in stored.token_hash
    assert bytes.fromhex(token) not in stored.token_hash
    assert user.password_hash.startswith("$argon2id$")
    assert "quiet" not in user.password_hash


async def test_over_https_the_cookie_is_secure_and_the_hosts_own(
    world: "World", stranger: "Browser"
) -> None:
    world.settings.public_url = "https://overallt.example"

    response = await stranger.post("/signup", **ADA)
    cookie = response.headers["Set-Cookie"]

    assert cookie.startswith("__Host-overallt=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert "Strict-Transport-Security" in response.headers


async def test_signing_in_again_changes_the_token_and_ends_the_old_session(
    world: "World",
) -> None:
    ada = await world.user("ada")
    browser = await world.browser(ada)
    (old,) = browser.session.cookie_jar

    response = await browser.post("/signin", name="ada", password="a quiet morning")
    new = response.cookies["overallt"].value
    thief = await world.client.get(
        "/dashboard",
        headers={"Cookie": f"overallt={old.value}"},
        allow_redirects=False,
    )

    assert old.value != new
    assert 303 == thief.status


async def test_signing_out_ends_the_session_on_the_server(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))
    (cookie,) = browser.session.cookie_jar

    response = await browser.post("/signout")
    thief = await world.client.get(
        "/dashboard",
        headers={"Cookie": f"overallt={cookie.value}"},
        allow_redirects=False,
    )

    assert (303, "/") == (response.status, response.headers["Location"])
    assert [] == list(browser.session.cookie_jar)
    assert 303 == thief.status


async def test_a_session_ends_after_thirty_days(world: "World") -> None:
    ada = await world.user("ada")
    young = await world.browser(ada, signed_in=timedelta(days=29))
    old = await world.browser(ada, signed_in=timedelta(days=30))

    assert 200 == (await young.get("/dashboard")).status
    assert 303 == (await old.get("/dashboard")).status


@pytest.mark.parametrize("cookie", ["x", "\udcff", "0" * 40, ""])
async def test_a_cookie_that_is_none_of_ours_is_nobody(
    world: "World", cookie: str
) -> None:
    response = await world.client.get(
        "/dashboard",
        headers={"Cookie": f"overallt={cookie}"},
        allow_redirects=False,
    )

    assert "/signin?next=/dashboard" == response.headers["Location"]


async def test_one_comes_back_to_where_one_wanted_to_go(
    world: "World", stranger: "Browser"
) -> None:
    await world.user("ada")
    asked = await stranger.get("/things/new?x=1")
    form = await stranger.text(asked.headers["Location"])
    wanted = form.partition('name="next" value="')[2].partition('"')[0]

    response = await stranger.post(
        "/signin", name="ada", password="a quiet morning", next=wanted
    )

    assert "/things/new?x=1" == response.headers["Location"]


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/a\r\nSet-Cookie: a=b",
        "\\\\evil.example",
    ],
)
async def test_nobody_is_led_to_another_site(
    world: "World", stranger: "Browser", evil: str
) -> None:
    await world.user("ada")

    response = await stranger.post(
        "/signin", name="ada", password="a quiet morning", next=evil
    )

    assert (303, "/dashboard") == (response.status, response.headers["Location"])


async def test_who_is_signed_in_is_asked_whether_it_is_he(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))

    assert "Is it you?" in await browser.text("/signin?next=/budget")
