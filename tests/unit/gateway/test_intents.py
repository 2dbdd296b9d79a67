"""Flattrs for what nobody has claimed yet: kept at the server, listed, taken back."""

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from gateway_pages import forms, heading

from overallt.gateway.seals import Printed

URL = "https://blog.test/a?b=1"
NAME = quote(URL, safe="")
KEEP, TAKE_BACK = f"/intend/{NAME}", f"/take-back/{NAME}"
WAITS = {
    "type": "intent",
    "url": URL,
    "created_at": 1768478400,
    "expires_at": 1776254400,
}
CLAIMED = WAITS | {
    "period": "2026-02",
    "thing": {
        "type": "thing",
        "resource": "r",
        "link": "l",
        "id": 7,
        "url": "u",
        "title": "A <b>song</b>",
        "image": "",
        "flattrs": 1,
    },
}


@pytest.fixture
def link(gateway: Any, browser: Any, api: Any) -> str:
    """Where an old button on blog.test leads to, whose address is nobody's."""
    api.is_registered = False
    printed = Printed("https://blog.test/", in_document=True)
    parts = urlsplit(gateway.address_by_url(URL, printed, now=browser.now))
    return f"{parts.path}?{parts.query}"


@pytest.fixture
async def offered(browser: Any, link: str) -> Any:
    """The page that offers to keep it, seen for a while."""
    answer = await browser.open(link)
    browser.wait(seconds=1)
    return answer


async def test_what_is_nobodys_is_offered_to_be_kept(api: Any, offered: Any) -> None:
    text = offered.body.decode()

    assert 200 == offered.status
    assert "Nobody has claimed this yet" == heading(offered)
    assert "<b>blog.test</b>/a?b=1" in text
    assert "no money is set aside" in text
    assert "https://server.test/things/new" in text
    assert [] == api.intended


async def test_what_is_confirmed_is_kept_once(
    browser: Any, api: Any, offered: Any
) -> None:
    body = forms(offered)[KEEP]
    answer = await browser.send(KEEP, body)
    again = await browser.send(KEEP, body)

    assert "Kept for its owner" == heading(answer)
    assert "2026-04-15 12:00 UTC" in answer.body.decode()
    assert "This page is used up" == heading(again)
    assert [URL] == api.intended
    assert 1 == len(api.click_ids)


async def test_nobody_confirms_in_the_first_moment(
    browser: Any, api: Any, link: str
) -> None:
    body = forms(await browser.open(link))[KEEP]

    answer = await browser.send(KEEP, body)

    assert "That was very quick" == heading(answer)
    assert [] == api.intended


async def test_a_ticket_is_for_one_address(
    browser: Any, api: Any, offered: Any
) -> None:
    other = quote("https://evil.test/", safe="")

    answer = await browser.send(f"/intend/{other}", forms(offered)[KEEP])

    assert "This page is used up" == heading(answer)
    assert [] == api.intended


async def test_a_ticket_to_take_back_gives_nothing(
    browser: Any, api: Any, offered: Any
) -> None:
    kept = await browser.send(KEEP, forms(offered)[KEEP])
    browser.wait(seconds=1)

    answer = await browser.send(KEEP, forms(kept)[TAKE_BACK])

    assert "This page is used up" == heading(answer)
    assert [URL] == api.intended


async def test_what_is_kept_is_said_so_at_the_button(
    browser: Any, api: Any, link: str
) -> None:
    api.intents.append(WAITS)

    answer = await browser.open(link)

    assert "Kept for its owner" == heading(answer)
    assert "/intend/" not in answer.body.decode()


async def test_what_is_kept_can_be_taken_back(
    browser: Any, api: Any, link: str
) -> None:
    api.intents.append(WAITS)
    page = await browser.open(link)

    answer = await browser.send(TAKE_BACK, forms(page)[TAKE_BACK])

    assert "No longer kept" == heading(answer)
    assert [URL] == api.taken_back


async def test_what_was_taken_back_before_is_no_less_so(
    browser: Any, api: Any, link: str
) -> None:
    api.intents.append(WAITS)
    page = await browser.open(link)
    api.refusal, api.refuses = "not_found", "DELETE"

    answer = await browser.send(TAKE_BACK, forms(page)[TAKE_BACK])

    assert "No longer kept" == heading(answer)


async def test_the_status_page_lists_what_waits_and_what_was_claimed(
    browser: Any, api: Any
) -> None:
    other = "https://other.test/x"
    api.intents += [WAITS, CLAIMED | {"url": other}]

    page = await browser.open("/")
    text = page.body.decode()
    await browser.send(TAKE_BACK, forms(page)[TAKE_BACK])

    assert "Waits for its owner until 2026-04-15 12:00 UTC." in text
    assert (
        "<b>A &lt;b&gt;song&lt;/b&gt;</b> gets a part of your budget of 2026-02" in text
    )
    assert f'action="/take-back/{quote(other, safe="")}"' in text
    assert [URL] == api.taken_back


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("validation", "Somebody has registered it meanwhile"),
        ("flattr_once", "Your flattr waits already"),
        ("flattr_owner", "This is your own thing"),
        ("no_means", "No means"),
    ],
)
async def test_a_refusal_is_told(
    browser: Any, api: Any, offered: Any, refusal: str, said: str
) -> None:
    api.refusal = refusal

    answer = await browser.send(KEEP, forms(offered)[KEEP])

    assert said == heading(answer)


async def test_another_refusal_to_take_back_is_told(
    browser: Any, api: Any, link: str
) -> None:
    api.intents.append(WAITS)
    page = await browser.open(link)
    api.refusal, api.refuses = "rate_limit_exceeded", "DELETE"

    answer = await browser.send(TAKE_BACK, forms(page)[TAKE_BACK])

    assert "The server refused" == heading(answer)


@pytest.mark.parametrize("target", [KEEP, TAKE_BACK])
async def test_without_a_server_nothing_is_changed(
    browser: Any, api: Any, offered: Any, link: str, target: str
) -> None:
    if target == TAKE_BACK:
        api.intents.append(WAITS)
        offered = await browser.open(link)
    api.down = True

    answer = await browser.send(target, forms(offered)[target])

    assert "The server does not answer" == heading(answer)
    assert "Nothing was changed." in answer.body.decode()


async def test_a_stranger_keeps_nothing(stranger: Any, api: Any, offered: Any) -> None:
    answer = await stranger.send(f"/intend/{NAME}", forms(offered)[KEEP])

    assert "This browser is not paired" == heading(answer)
    assert [] == api.intended
