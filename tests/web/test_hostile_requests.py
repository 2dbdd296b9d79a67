"""Requests that no honest program sends, byte by byte, and clients that dawdle."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from loopback import free_port

from overallt_server.settings import Settings
from overallt_server.web.serving import serve

PATIENCE_SECONDS = 10


@pytest.fixture
async def port(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[int]:
    """Serve as the program does, with little patience."""
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    settings = Settings(listen_port=free_port(), database=sqlite_url, request_seconds=1)
    ready = asyncio.Event()
    serving = asyncio.create_task(serve(settings, ready.set))
    await ready.wait()
    yield settings.listen_port
    serving.cancel()
    await asyncio.wait([serving])


async def _said(port: int, *pieces: bytes) -> bytes:
    """Say *pieces*, then nothing more; return all that is answered until the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece.replace(b"PORT", str(port).encode()))
    async with asyncio.timeout(PATIENCE_SECONDS):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


HOST = b"Host: localhost:PORT\r\n"
END = b"Connection: close\r\n\r\n"
POST = b"POST /oauth/token HTTP/1.1\r\n" + HOST


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\n" + HOST + END, 200),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n" + END, 421),
        (b"GET / HTTP/1.1\r\n" + END, 400),
        (
            b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: evil.example\r\n" + END,
            400,
        ),
        (b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + END, 421),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + END, 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 9000 + b"\r\n" + END, 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: a\r\n" * 200 + END, 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: a\0b\r\n" + END, 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A : a\r\n" + END, 400),
        (b"GET / HTTP/9.9\r\n" + HOST + END, 400),
        (b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + END, 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (POST + b"Content-Length: 99999999999999999999\r\n" + END, 400),
        (POST + b"Content-Length: 9999999999\r\n" + END, 400),
        (POST + b"Content-Length: -1\r\n" + END, 400),
        (POST + b"Content-Length: 1, 2\r\n" + END, 400),
        (POST + b"Content-Length: 0x10\r\n" + END, 400),
        (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n" + END, 400),
        (
            POST
            + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
            + END
            + b"0\r\n\r\n",
            400,
        ),
        (POST + b"Transfer-Encoding: chunked\r\n" + END + b"ZZ\r\nab\r\n", 400),
    ],
)
async def test_what_is_odd_is_refused_and_nobody_else_suffers(
    port: int, request_bytes: bytes, status: int
) -> None:
    answer = await _said(port, request_bytes)
    after = await _said(port, b"GET /healthz HTTP/1.1\r\n" + HOST + END)

    assert status == _status(answer)
    assert b"Traceback" not in answer
    assert 200 == _status(after)


async def test_who_never_ends_his_head_is_sent_away(port: int) -> None:
    answer = await _said(port, b"GET / HTTP/1.1\r\n" + HOST + b"A: ")

    assert b"" == answer


async def test_who_never_says_anything_is_sent_away(port: int) -> None:
    answer = await _said(port)

    assert b"" == answer


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=b",
    ],
)
async def test_who_never_ends_his_body_is_told_so(
    port: int, content_type: bytes
) -> None:
    answer = await _said(
        port,
        POST,
        b"Content-Type: " + content_type + b"\r\n",
        b"Content-Length: 100\r\n" + END + b"--b\r\n",
    )

    assert 408 == _status(answer)


async def test_a_head_that_drips_is_not_waited_for(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    writer.write(b"GET / HTTP/1.1\r\nA: ")

    async def drip() -> None:
        while not writer.is_closing():
            writer.write(b"a")
            await asyncio.sleep(0.1)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            answer = await reader.read()
        except ConnectionResetError:
            answer = b""
    dripping.cancel()
    writer.close()

    assert b"" == answer
