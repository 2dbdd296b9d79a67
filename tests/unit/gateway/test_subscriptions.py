"""A flattr that is repeated each month: made after a flattr, ended at the status."""

from typing import Any

import pytest
from gateway_pages import forms, heading

PATH = "/rest/v2/things/7/subscriptions"
SUBSCRIPTION = {
    "type": "subscription",
    "active": True,
    "created_at": 0,
    "started_at": 0,
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
async def flattred(browser: Any, api: Any) -> Any:
    """The page after a flattr, seen for a while."""
    api.thing["flattred"] = True
    answer = await browser.open("/give/7")
    browser.wait(seconds=1)
    return answer


async def test_after_a_flattr_it_can_be_given_each_month(
    browser: Any, api: Any, flattred: Any
) -> None:
    body = forms(flattred)["/subscribe/7"]
    answer = await browser.send("/subscribe/7", body)
    again = await browser.send("/subscribe/7", body)

    assert "Every month from now on" == heading(answer)
    assert "This page is used up" == heading(again)
    assert 1 == api.asked.count(f"POST {PATH}")


async def test_its_button_is_as_dead_at_first_as_that_of_a_flattr(
    browser: Any, api: Any
) -> None:
    """It gives money, too: a double click must not reach it."""
    api.thing["flattred"] = True
    shown = await browser.open("/give/7")
    browser.wait(seconds=0.5)

    answer = await browser.send("/subscribe/7", forms(shown)["/subscribe/7"])

    assert b'<button id="confirm" class="quiet" disabled>' in shown.body
    assert b'<script src="/arm.js" defer></script>' in shown.body
    assert "That was very quick" == heading(answer)
    assert f"POST {PATH}" not in api.asked


async def test_a_ticket_to_undo_does_not_subscribe(
    browser: Any, api: Any, flattred: Any
) -> None:
    answer = await browser.send("/subscribe/7", forms(flattred)["/undo/7"])

    assert "This page is used up" == heading(answer)
    assert f"POST {PATH}" not in api.asked


async def test_who_has_subscribed_is_told_so(browser: Any, api: Any) -> None:
    api.thing |= {"flattred": True, "subscribed": True}

    answer = await browser.open("/give/7")

    assert b"You flattr it every month." in answer.body
    assert b"/subscribe/7" not in answer.body


@pytest.mark.parametrize(
    ("code", "says"),
    [
        # In another window it was done already.
        ("subscribed", "Every month from now on"),
        ("unauthorized", "Not signed in"),
        ("of_tomorrow", "The server refused"),
    ],
)
async def test_a_refusal_to_subscribe_is_said(
    browser: Any, api: Any, flattred: Any, code: str, says: str
) -> None:
    api.refusal = code

    answer = await browser.send("/subscribe/7", forms(flattred)["/subscribe/7"])

    assert says == heading(answer)


async def test_without_a_server_nothing_is_subscribed(
    browser: Any, api: Any, flattred: Any
) -> None:
    api.down = True

    answer = await browser.send("/subscribe/7", forms(flattred)["/subscribe/7"])

    assert "The server does not answer" == heading(answer)


async def test_the_status_page_lists_and_ends_it(browser: Any, api: Any) -> None:
    api.subscriptions = [SUBSCRIPTION]
    status = await browser.open("/")
    answer = await browser.send("/unsubscribe/7", forms(status)["/unsubscribe/7"])

    assert b"<b>A &lt;b&gt;song&lt;/b&gt;</b>" in status.body
    assert b"(paused)" not in status.body
    assert "No longer every month" == heading(answer)
    assert 1 == api.asked.count(f"DELETE {PATH}")


async def test_what_is_paused_is_marked(browser: Any, api: Any) -> None:
    api.subscriptions = [SUBSCRIPTION | {"active": False}]

    assert b"(paused)" in (await browser.open("/")).body


async def test_what_was_ended_elsewhere_is_ended(browser: Any, api: Any) -> None:
    api.subscriptions = [SUBSCRIPTION]
    status = await browser.open("/")
    api.refusal, api.refuses = "not_found", "DELETE"

    answer = await browser.send("/unsubscribe/7", forms(status)["/unsubscribe/7"])

    assert "No longer every month" == heading(answer)
