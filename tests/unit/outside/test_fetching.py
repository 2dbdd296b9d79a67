"""The one way out, and all who would like to lead it in again."""

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from overallt_server.core.found_pages import FoundPage, Unreachable
from overallt_server.outside import fetching
from overallt_server.outside.fetching import MAX_BYTES, MAX_REDIRECTS

if TYPE_CHECKING:
    from outside_world import OutsideWorld

SECRET = "what only this machine may read"


def _says(text: str = "hello", **headers: str) -> "web.StreamResponse":
    return web.Response(text=text, content_type="text/html", headers=headers)


async def _page(_request: web.Request) -> web.StreamResponse:
    return _says()


async def _secret(_request: web.Request) -> web.StreamResponse:
    return _says(SECRET)


async def _leading_to(outside: "OutsideWorld", target: str) -> str:
    async def lead(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    await outside.site("evil.test", lead)
    return "https://evil.test/"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_page_is_fetched(outside: "OutsideWorld", scheme: str) -> None:
    await outside.site("bo.test", _page)

    page = await outside.way_out().fetch(f"{scheme}://bo.test/a#part")

    assert (
        FoundPage(f"{scheme}://bo.test/a#part", "text/html", "utf-8", b"hello") == page
    )


async def test_no_cookie_and_no_name_of_ours_goes_with_it(
    outside: "OutsideWorld",
) -> None:
    heard: list[web.Request] = []

    async def hear(request: web.Request) -> web.StreamResponse:
        heard.append(request)
        if request.path == "/b":
            return _says()
        return web.Response(
            status=302, headers={"Location": "/b", "Set-Cookie": "a=b; Path=/"}
        )

    await outside.site("bo.test", hear)

    await outside.way_out().fetch("https://bo.test/a")

    assert ["/a", "/b"] == [each.path for each in heard]
    assert not any(
        {"Cookie", "Authorization", "Referer"} & set(each.headers) for each in heard
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://localhost/",
        "http://localhost./",
    ],
)
async def test_this_machine_and_its_network_are_out_of_reach(
    outside: "OutsideWorld", url: str
) -> None:
    with pytest.raises(Unreachable):
        await outside.way_out().fetch(url)

    assert [] == outside.dialled


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fd00::1"]
)
async def test_a_name_that_leads_to_this_machine_is_refused(
    outside: "OutsideWorld", address: str
) -> None:
    outside.name("evil.test", address)

    with pytest.raises(Unreachable):
        await outside.way_out().fetch("http://evil.test/")

    assert [] == outside.dialled


async def test_a_name_that_is_first_harmless_and_then_this_machine_gains_nothing(
    outside: "OutsideWorld",
) -> None:
    """DNS rebinding: what is judged is what is connected to, each time anew."""

    async def lead_on(request: web.Request) -> web.StreamResponse:
        if request.path == "/":
            return web.Response(status=302, headers={"Location": "/secret"})
        return _says(SECRET)

    await outside.site("evil.test", lead_on)
    (public,) = outside.addresses["evil.test"]
    outside.name("evil.test", public, "127.0.0.1")

    with pytest.raises(Unreachable):
        await outside.way_out().fetch("http://evil.test/")

    assert [(public, 80)] == outside.dialled


async def test_of_several_addresses_the_public_one_is_taken(
    outside: "OutsideWorld",
) -> None:
    await outside.site("bo.test", _page)
    outside.addresses["bo.test"].append("::1")

    page = await outside.way_out().fetch("http://bo.test/")

    assert b"hello" == page.body


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "http://inner.test/",
        "//127.0.0.1/",
        "http://ada:secret@bo.test/",
        "http://bo.test:8080/",
        "file:///etc/passwd",
        "data:text/html,hello",
        "http://[/",
        "",
    ],
)
async def test_a_redirect_is_judged_like_any_address(
    outside: "OutsideWorld", target: str
) -> None:
    outside.name("inner.test", "127.0.0.1")
    await outside.site("bo.test", _secret)
    url = await _leading_to(outside, target)

    with pytest.raises(Unreachable):
        await outside.way_out().fetch(url)

    assert {outside.addresses["evil.test"][0]} == {host for host, _ in outside.dialled}


async def test_redirects_come_to_an_end(outside: "OutsideWorld") -> None:
    url = await _leading_to(outside, "/again")

    with pytest.raises(Unreachable, match="without an end"):
        await outside.way_out().fetch(url)

    assert 1 + MAX_REDIRECTS == len(outside.dialled)


