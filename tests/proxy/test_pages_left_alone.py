"""Pages that want no buttons, or whose reader wants none for now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overallt.gateway.paused_sites import ALL_SITES, Pause

PAGE = b"<p>One [Flattr=7].</p>"
LINK = b'<a href="https://flattr.internal/give/7?p='
META = b'<meta name="overallt" content="off">'
XHTML = b'<html xmlns="http://www.w3.org/1999/xhtml"><head>%b</head>%b</html>'


async def test_a_page_that_says_so_is_left_alone(site: Any, reader: Any) -> None:
    page = b"<!doctype html><head>" + META + b"</head>" + PAGE
    site.add("/", page)

    assert page == (await reader.get("https://site.test/")).body


async def test_a_page_in_xhtml_that_says_so_is_left_alone(
    site: Any, reader: Any
) -> None:
    page = XHTML % (META.replace(b">", b"/>"), PAGE)
    site.add("/", page, content_type="application/xhtml+xml")

    assert page == (await reader.get("https://site.test/")).body


@pytest.mark.parametrize("cut", range(1, len(META), 7))
async def test_a_page_that_says_so_in_pieces_is_left_alone(
    site: Any, reader: Any, cut: int
) -> None:
    pieces = [b"<head>" + META[:cut], META[cut:] + PAGE[:8], PAGE[8:]]
    body = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in pieces)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    chunked = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    site.pieces["/"] = [head + chunked]
    for at in range(0, len(body), 20):
        site.pieces["/"] += [body[at : at + 20], 0.01]
    site.pieces["/"].append(b"0\r\n\r\n")

    assert b"".join(pieces) == (await reader.get("https://site.test/")).body


async def test_a_page_that_wants_buttons_gets_them(site: Any, reader: Any) -> None:
    site.add("/", META.replace(b"off", b"on") + PAGE)

    assert LINK in (await reader.get("https://site.test/")).body


@pytest.mark.parametrize("paused", [ALL_SITES, "site.test"])
async def test_a_paused_site_passes_as_it_came_until_it_resumes(
    site: Any, reader: Any, proxy: Any, paused: str
) -> None:
    site.add("/", PAGE, 'ETag: "abc"')
    now = datetime.now(tz=UTC)
    proxy.paused_sites.pause(Pause(paused, now + timedelta(hours=1)), now)
    while_paused = await reader.get("https://site.test/")
    proxy.paused_sites.resume(paused, now)
    after = await reader.get("https://site.test/")

    assert (PAGE, '"abc"') == (while_paused.body, while_paused.headers["etag"])
    assert LINK in after.body


async def test_a_pause_on_one_site_is_none_on_another(
    site: Any, reader: Any, proxy: Any
) -> None:
    site.add("/", PAGE)
    proxy.paused_sites.pause(Pause("plain.test", None), datetime.now(tz=UTC))

    assert LINK in (await reader.get("https://site.test/")).body
