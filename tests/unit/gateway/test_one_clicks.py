"""One click on a site that the patron trusts."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from overallt.gateway.seals import Printed

GATEWAY = "https://flattr.internal"
PAGE = "https://blog.test/song"
SONG = Printed(PAGE, in_document=True)
NEXT_MONTH = "2026-02"


def link(browser: Any, printed: Printed = SONG) -> str:
    address: str = browser.gateway.address("7", printed, now=browser.now)
    return address.removeprefix(GATEWAY)


def form(answer: Any) -> tuple[str, str]:
    """Where the page's last form leads, and its ticket."""
    found = re.findall(
        r'<form method="post" action="([^"]*)">\s*'
        r'<input type="hidden" name="ticket" value="([^"]*)">',
        answer.body.decode(),
    )
    target, ticket = found[-1]
    return str(target), str(ticket)


async def confirm(browser: Any, shown: Any, choice: str = "&trust=yes") -> Any:
    browser.wait(seconds=1)
    target, ticket = form(shown)
    return await browser.send(target, f"ticket={ticket}&step=give{choice}".encode())


def is_offered(answer: Any) -> bool:
    return b'name="trust"' in answer.body


def is_given(answer: Any) -> bool:
    return b"<h1>Flattred in ten seconds</h1>" in answer.body


@pytest.fixture(autouse=True)
def proved(api: Any) -> None:
    """The owner of the thing has proved that blog.test is his."""
    api.thing["hosts"] = ["blog.test"]


@pytest.fixture
def trusted(sites: Any, browser: Any) -> None:
    sites.trust("blog.test", browser.now)


async def test_where_the_owner_proved_the_host_the_page_says_so_and_offers_it(
    browser: Any,
) -> None:
    shown = await browser.open(link(browser))

    assert b"Confirmed on this site." in shown.body
    assert b"ada has proved that blog.test is his own." in shown.body
    assert is_offered(shown)


@pytest.mark.parametrize(
    ("page", "hosts"),
    [
        (PAGE, None),
        (PAGE, []),
        (PAGE, ["other.test"]),
        ("https://comments.blog.test/", ["blog.test"]),
        ("https://blog.test:8443/", ["blog.test"]),
    ],
)
async def test_anywhere_else_it_is_not_confirmed_and_not_offered(
    browser: Any, api: Any, page: str, hosts: list[str] | None
) -> None:
    api.thing["hosts"] = hosts

    shown = await browser.open(link(browser, Printed(page, in_document=True)))

    assert b"Not confirmed on this site." in shown.body
    assert not is_offered(shown)


@pytest.mark.parametrize(
    "printed",
    [
        # Whoever is on the way can write such a page.
        Printed("http://blog.test/song", in_document=True),
        # A frame can be covered, and with what a script fetches it does as it likes.
        Printed(PAGE, in_document=False),
    ],
)
async def test_where_a_link_could_be_anybodys_it_is_not_offered(
    browser: Any, printed: Printed
) -> None:
    shown = await browser.open(link(browser, printed))

    assert not is_offered(shown)


async def test_an_unknown_page_is_offered_nothing(browser: Any) -> None:
    shown = await browser.open("/give/7?p=forged")

    assert not is_offered(shown)


@pytest.mark.parametrize("one_clicks_a_day", [0])
async def test_with_none_a_day_it_is_not_offered(browser: Any) -> None:
    assert not is_offered(await browser.open(link(browser)))


async def test_it_is_off_until_the_patron_ticks_it(browser: Any, sites: Any) -> None:
    shown = await browser.open(link(browser))
    await confirm(browser, shown, choice="")

    assert b"checked" not in shown.body
    assert [] == sites.hosts()


async def test_what_is_ticked_counts_from_the_flattr_on(
    browser: Any, sites: Any, api: Any
) -> None:
    flattred = await confirm(browser, await browser.open(link(browser)))

    assert b"<h1>Flattred</h1>" in flattred.body
    assert 1 == len(api.click_ids)
    assert ["blog.test"] == sites.hosts()


async def test_what_is_ticked_without_script_survives_the_second_step(
    browser: Any, sites: Any
) -> None:
    target, ticket = form(await browser.open(link(browser)))
    browser.wait(seconds=1)
    body = f"ticket={ticket}&step=continue&trust=yes".encode()
    second = await browser.send(target, body)
    before = sites.hosts()
    await confirm(browser, second)

    assert b'value="yes" checked>' in second.body
    assert [] == before
    assert ["blog.test"] == sites.hosts()


async def test_a_form_cannot_trust_a_site_that_nobody_proved(
    browser: Any, sites: Any, api: Any
) -> None:
    api.thing["hosts"] = []
    flattred = await confirm(browser, await browser.open(link(browser)))

    assert b"<h1>Flattred</h1>" in flattred.body
    assert [] == sites.hosts()


@pytest.mark.usefixtures("trusted")
async def test_one_click_shows_the_result_at_once_and_sends_nothing_yet(
    browser: Any, api: Any, queue: Any
) -> None:
    shown = await browser.open(link(browser))

    (click,) = queue.clicks()
    assert is_given(shown)
    assert "12; url=/given/7" == shown.headers["Refresh"]
    assert timedelta(seconds=10) <= click.confirmed_at - browser.now
    assert [] == api.click_ids


