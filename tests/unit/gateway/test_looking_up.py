"""Old buttons: the consent page by address, or why there is none."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from overallt.gateway.seals import Printed

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://blog.test/a?b=1&c=å#d"


@pytest.fixture
def link(gateway: Any) -> str:
    """Where an old button on a page of blog.test leads to."""
    printed = Printed("https://blog.test/", in_document=True)
    parts = urlsplit(gateway.address_by_url(URL, printed, now=START))
    assert "https://flattr.internal/give" == f"{parts.scheme}://{parts.netloc}/give"
    return f"{parts.path}?{parts.query}"


async def test_a_registered_address_leads_to_its_things_page(
    browser: Any, api: Any, link: str
) -> None:
    answer = await browser.open(link)
    text = answer.body.decode()

    assert 200 == answer.status
    assert "<b>blog.test</b>" in text
    assert 'action="/give/7"' in text
    assert [URL] == api.looked_up


async def test_the_flattr_is_given_to_that_thing(
    browser: Any, api: Any, link: str
) -> None:
    ticket = browser.ticket_in(await browser.open(link))
    browser.wait(seconds=1)
    answer = await browser.send("/give/7", f"ticket={ticket}&step=give".encode())

    assert 200 == answer.status
    assert "POST /rest/v2/things/7/flattr" in api.asked


async def test_a_link_of_a_pages_own_making_names_no_page(browser: Any) -> None:
    answer = await browser.open("/give?url=https%3A%2F%2Fblog.test%2F&p=forged")

    assert b"An <b>unknown page</b> asks you" in answer.body


async def test_a_frame_that_hides_its_page_names_none(
    browser: Any, gateway: Any
) -> None:
    printed = Printed("", in_document=False)
    parts = urlsplit(gateway.address_by_url(URL, printed, now=START))

    answer = await browser.open(f"{parts.path}?{parts.query}")

    assert b"An <b>unknown page</b> asks you" in answer.body


async def test_another_refusal_is_told(browser: Any, api: Any, link: str) -> None:
    api.refusal, api.refuses = "validation", "GET"

    answer = await browser.open(link)

    assert 403 == answer.status
    assert b"The server refused" in answer.body


async def test_without_a_server_nothing_is_kept(
    browser: Any, api: Any, queue: Any, link: str
) -> None:
    api.down = True

    answer = await browser.open(link)

    assert 502 == answer.status
    assert b"Nothing was kept" in answer.body
    assert [] == queue.clicks()


async def test_who_did_not_press_it_is_told_so(
    browser: Any, api: Any, link: str
) -> None:
    answer = await browser.open(link, changed={"sec-fetch-user": None})

    assert b"A page opened this" in answer.body
    assert [] == api.asked


async def test_a_stranger_is_not_shown_anything(
    stranger: Any, api: Any, link: str
) -> None:
    answer = await stranger.open(link)

    assert b"This browser is not paired" in answer.body
    assert [] == api.asked
