"""The pages about clicks in the queue."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from overallt.gateway.seals import Printed

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def title(answer: Any) -> str:
    return str(answer.body.decode().split("<title>")[1].split(" · ")[0])


def only_form(answer: Any) -> tuple[str, bytes]:
    """Where the page's only form about a click leads, and its body."""
    forms = r'action="(/drop/[^"]*)">\n<input type="hidden" name="ticket" value="(.*?)"'
    ((target, ticket),) = re.findall(forms, answer.body.decode())
    return target, f"ticket={ticket}".encode()


@pytest.fixture
async def kept(browser: Any, api: Any) -> Any:
    """The page after a click for which the server was away."""
    api.down = True
    ticket = browser.ticket_in(await browser.open("/give/7"))
    browser.wait(seconds=1)
    return await browser.send("/give/7", f"ticket={ticket}&step=give".encode())


async def test_it_is_said_what_happened_and_what_happens_next(kept: Any) -> None:
    text = kept.body.decode()

    assert title(kept) == "Kept: 7"
    assert "is kept on this computer" in text
    assert "sent once, as soon as the server is back" in text
    assert "counts in the month in which it arrives" in text


async def test_until_it_is_sent_it_can_be_taken_back(
    browser: Any, kept: Any, queue: Any
) -> None:
    target, form = only_form(kept)

    answer = await browser.send(target, form)
    again = await browser.send(target, form)

    assert title(answer) == "Taken back"
    assert title(again) == "This page is used up"
    assert queue.clicks() == []


async def test_one_that_is_underway_can_not(
    browser: Any, kept: Any, queue: Any
) -> None:
    target, form = only_form(kept)
    queue.depart(target.removeprefix("/drop/"))

    answer = await browser.send(target, form)
    again = await browser.open("/give/7")

    assert title(answer) == "Too late to take it back here"
    assert b"has not said whether it arrived" in again.body
    assert b"ticket" not in again.body
    assert len(queue.clicks()) == 1


async def test_a_ticket_to_drop_is_for_one_click(
    browser: Any, kept: Any, queue: Any
) -> None:
    _, form = only_form(kept)

    answer = await browser.send("/drop/another", form)

    assert title(answer) == "This page is used up"
    assert len(queue.clicks()) == 1


async def test_the_button_pressed_again_says_that_it_waits(
    browser: Any, kept: Any, queue: Any
) -> None:
    answer = await browser.open("/give/7")

    assert title(answer) == "Kept: 7"
    assert len(queue.clicks()) == 1


@pytest.mark.parametrize(
    ("down", "named"), [(True, "The server does not answer"), (False, "Status")]
)
async def test_the_status_page_lists_it_with_and_without_a_server(
    browser: Any, kept: Any, api: Any, *, down: bool, named: str
) -> None:
    api.down = down

    listed = await browser.open("/")
    dropped = await browser.send(*only_form(listed))

    assert title(listed) == named
    assert b"<b>7</b><br>2026-01-15 12:00 UTC" in listed.body
    assert b"Waits for the server." in listed.body
    assert title(dropped) == "Taken back"


async def test_what_was_taken_back_in_one_window_is_gone_in_the_other(
    browser: Any, kept: Any
) -> None:
    other = await browser.open("/")
    await browser.send(*only_form(kept))

    answer = await browser.send(*only_form(other))

    assert title(answer) == "Too late to take it back here"
    assert b"was taken back before" in answer.body


async def test_a_refusal_is_listed_with_its_reason_until_it_is_deleted(
    browser: Any, kept: Any, queue: Any
) -> None:
    queue.refuse(only_form(kept)[0].removeprefix("/drop/"), "flattr_once")

    listed = await browser.open("/")
    await browser.send(*only_form(listed))
    after = await browser.open("/")

    assert b"Not counted: Already flattred. A thing can be" in listed.body
    assert b'aria-label="Delete: 7"' in listed.body
    assert b"Not counted" not in after.body


@pytest.mark.parametrize("reason", ["too_old", "other_sign_in"])
async def test_our_own_reasons_are_said_in_words(
    browser: Any, kept: Any, queue: Any, reason: str
) -> None:
    queue.refuse(only_form(kept)[0].removeprefix("/drop/"), reason)

    text = (await browser.open("/")).body.decode()

    assert "Not counted: " in text
    assert reason not in text