@pytest.mark.usefixtures("trusted")
async def test_until_it_is_sent_it_can_be_stopped(browser: Any, queue: Any) -> None:
    target, ticket = form(await browser.open(link(browser)))

    stopped = await browser.send(target, f"ticket={ticket}".encode())

    assert b"<h1>Taken back</h1>" in stopped.body
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "changed",
    [
        {"sec-fetch-user": None},
        {"sec-fetch-dest": "iframe"},
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-purpose": "prefetch;prerender"},
        {"cookie": "__Host-overallt=guess"},
    ],
)
async def test_only_a_person_in_a_paired_browser_gives_by_one_click(
    browser: Any, queue: Any, changed: dict[str, str | None]
) -> None:
    shown = await browser.open(link(browser), changed=changed)

    assert not is_given(shown)
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "printed",
    [
        Printed("https://evil.test/", in_document=True),
        Printed("http://blog.test/song", in_document=True),
        Printed("https://blog.test:8443/", in_document=True),
        Printed(PAGE, in_document=False),
    ],
)
async def test_a_link_printed_anywhere_else_asks_first(
    browser: Any, queue: Any, printed: Printed
) -> None:
    shown = await browser.open(link(browser, printed))

    assert b"<h1>Flattr this?</h1>" in shown.body
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
async def test_a_stranger_writing_on_a_trusted_site_gets_no_one_click(
    browser: Any, api: Any, queue: Any
) -> None:
    """A comment there can name a thing of anybody, who has proved hosts of his own."""
    api.thing["hosts"] = ["stranger.test"]

    shown = await browser.open(link(browser))

    assert b"Not confirmed on this site." in shown.body
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
async def test_a_link_of_yesterday_asks_first(browser: Any, queue: Any) -> None:
    target = link(browser)
    browser.wait(hours=24, seconds=1)

    assert b"<b>unknown page</b>" in (await browser.open(target)).body
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
async def test_the_second_click_on_a_thing_in_a_month_asks_and_says_why(
    browser: Any, api: Any, queue: Any
) -> None:
    await browser.open(link(browser))
    queue.forget(queue.clicks()[0].click_id)

    asked = await browser.open(link(browser))
    api.means["period"] = NEXT_MONTH
    given = await browser.open(link(browser))

    assert b"only once a month for each thing" in asked.body
    assert not is_offered(asked)
    assert is_given(given)


@pytest.mark.usefixtures("trusted")
async def test_past_the_days_number_the_page_asks(
    browser: Any, api: Any, queue: Any
) -> None:
    given = []
    for thing_id in (7, 8, 9):
        api.thing["id"] = thing_id
        given.append(is_given(await browser.open(link(browser))))
        for click in queue.clicks():
            queue.forget(click.click_id)

    assert [True, True, False] == given


@pytest.mark.usefixtures("trusted")
async def test_pressed_again_within_the_ten_seconds_it_is_the_same_click(
    browser: Any, queue: Any
) -> None:
    await browser.open(link(browser))
    again = await browser.open(link(browser))

    assert b"is sent in a few seconds." in again.body
    assert 1 == len(queue.clicks())


@pytest.mark.usefixtures("trusted")
async def test_what_is_flattred_already_is_shown_so(
    browser: Any, api: Any, queue: Any
) -> None:
    api.thing["flattred"] = True

    assert b"<h1>Already flattred</h1>" in (await browser.open(link(browser))).body
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
async def test_without_means_the_page_says_what_is_missing(
    browser: Any, api: Any, queue: Any
) -> None:
    api.means["pot_minor"] = 0

    shown = await browser.open(link(browser))

    assert b"A flattr needs free means" in shown.body
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
async def test_without_a_server_nothing_is_confirmed_so_it_asks(
    browser: Any, api: Any, queue: Any
) -> None:
    api.down = True

    shown = await browser.open(link(browser))

    assert b"<h1>Flattr this later?</h1>" in shown.body
    assert [] == queue.clicks()


@pytest.mark.usefixtures("trusted")
async def test_one_click_that_cannot_be_written_down_is_not_made(
    browser: Any, tmp_path: Any
) -> None:
    with closing(sqlite3.connect(tmp_path / "queue.sqlite")) as file, file:
        file.execute(
            "create trigger full before insert on clicks begin "
            "select raise(abort, 'no room'); end"
        )

    shown = await browser.open(link(browser))

    assert b"Your flattr could not be kept" in shown.body


@pytest.mark.usefixtures("trusted")
async def test_the_status_page_ends_the_trust(browser: Any, sites: Any) -> None:
    status = await browser.open("/")
    target, ticket = form(status)
    ended = await browser.send(target, f"ticket={ticket}".encode())
    asked = await browser.open(link(browser))

    assert b"One click is enough on these sites" in status.body
    assert "/ask/blog.test" == target
    assert b"<h1>You are asked again</h1>" in ended.body
    assert [] == sites.hosts()
    assert is_offered(asked)


@pytest.mark.usefixtures("trusted")
async def test_the_trust_can_be_ended_without_a_server(browser: Any, api: Any) -> None:
    api.down = True

    assert b'action="/ask/blog.test"' in (await browser.open("/")).body


@pytest.mark.usefixtures("trusted")
async def test_a_ticket_ends_the_trust_in_its_own_site_only(
    browser: Any, sites: Any
) -> None:
    sites.trust("other.test", browser.now)
    _, ticket = form(await browser.open("/"))
    answer = await browser.send("/ask/blog.test", f"ticket={ticket}".encode())

    assert b"used up" in answer.body
    assert ["blog.test", "other.test"] == sites.hosts()
