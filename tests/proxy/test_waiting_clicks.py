"""Clicks through a real proxy whose server is away, and comes back."""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

ORIGIN = "https://flattr.internal"
NAVIGATION = {
    "Sec_Fetch_Mode": "navigate",
    "Sec_Fetch_Dest": "document",
    "Sec_Fetch_User": "?1",
    "Sec_Fetch_Site": "cross-site",
}
FORM = NAVIGATION | {
    "Sec_Fetch_Site": "same-origin",
    "Origin": ORIGIN,
    "Content_Type": "application/x-www-form-urlencoded",
}
# What the page's script waits before it lets a person confirm.
QUIET_SECONDS = 0.65

pytestmark = pytest.mark.parametrize("heard_yesterday", [["7"]])


class Patron:
    """A person who reads, presses and confirms."""

    def __init__(self, site: Any, reader: Any, cookie: dict[str, str]) -> None:
        self.site = site
        self.reader = reader
        self.cookie = cookie

    async def press_the_button(self) -> Any:
        """Press what is printed on a page, and confirm."""
        self.site.add("/song", b"<p>[Flattr=7]</p>")
        page = await self.reader.get("https://site.test/song")
        (link,) = re.findall(rb'href="([^"]*)"', page.body)
        consent = await self.open(link.decode())
        await asyncio.sleep(QUIET_SECONDS)
        return await self.send(consent, b"&step=give")

    async def open(self, url: str) -> Any:
        return await self.reader.get(url, **NAVIGATION, **self.cookie)

    async def send(self, page: Any, more: bytes = b"") -> Any:
        """Send the only form that does not need a page without script."""
        text = re.sub(rb"<noscript>.*</noscript>", b"", page.body, flags=re.DOTALL)
        (target,) = re.findall(rb'<form method="post" action="([^"]*)">', text)
        (ticket,) = re.findall(rb'name="ticket" value="([^"]*)"', text)
        return await self.reader.get(
            ORIGIN + target.decode(),
            method="POST",
            data=b"ticket=" + ticket + more,
            **FORM,
            **self.cookie,
        )


@pytest.fixture
def patron(site: Any, reader: Any, proxy: Any) -> Patron:
    now = datetime.now(tz=UTC)
    cookie = proxy.browsers.pair(proxy.browsers.new_pairing_code(now), now)
    return Patron(site, reader, {"Cookie": f"__Host-overallt={cookie}"})


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)


async def test_it_is_kept_and_is_a_flattr_once_when_the_server_is_back(
    patron: Patron, api: Any, proxy: Any
) -> None:
    kept = await patron.press_the_button()
    waits = await patron.open(f"{ORIGIN}/")

    await api.start()
    await until(lambda: proxy.queue.clicks() == [])
    # The index is heard of again and again; what was sent is sent no more.
    await until(lambda: api.asked.count("GET /rest/v2/things/index") > 2)

    assert kept.status == 202
    assert b"<h1>Kept, not yet sent</h1>" in kept.body
    assert b"Waits for the server." in waits.body
    assert len(api.flattrs) == 1


async def test_what_is_taken_back_before_is_never_sent(
    patron: Patron, api: Any, proxy: Any
) -> None:
    kept = await patron.press_the_button()

    taken_back = await patron.send(kept)
    await api.start()
    await until(lambda: proxy.index.reachable)

    assert b"<h1>Taken back</h1>" in taken_back.body
    assert proxy.queue.clicks() == []
    assert "POST /rest/v2/things/7/flattr" not in api.asked


async def test_no_log_says_what_was_read_or_flattred(
    patron: Patron, api: Any, proxy: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="overallt")
    await patron.press_the_button()
    await api.start()
    await until(lambda: proxy.index.reachable and proxy.queue.clicks() == [])

    said = [each.getMessage() for each in caplog.records]

    assert {"index reachable=yes things=2"} == {
        each for each in said if each.startswith("index")
    }
    assert not any("site.test" in each or "song" in each for each in said)