async def test_it_says_where_a_redirect_has_led(outside: "OutsideWorld") -> None:
    await outside.site("bo.test", _page)
    url = await _leading_to(outside, "http://bo.test/moved")

    page = await outside.way_out().fetch(url)

    assert "http://bo.test/moved" == page.url


async def test_another_host_is_not_followed_where_that_would_prove_nothing(
    outside: "OutsideWorld",
) -> None:
    await outside.site("bo.test", _page)
    url = await _leading_to(outside, "https://bo.test/")

    with pytest.raises(Unreachable, match="another host"):
        await outside.way_out().fetch(url, leaves_host=False)


@pytest.mark.parametrize("port", [22, 8080, 8443])
async def test_ports_of_other_services_are_out_of_reach(
    outside: "OutsideWorld", port: int
) -> None:
    await outside.site("bo.test", _page)

    with pytest.raises(Unreachable):
        await outside.way_out().fetch(f"http://bo.test:{port}/")

    assert [] == outside.dialled


async def test_a_certificate_of_somebody_else_is_refused(
    outside: "OutsideWorld",
) -> None:
    await outside.site("bo.test", _page)
    await outside.site("evil.test", _page)
    outside.addresses["bo.test"] = outside.addresses["evil.test"]

    with pytest.raises(Unreachable):
        await outside.way_out().fetch("https://bo.test/")


@pytest.mark.parametrize("status", [204, 206, 304, 404, 500])
async def test_only_a_whole_page_is_one(outside: "OutsideWorld", status: int) -> None:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    await outside.site("bo.test", refuse)

    with pytest.raises(Unreachable, match=str(status)):
        await outside.way_out().fetch("http://bo.test/")


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)],
)
async def test_a_packed_page_is_unpacked(
    outside: "OutsideWorld", encoding: str, pack: object
) -> None:
    assert callable(pack)
    packed = pack(b"hello " * 50_000)

    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=packed, headers={"Content-Encoding": encoding})

    await outside.site("bo.test", serve)

    page = await outside.way_out().fetch("http://bo.test/")

    assert b"hello " * 50_000 == page.body


async def test_a_bomb_is_unpacked_as_far_as_a_page_goes(
    outside: "OutsideWorld", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the 64 MB that 64 KB become, no more is ever made than is kept."""
    bomb = gzip.compress(bytes(64 * MAX_BYTES))
    unpacked: list[int] = []
    unpacking = fetching._unpacking

    def counted(encoding: str) -> object:
        unpack = unpacking(encoding)

        def count(piece: bytes, most: int) -> bytes:
            made = unpack(piece, most)
            unpacked.append(len(made))
            return made

        return count

    monkeypatch.setattr(fetching, "_unpacking", counted)

    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    await outside.site("evil.test", serve)

    page = await outside.way_out().fetch("http://evil.test/")

    assert MAX_BYTES == len(page.body) == sum(unpacked)


async def test_a_page_without_an_end_is_cut_off(outside: "OutsideWorld") -> None:
    url = await outside.raw("evil.test", b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)

    page = await outside.way_out().fetch(url)

    assert MAX_BYTES == len(page.body)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\nhello",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
async def test_what_is_no_page_is_none(outside: "OutsideWorld", answer: bytes) -> None:
    url = await outside.raw("evil.test", answer)

    with pytest.raises(Unreachable):
        await outside.way_out().fetch(url)


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Name: value\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\nX-Name: ", b"x" * 65536),
        (b"HTTP/1.1 ", b"2" * 65536),
    ],
)
async def test_a_head_without_an_end_is_given_up(
    outside: "OutsideWorld", answer: bytes, again: bytes
) -> None:
    url = await outside.raw("evil.test", answer, again)

    with pytest.raises(Unreachable, match="could not be reached"):
        await outside.way_out().fetch(url)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
    ],
)
async def test_who_is_slow_has_one_time_for_all_of_it(
    outside: "OutsideWorld", monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    url = await outside.raw("evil.test", answer)

    with pytest.raises(Unreachable, match="too long"):
        await outside.way_out().fetch(url)


async def test_who_drips_has_no_more_time_than_others(
    outside: "OutsideWorld", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    dripped: list[int] = []

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            dripped.append(1)
            await asyncio.sleep(0.05)  # Dripping is what is tried here.

    await outside.site("evil.test", drip)

    with pytest.raises(Unreachable, match="too long"):
        await outside.way_out().fetch("http://evil.test/")

    assert len(dripped) > 1


async def test_a_name_that_nobody_has_is_unreachable(outside: "OutsideWorld") -> None:
    with pytest.raises(Unreachable):
        await outside.way_out().fetch("http://nobody.test/")
