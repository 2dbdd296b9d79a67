"""Whatever fails, the reader gets his page, as whole or as broken as it came."""

import asyncio
import gzip
from pathlib import Path
from typing import Any, override

import aiohttp
import pytest

from overallt.client.index import Index
from overallt.client.opt_out_file import OptOutFile
from overallt.proxy.decoding import decoder_for
from overallt.proxy.opt_out import OptOut

PAGE = b"<!DOCTYPE html><p>One \xc3\xa5 [Flattr=7] here.</p>"
BEFORE, AFTER = PAGE.split(b"[Flattr=7]")
LINK = b'<a href="https://flattr.internal/give/7?p='


def text_of(page: Any) -> bytes:
    """Return what a browser makes of a page that may still be encoded."""
    decoder = decoder_for(page.headers.get("content-encoding", ""))
    assert decoder is not None
    text: bytes = decoder.feed(page.body)
    return text


@pytest.mark.usefixtures("each_arrival")
async def test_a_truncated_gzip_passes_as_far_as_it_goes(
    site: Any, reader: Any
) -> None:
    site.add("/", gzip.compress(PAGE * 500)[:-30], "Content-Encoding: gzip")

    page = await reader.get("https://site.test/")

    assert page.body.startswith(BEFORE + LINK)


@pytest.mark.usefixtures("each_arrival")
async def test_a_page_whose_encoding_is_a_lie_passes_raw(
    site: Any, reader: Any
) -> None:
    site.add("/", PAGE, "Content-Encoding: gzip")

    assert (await reader.get("https://site.test/")).body == PAGE


class FailingIndex(Index):
    @override
    def knows(self, tag_id: str) -> bool:
        raise RuntimeError


class CrashingIndex(Index):
    """One whose following crashes the first time."""

    crashes = 0

    @override
    async def follow(self) -> None:
        self.crashes += 1
        if self.crashes == 1:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.crash())
        await super().follow()

    async def crash(self) -> None:
        raise RuntimeError("https://site.test/a/private/page")


@pytest.mark.parametrize("index_kind", [CrashingIndex])
async def test_following_the_server_survives_a_crash(
    site: Any, reader: Any, proxy: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site.add("/", PAGE)

    page = await reader.get("https://site.test/")

    assert LINK in page.body
    told = [record for record in caplog.get_records("setup") if "crash" in record.msg]
    assert ["follower crashed reason=RuntimeError at=crash:"] == [
        record.getMessage().rstrip("0123456789") for record in told
    ]


async def test_what_fails_beside_a_page_is_logged_without_the_address(
    reader: Any,
    proxy: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(host: str, port: int) -> None:
        raise RuntimeError(f"{host}:{port}")

    monkeypatch.setattr(proxy.addon._egress, "pin", fail)

    page = await reader.get("http://site.test/a/private/page")

    assert 502 == page.status
    assert "failure reason=RuntimeError at=fail:" in caplog.text
    assert "site.test" not in caplog.text


@pytest.mark.usefixtures("each_arrival")
@pytest.mark.parametrize("index_kind", [FailingIndex])
async def test_a_page_survives_a_button_that_cannot_be_made(
    site: Any, reader: Any
) -> None:
    site.add("/", gzip.compress(PAGE * 3), "Content-Encoding: gzip")

    page = await reader.get("https://site.test/")

    assert text_of(page) == PAGE * 3


class FailingOptOut(OptOut):
    @override
    def covers(self, host: str) -> bool:
        raise RuntimeError


@pytest.mark.parametrize(
    "opt_out", [FailingOptOut(added=frozenset(), file=OptOutFile(Path("nowhere")))]
)
async def test_a_page_survives_an_addon_that_fails(site: Any, reader: Any) -> None:
    site.add("/", PAGE, 'ETag: "abc"')

    page = await reader.get("https://site.test/")

    assert page.body == PAGE
    assert page.headers["etag"] == '"abc"'


async def read_into(got: bytearray, reader: Any) -> None:
    async with reader.open("https://site.test/") as response:
        async for piece in response.content.iter_any():
            got += piece


async def test_a_site_that_breaks_off_costs_no_more_than_what_is_held(
    site: Any, reader: Any
) -> None:
    """mitmproxy has no hook that could still send what may have become a tag."""
    site.pieces["/"] = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n",
        b"Content-Type: text/html; charset=utf-8\r\n\r\n",
        PAGE + b"and then [Flat",
    ]
    got = bytearray()

    with pytest.raises(aiohttp.ClientPayloadError):
        await read_into(got, reader)

    assert got.startswith(BEFORE + LINK)
    assert got.endswith(AFTER + b"and then ")


async def test_a_piece_that_gives_nothing_yet_does_not_end_the_page(
    site: Any, reader: Any
) -> None:
    """mitmproxy takes an empty piece for the end of a chunked body (PR 8242)."""
    body = gzip.compress(PAGE)
    cut = [body[:3], body[3:11], body[11:]]
    chunks: list[bytes | float] = []
    for piece in cut:
        chunks += [b"%x\r\n%b\r\n" % (len(piece), piece), 0.01]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
    framing = b"Transfer-Encoding: chunked\r\n\r\n"
    site.pieces["/"] = [head + framing, *chunks, b"0\r\n\r\n"]

    page = await reader.get("https://site.test/")

    assert page.body.startswith(BEFORE + LINK)
    assert page.body.endswith(AFTER)


async def test_a_failure_is_logged_once_and_without_the_address(
    site: Any, reader: Any, caplog: pytest.LogCaptureFixture
) -> None:
    encoded = b"".join(b"%x\r\n%b\r\n" % (len(PAGE), PAGE) for _ in range(9))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n"
    framing = b"Transfer-Encoding: chunked\r\n\r\n"
    site.pieces["/a/private/page"] = [head + framing, encoded + b"0\r\n\r\n"]

    page = await reader.get("https://site.test/a/private/page")

    assert page.body == PAGE * 9
    assert 1 == caplog.text.count("bail_out reason=DecodingError")
    assert "private" not in caplog.text
    assert "site.test" not in caplog.text
