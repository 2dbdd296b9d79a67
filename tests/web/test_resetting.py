"""A forgotten password is replaced by who reads the user's mail, and by nobody else."""

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from mail_server import MailServer, link_in, secret_in, text_of
from pydantic import SecretStr
from rows import all_rows

from overallt_server.settings import Settings

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

OLD, NEW = "a quiet morning", "a noisy evening"


@pytest.fixture
def settings(settings: Settings, post: MailServer) -> Settings:
    """Let the server of these tests send mails."""
    post.serve(settings)
    return settings


async def test_a_new_password_ends_all_that_the_old_one_has_signed_in(
    world: "World", stranger: "Browser", post: MailServer
) -> None:
    ada = await world.user("ada")
    old = await world.browser(ada)
    program = await world.bearer(ada)
    await stranger.post("/reset", email=" Ada@example.org ")
    message = await post.next()

    page = await stranger.text(link_in(message).removeprefix(world.settings.public_url))
    replaced = await stranger.post(
        "/reset/password", token=secret_in(message), password=NEW
    )
    notice = await post.next()
    me = await world.client.get("/rest/v2/user", headers=program)

    assert secret_in(message) in page
    assert (303, "/signin") == (replaced.status, replaced.headers["Location"])
    assert "Your password was changed" == notice["Subject"]
    assert f"{world.settings.public_url}/reset" in text_of(notice)
    assert HTTPStatus.SEE_OTHER == (await old.get("/dashboard")).status
    assert HTTPStatus.UNAUTHORIZED == me.status
    assert 401 == (await stranger.post("/signin", name="ada", password=OLD)).status
    assert 303 == (await stranger.post("/signin", name="ada", password=NEW)).status
    assert "ada@example.org · confirmed" in await stranger.text("/account")


async def test_the_answer_is_the_same_whether_there_is_such_a_user_or_not(
    world: "World", stranger: "Browser", post: MailServer
) -> None:
    await world.user("ada")

    known = await stranger.post("/reset", email="ada@example.org")
    unknown = await stranger.post("/reset", email="bo@example.org")

    assert known.status == unknown.status
    assert await known.text() == await unknown.text()
    assert "ada@example.org" == (await post.next())["To"]
    assert ["reset"] == [row[1] for row in (await all_rows(world.database))["mails"]]


async def test_a_link_is_good_once_and_for_two_hours(
    world: "World", stranger: "Browser", post: MailServer
) -> None:
    await world.user("ada")
    tokens = []
    for _ in range(2):
        await stranger.post("/reset", email="ada@example.org")
        tokens.append(secret_in(await post.next()))
        world.settings.clock_offset_seconds += 60

    async def try_(token: str) -> int:
        response = await stranger.post("/reset/password", token=token, password=NEW)
        return response.status

    none = await try_("0" * 40)
    first = await try_(tokens[0])
    again = await try_(tokens[0])
    its_twin = await try_(tokens[1])
    await stranger.post("/reset", email="ada@example.org")
    assert "Your password was changed" == (await post.next())["Subject"]
    late = secret_in(await post.next())
    world.settings.clock_offset_seconds += int(timedelta(hours=2).total_seconds())

    assert [400, 303, 400, 400] == [none, first, again, its_twin]
    assert 400 == await try_(late)


async def test_a_weak_password_leaves_the_link_good(
    world: "World", stranger: "Browser", post: MailServer
) -> None:
    await world.user("ada")
    await stranger.post("/reset", email="ada@example.org")
    token = secret_in(await post.next())

    weak = await stranger.post("/reset/password", token=token, password="short")
    strong = await stranger.post("/reset/password", token=token, password=NEW)

    assert "10 to 200" in await weak.text()
    assert [400, 303] == [weak.status, strong.status]


async def test_nobody_is_flooded_with_mails_and_nobody_learns_who_was(
    world: "World", stranger: "Browser"
) -> None:
    await world.user("ada")
    answers = [await stranger.post("/reset", email="ada@example.org")]
    for _ in range(29):
        world.settings.clock_offset_seconds += 2
        answers.append(await stranger.post("/reset", email="ada@example.org"))
    beyond = await stranger.post("/reset", email="bo@example.org")

    assert {HTTPStatus.OK} == {each.status for each in answers}
    assert 5 == len((await all_rows(world.database))["mails"])
    assert HTTPStatus.FORBIDDEN == beyond.status
    assert "tried too often" in await beyond.text()


async def test_who_is_signed_in_changes_his_password_and_stays_signed_in(
    world: "World", post: MailServer
) -> None:
    ada = await world.user("ada")
    here, elsewhere = await world.browser(ada), await world.browser(ada)

    weak = await here.post("/account/password", password="short")
    done = await here.post("/account/password", password=NEW)
    notice = await post.next()

    assert HTTPStatus.BAD_REQUEST == weak.status
    assert "Your password is changed" in await done.text()
    assert "ada@example.org" == notice["To"]
    assert HTTPStatus.OK == (await here.get("/dashboard")).status
    assert HTTPStatus.SEE_OTHER == (await elsewhere.get("/dashboard")).status


async def test_an_old_session_changes_no_password(world: "World") -> None:
    browser = await world.browser(
        await world.user("ada"), signed_in=timedelta(minutes=11)
    )

    response = await browser.post("/account/password", password=NEW)

    assert "/signin?next=/account" == response.headers["Location"]


async def test_without_a_mail_server_the_page_says_whom_to_ask(
    world: "World", stranger: "Browser"
) -> None:
    world.settings.smtp = SecretStr("")

    assert "sends no mails" in await stranger.text("/reset")


async def test_sign_ups_from_one_network_are_bounded(stranger: "Browser") -> None:
    form = {"email": "ada@example.org", "password": "a quiet morning"}
    statuses = [
        (await stranger.post("/signup", username="a b", **form)).status
        for _ in range(2)
    ]
    taken = [
        (await stranger.post("/signup", username="ada", **form)).status
        for _ in range(61)
    ]

    assert [HTTPStatus.BAD_REQUEST] * 2 == statuses
    assert [303, 400, 403] == [taken[0], taken[59], taken[60]]