async def test_a_click_that_is_underway_offers_nothing(
    browser: Any, kept: Any, queue: Any
) -> None:
    queue.depart(only_form(kept)[0].removeprefix("/drop/"))

    text = (await browser.open("/")).body.decode()

    assert "Sent; the server has not answered yet." in text
    assert "/drop/" not in text


async def test_what_was_refused_can_be_confirmed_again(
    browser: Any, kept: Any, queue: Any
) -> None:
    queue.refuse(only_form(kept)[0].removeprefix("/drop/"), "no_means")

    assert b"<h1>Flattr this later?</h1>" in (await browser.open("/give/7")).body


async def test_nothing_of_the_page_is_kept(
    browser: Any, api: Any, tmp_path: Any
) -> None:
    api.down = True
    printed = Printed("https://blog.test/secret", in_document=True)
    address = browser.gateway.address("7", printed, now=START)
    shown = await browser.open(address.removeprefix("https://flattr.internal"))
    browser.wait(seconds=1)
    ticket = browser.ticket_in(shown)

    await browser.send("/give/7", f"ticket={ticket}&step=give".encode())

    files = b"".join(file.read_bytes() for file in tmp_path.glob("queue.sqlite*"))
    assert b"blog.test" not in files
    assert b"/secret" not in files


@pytest.fixture
async def kept_with_a_wish(browser: Any, api: Any) -> Any:
    """The page after a click for which the server was away, and its site was ticked."""
    api.thing["hosts"] = ["blog.test"]
    printed = Printed("https://blog.test/song", in_document=True)
    address = browser.gateway.address("7", printed, now=START)
    shown = await browser.open(address.removeprefix("https://flattr.internal"))
    api.down = True
    browser.wait(seconds=1)
    body = f"ticket={browser.ticket_in(shown)}&step=give&trust=yes".encode()
    return await browser.send("/give/7", body)


async def until_sent(sending: Any) -> None:
    """Let the queue be sent, until nothing is left in it."""
    following = asyncio.create_task(sending.follow())
    async with asyncio.timeout(5):
        while await sending.clicks():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)
    following.cancel()


async def test_what_was_ticked_waits_with_the_click(
    kept_with_a_wish: Any, sites: Any, api: Any, sending: Any
) -> None:
    trusted_before = sites.hosts()
    api.down = False

    await until_sent(sending)

    assert b"one click is enough on <b>blog.test</b>" in kept_with_a_wish.body
    assert [] == trusted_before
    assert ["blog.test"] == sites.hosts()


async def test_what_was_ticked_goes_with_a_click_that_is_taken_back(
    browser: Any, kept_with_a_wish: Any, sites: Any, api: Any, sending: Any
) -> None:
    await browser.send(*only_form(kept_with_a_wish))
    api.down = False

    await until_sent(sending)

    assert [] == api.click_ids
    assert [] == sites.hosts()


async def test_what_was_ticked_holds_only_if_it_is_still_proved(
    kept_with_a_wish: Any, sites: Any, api: Any, sending: Any
) -> None:
    api.thing["hosts"] = []
    api.down = False

    await until_sent(sending)

    assert 1 == len(api.click_ids)
    assert [] == sites.hosts()


async def test_what_was_ticked_without_script_survives_a_server_that_goes(
    browser: Any, api: Any, sites: Any, sending: Any
) -> None:
    api.thing["hosts"] = ["blog.test"]
    printed = Printed("https://blog.test/song", in_document=True)
    address = browser.gateway.address("7", printed, now=START)
    shown = await browser.open(address.removeprefix("https://flattr.internal"))
    api.down = True
    seen = [shown]
    for choice in ("step=continue&trust=yes", "step=give&trust=yes"):
        browser.wait(seconds=1)
        body = f"ticket={browser.ticket_in(seen[-1])}&{choice}".encode()
        seen.append(await browser.send("/give/7", body))
    api.down = False

    await until_sent(sending)

    assert b'value="yes" checked>' in seen[1].body
    assert ["blog.test"] == sites.hosts()
