"""A passkey signs its owner in, once for each question, at our own pages alone."""

import html
import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from soft_authenticator import PRESENT, SoftAuthenticator

from overallt_server.use_cases.passkeys import CHALLENGE_LASTS

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

NEW = "/account/passkeys/new"
OPTIONS = re.compile(r'data-options="([^"]*)"')
KEY = re.compile(r'passkeys/remove.*?name="key" value="([0-9a-f]+)"', re.DOTALL)

CREDENTIAL = '{"id": "AA", "rawId": "AA", "type": "public-key", "response": %s}'
RESPONSE = (
    '{"clientDataJSON": "%s", "attestationObject": "%s", '
    '"authenticatorData": "AA", "signature": "AA"}'
)


def options_in(page: str) -> str:
    found = OPTIONS.search(page)
    assert found is not None
    return html.unescape(found[1])


async def add(browser: "Browser", device: SoftAuthenticator) -> int:
    answer = device.make(options_in(await browser.text(NEW)))
    return (await browser.post(NEW, credential=answer)).status


async def question(browser: "Browser", **form: str) -> str:
    response = await browser.post("/signin/passkey", **form)
    return options_in(await response.text())


@pytest.fixture
def device(world: "World") -> SoftAuthenticator:
    return SoftAuthenticator(world.settings.public_url)


@pytest.fixture
async def ada(world: "World", device: SoftAuthenticator) -> "Browser":
    browser = await world.browser(await world.user("ada"))
    assert HTTPStatus.SEE_OTHER == await add(browser, device)
    return browser


async def test_a_passkey_signs_in_without_a_password_and_counts_as_fresh(
    ada: "Browser", stranger: "Browser", device: SoftAuthenticator
) -> None:
    answer = device.sign(await question(stranger, next="/budget"))

    response = await stranger.post(
        "/signin/passkey/answer", credential=answer, next="/budget"
    )
    budget = await stranger.post("/budget", amount="5.00")

    assert (303, "/budget") == (response.status, response.headers["Location"])
    assert "/dashboard" == budget.headers["Location"]
    assert "Hello, ada" in await stranger.text("/dashboard")


async def test_an_answer_is_good_once_and_for_some_minutes(
    world: "World", ada: "Browser", stranger: "Browser", device: SoftAuthenticator
) -> None:
    answer = device.sign(await question(stranger))
    late = device.sign(await question(stranger))
    first = await stranger.post("/signin/passkey/answer", credential=answer)
    thief = await world.browser()

    again = await thief.post("/signin/passkey/answer", credential=answer)
    world.settings.clock_offset_seconds += int(CHALLENGE_LASTS.total_seconds())
    too_late = await thief.post("/signin/passkey/answer", credential=late)

    assert HTTPStatus.SEE_OTHER == first.status
    assert [HTTPStatus.UNAUTHORIZED] * 2 == [again.status, too_late.status]
    assert "Set-Cookie" not in again.headers
    assert "This passkey opens nothing here" in await again.text()


@pytest.mark.parametrize(
    "lie", ["origin", "host", "not verified", "other key", "other id", "own challenge"]
)
async def test_an_answer_that_is_not_to_our_question_opens_nothing(
    ada: "Browser", stranger: "Browser", device: SoftAuthenticator, lie: str
) -> None:
    asked = await question(stranger)
    match lie:
        case "origin":
            device.origin = "https://evil.example"
        case "host":
            device.host = "evil.example"
        case "not verified":
            device.flags = PRESENT
        case "other key":
            device.key = SoftAuthenticator("").key
        case "other id":
            device.credential_id = bytes(16)
        case "own challenge":
            asked = '{"challenge": "AAAA"}'

    response = await stranger.post(
        "/signin/passkey/answer", credential=device.sign(asked)
    )

    assert HTTPStatus.UNAUTHORIZED == response.status
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "answer",
    [
        *("", "{", "[]", "null", "1", '"a"', "{}", '{"id": 1}'),
        CREDENTIAL % "1",
        CREDENTIAL % "{}",
        CREDENTIAL % (RESPONSE % ("e30", "oA")),
        CREDENTIAL % (RESPONSE % ("AAAA", "____")),
        CREDENTIAL % (RESPONSE % ("eyJjaGFsbGVuZ2UiOiAi_yJ9", "oA")),
    ],
)
async def test_what_is_no_answer_is_refused(
    ada: "Browser", stranger: "Browser", answer: str
) -> None:
    signed = await stranger.post("/signin/passkey/answer", credential=answer)
    made = await ada.post(NEW, credential=answer)

    assert HTTPStatus.UNAUTHORIZED == signed.status
    assert HTTPStatus.BAD_REQUEST == made.status


async def test_a_question_for_one_thing_is_not_good_for_another_or_another_user(
    world: "World", ada: "Browser", stranger: "Browser", device: SoftAuthenticator
) -> None:
    bo = await world.browser(await world.user("bo"))
    adas = options_in(await ada.text(NEW))
    other = SoftAuthenticator(world.settings.public_url)

    stolen = await bo.post(NEW, credential=other.make(adas))
    for_sign_in = await bo.post(NEW, credential=other.make(await question(stranger)))
    for_new = await stranger.post(
        "/signin/passkey/answer",
        credential=device.sign(options_in(await ada.text(NEW))),
    )

    assert [400, 400, 401] == [stolen.status, for_sign_in.status, for_new.status]


async def test_a_device_that_asks_nobody_makes_no_passkey(
    world: "World", ada: "Browser"
) -> None:
    unasked = SoftAuthenticator(world.settings.public_url, flags=PRESENT)

    assert HTTPStatus.BAD_REQUEST == await add(ada, unasked)


async def test_a_passkey_of_one_user_is_not_made_anothers(
    world: "World", ada: "Browser", device: SoftAuthenticator
) -> None:
    bo = await world.browser(await world.user("bo"))

    assert HTTPStatus.BAD_REQUEST == await add(bo, device)


async def test_a_passkey_that_was_removed_opens_nothing(
    world: "World", ada: "Browser", stranger: "Browser", device: SoftAuthenticator
) -> None:
    key = KEY.search(await ada.text("/account"))
    assert key is not None
    mallory = await world.browser(await world.user("mallory"))
    path = "/account/passkeys/remove"
    anothers = await mallory.post(path, key=key[1])
    await ada.post(path, key=key[1])

    answer = device.sign(await question(stranger))
    response = await stranger.post("/signin/passkey/answer", credential=answer)

    assert HTTPStatus.NOT_FOUND == anothers.status
    assert HTTPStatus.UNAUTHORIZED == response.status
    assert "None. With one you sign in" in await ada.text("/account")


async def test_an_old_session_makes_and_removes_no_passkey(world: "World") -> None:
    browser = await world.browser(
        await world.user("ada"), signed_in=timedelta(minutes=11)
    )
    responses = [
        await browser.get(NEW),
        await browser.post(NEW, credential="{}"),
        await browser.post("/account/passkeys/remove", key="00"),
    ]

    assert all(each.headers["Location"].startswith("/signin") for each in responses)
