"""An address is confirmed by whoever gets its mail; nobody is paid before."""

import asyncio
import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, override

import pytest
from aiohttp.test_utils import TestClient, TestServer
from mail_server import MailServer, link_in, secret_in, text_of

from overallt_server.settings import Settings
from overallt_server.use_cases.confirming import Confirming
from overallt_server.web.app import make_app

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

ADA = {"username": "ada", "email": "ada@example.org", "password": "a quiet morning"}
ACCOUNT = {"iban": "DE89370400440532013000", "name": "Ada"}


@pytest.fixture
def settings(settings: Settings, post: MailServer) -> Settings:
    """Let the server of these tests send mails."""
    post.serve(settings)
    return settings


def _path(world: "World", link: str) -> str:
    return link.removeprefix(world.settings.public_url)


def _wait(world: "World", time: timedelta) -> None:
    world.settings.clock_offset_seconds += int(time.total_seconds())


async def test_who_signs_up_confirms_his_address_by_a_press_on_the_linked_page(
    world: "World", stranger: "Browser", post: MailServer
) -> None:
    await stranger.post("/signup", **ADA)
    message = await post.next()
    before = await stranger.text("/account")
    elsewhere = await world.browser()

    page = await elsewhere.text(_path(world, link_in(message)))
    looked_at = await stranger.text("/account")
    pressed = await elsewhere.post("/confirm", token=secret_in(message))

    assert "ada@example.org" == message["To"]
    assert secret_in(message) in page
    assert "not confirmed" in before
    assert "not confirmed" in looked_at
    assert "This address is known to be yours" in await pressed.text()
    assert "ada@example.org · confirmed" in await stranger.text("/account")


async def test_the_mail_speaks_the_browsers_language(
    stranger: "Browser", post: MailServer
) -> None:
    stranger.headers["Accept-Language"] = "fi, de-AT;q=0.8, en;q=0.5"

    await stranger.post("/signup", **ADA)

    assert "Hallo!" in text_of(await post.next())


@pytest.mark.parametrize("why", ["used", "too old", "none"])
async def test_a_link_that_is_no_longer_good_says_so(
    world: "World", stranger: "Browser", post: MailServer, why: str
) -> None:
    await stranger.post("/signup", **ADA)
    token = secret_in(await post.next())
    if why == "used":
        await stranger.post("/confirm", token=token)
    if why == "too old":
        _wait(world, timedelta(days=3))

    response = await stranger.post(
        "/confirm", token="0" * 40 if why == "none" else token
    )

    assert HTTPStatus.BAD_REQUEST == response.status
    assert "was used before, or is too old" in await response.text()


async def test_nobody_is_paid_out_to_an_address_that_is_not_confirmed(
    stranger: "Browser", post: MailServer
) -> None:
    await stranger.post("/signup", **ADA)
    origin = {"Content-Type": "application/json", **stranger.headers}

    named = await stranger.post("/payouts/account", **ACCOUNT)
    asked = await stranger.post("/payouts", amount="")
    by_api = await stranger.session.post(
        "/rest/v2/user/payouts", data="{}", headers=origin
    )
    await stranger.post("/confirm", token=secret_in(await post.next()))
    afterwards = await stranger.post("/payouts/account", **ACCOUNT)

    assert [HTTPStatus.FORBIDDEN] * 3 == [named.status, asked.status, by_api.status]
    assert "Confirm your e-mail address first" in await named.text()
    assert "unconfirmed" == (await by_api.json())["error"]
    assert HTTPStatus.SEE_OTHER == afterwards.status


async def test_another_link_can_be_asked_for_a_few_times(
    stranger: "Browser", post: MailServer
) -> None:
    await stranger.post("/signup", **ADA)
    first = await post.next()

    said = [await stranger.post("/account/confirmation") for _ in range(6)]

    assert [200] * 5 + [403] == [each.status for each in said]
    assert "A mail is on its way" in await said[0].text()
    assert "tried too often" in await said[5].text()
    # Both links are good, whichever of the mails is read.
    assert (
        "is known to be yours"
        in await (await stranger.post("/confirm", token=secret_in(first))).text()
    )


async def test_whom_the_operator_has_added_is_confirmed(world: "World") -> None:
    ada = await world.user("ada")

    assert await Confirming(world.database, required=True).is_confirmed(ada.id)


class Heard(logging.Handler):
    """Hands on what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put_nowait(record.getMessage())


async def test_without_a_mail_server_mails_wait_and_the_log_says_so(
    world: "World",
) -> None:
    ada = await world.user("ada")
    alone = Settings()
    heard = Heard()
    logger = logging.getLogger("overallt_server.web.mailing")
    logger.addHandler(heard)
    await Confirming(world.database, required=True).ask_again(
        ada, language="en", now=alone.now()
    )
    app = make_app(alone, world.database, world.passwords)

    async with TestClient(TestServer(app)), asyncio.timeout(10):
        line = await heard.lines.get()
    logger.removeHandler(heard)

    assert "event=mails_wait missing=OVERALLT_SMTP" == line
