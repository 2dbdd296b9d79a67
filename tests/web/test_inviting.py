"""Where not everybody may sign up, an invitation lets one person in, once."""

import asyncio
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from mail_server import MailServer, text_of
from rows import all_rows

from overallt_server.core.registration import Registration
from overallt_server.settings import Settings
from overallt_server.use_cases.inviting import Inviting

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

LINK = re.compile(r"/signup\?invitation=([0-9a-f]{40})")


@pytest.fixture
def settings(settings: Settings, post: MailServer) -> Settings:
    """Let people in by invitation, and let mails be sent."""
    settings.registration = Registration.INVITE
    post.serve(settings)
    return settings


async def sign_up(browser: "Browser", name: str, invitation: str) -> int:
    response = await browser.post(
        "/signup",
        username=name,
        email=f"{name}@example.org",
        password="a quiet morning",
        invitation=invitation,
    )
    return response.status


async def invitation(browser: "Browser") -> str:
    response = await browser.post("/account/invitation")
    found = LINK.search(await response.text())
    assert found is not None
    return found[1]


async def test_nobody_signs_up_without_an_invitation(
    world: "World", stranger: "Browser"
) -> None:
    statuses = [await sign_up(stranger, "bo", code) for code in ("", "0" * 40)]
    rows = await all_rows(world.database)

    assert [HTTPStatus.BAD_REQUEST] * 2 == statuses
    assert [] == rows["users"]


async def test_who_gives_has_three_and_each_lets_one_in(
    world: "World", stranger: "Browser"
) -> None:
    ada = await world.browser(await world.patron("ada"))
    secrets = [await invitation(ada) for _ in range(3)]
    fourth = await ada.post("/account/invitation")

    prefilled = await stranger.text(f"/signup?invitation={secrets[0]}")
    first = await sign_up(stranger, "bo", f" {secrets[0]} ")
    again = await sign_up(await world.browser(), "cy", secrets[0])
    rows = await all_rows(world.database)

    assert f'value="{secrets[0]}"' in prefilled
    assert [HTTPStatus.SEE_OTHER, HTTPStatus.BAD_REQUEST] == [first, again]
    assert HTTPStatus.FORBIDDEN == fourth.status
    assert "You can invite" not in await ada.text("/account")
    assert not any(secret in str(rows) for secret in secrets)


async def test_who_gives_nothing_has_none(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))

    assert HTTPStatus.FORBIDDEN == (await browser.post("/account/invitation")).status
    assert "Invitations" not in await browser.text("/account")


async def test_a_sign_up_that_fails_leaves_the_invitation_good(
    world: "World", stranger: "Browser"
) -> None:
    secret = await invitation(await world.browser(await world.patron("ada")))

    taken = await sign_up(stranger, "ada", secret)
    free = await sign_up(stranger, "bo", secret)

    assert [HTTPStatus.BAD_REQUEST, HTTPStatus.SEE_OTHER] == [taken, free]


async def test_of_many_who_bring_one_invitation_one_is_let_in(world: "World") -> None:
    secret = await invitation(await world.browser(await world.patron("ada")))
    guests = [await world.browser() for _ in range(4)]

    statuses = await asyncio.gather(
        *(sign_up(each, f"guest{n}", secret) for n, each in enumerate(guests))
    )

    assert [303, 400, 400, 400] == sorted(statuses)


async def test_many_presses_make_three_invitations(world: "World") -> None:
    browser = await world.browser(await world.patron("ada"))

    answers = await asyncio.gather(
        *(browser.post("/account/invitation") for _ in range(5))
    )

    assert [200] * 3 + [403] * 2 == sorted(each.status for each in answers)


async def test_who_waits_is_invited_by_mail_in_turn(
    world: "World", stranger: "Browser", post: MailServer
) -> None:
    stranger.headers["Accept-Language"] = "sv"
    said = [
        await (await stranger.post("/signup/wait", email=address)).text()
        for address in ("bo@example.org", "BO@example.org", "cy@example.org")
    ]
    inviting = Inviting(world.database, Registration.INVITE)

    invited = await inviting.invite_waiting(1, now=world.settings.now())
    message = await post.next()
    found = LINK.search(text_of(message))
    assert found is not None
    status = await sign_up(stranger, "bo", found[1])
    left = await inviting.invite_waiting(9, now=world.settings.now())

    assert 1 == len(set(said))
    assert "You are on the waiting list" in said[0]
    assert ("bo@example.org", "Hej!") == (message["To"], text_of(message).split()[0])
    assert (1, HTTPStatus.SEE_OTHER, 1) == (invited, status, left)


async def test_what_is_no_address_waits_for_nothing(stranger: "Browser") -> None:
    response = await stranger.post("/signup/wait", email="bo")

    assert HTTPStatus.BAD_REQUEST == response.status
    assert "not an e-mail address" in await response.text()


@pytest.fixture
def shut(settings: Settings) -> None:
    settings.registration = Registration.CLOSED


async def test_where_nobody_may_sign_up_the_operator_still_adds_users(
    shut: None, world: "World", stranger: "Browser"
) -> None:
    page = await stranger.text("/signup")
    refused = await sign_up(stranger, "bo", "")
    ada = await world.user("ada")

    assert "Nobody can sign up here at the moment" in page
    assert 'action="/signup"' not in page
    assert HTTPStatus.FORBIDDEN == refused
    assert "ada" == ada.username
