"""What became of one click, once the time to stop it is over."""

from typing import Any

import pytest
from gateway_pages import heading

OWN = {"sec-fetch-site": "same-origin", "sec-fetch-user": None}


async def given(browser: Any) -> str:
    return heading(await browser.open("/given/7", changed=OWN))


async def test_what_was_counted_can_be_undone(browser: Any, api: Any) -> None:
    api.thing["flattred"] = True

    answer = await browser.open("/given/7", changed=OWN)

    assert b"<h1>Flattred</h1>" in answer.body
    assert b'action="/undo/7"' in answer.body


async def test_what_was_stopped_is_taken_back(browser: Any) -> None:
    assert "Taken back" == await given(browser)


async def test_what_was_refused_is_said(browser: Any, queue: Any) -> None:
    queue.keep(
        click_id="a", sign_in="who", tag_id="7", site=None, confirmed_at=browser.now
    )
    queue.refuse("a", "no_means")

    assert "No means" == await given(browser)


async def test_an_old_refusal_says_nothing_of_what_was_counted(
    browser: Any, queue: Any, api: Any
) -> None:
    queue.keep(
        click_id="a", sign_in="who", tag_id="7", site=None, confirmed_at=browser.now
    )
    queue.refuse("a", "no_means")
    api.thing["flattred"] = True

    assert "Flattred" == await given(browser)


async def test_without_a_server_it_says_where_to_look(browser: Any, api: Any) -> None:
    api.down = True

    assert "The server does not answer" == await given(browser)


async def test_what_is_still_here_waits(browser: Any, queue: Any, sign_in: str) -> None:
    queue.keep(
        click_id="a", sign_in=sign_in, tag_id="7", site=None, confirmed_at=browser.now
    )

    assert "Kept, not yet sent" == await given(browser)


async def test_a_thing_that_is_gone_is_said(browser: Any, api: Any) -> None:
    api.refusal, api.refuses = "not_found", "GET"

    assert "There is no such thing" == await given(browser)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_only_the_gateways_own_page_leads_here(
    browser: Any, api: Any, site: str
) -> None:
    answer = await browser.open("/given/7", changed={"sec-fetch-site": site})

    assert b"<h1>A page opened this</h1>" in answer.body
    assert [] == api.asked
