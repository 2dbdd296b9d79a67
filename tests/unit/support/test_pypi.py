"""Sources are fetched from the index that pip asks, and only the pinned ones."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import aiohttp
import pytest
from aiohttp import web
from loopback import HOST, answering
from pypi import SIMPLE, PypiPackage, download

CONTENT: Final = b"an archive"
PINNED: Final = PypiPackage("saved-pages", "1.0", hashlib.sha256(CONTENT).hexdigest())


async def answer(request: web.Request) -> web.Response:
    if request.path == "/simple/saved-pages/":
        assert request.headers["Accept"] == SIMPLE
        files = [{"filename": PINNED.archive, "url": "../../files/1.tar.gz"}]
        return web.json_response({"files": files}, content_type=SIMPLE)
    if request.path == "/simple/only-html/":
        return web.Response(text="<!doctype html>", content_type="text/html")
    if request.path == "/files/1.tar.gz":
        return web.Response(body=CONTENT)
    raise web.HTTPNotFound


@pytest.fixture(autouse=True)
async def index(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Serve an index on this machine, and let pip be configured for it."""
    async with answering(answer) as site:
        monkeypatch.setenv("PIP_INDEX_URL", f"{site}/simple/")
        monkeypatch.setenv("NO_PROXY", HOST)
        yield


async def test_a_pinned_source_comes_from_the_index_that_pip_asks(
    tmp_path: Path,
) -> None:
    archive = await asyncio.to_thread(download, PINNED, tmp_path)

    assert tmp_path / "saved_pages-1.0.tar.gz" == archive
    assert archive.read_bytes() == CONTENT


async def test_another_archive_of_the_same_name_is_refused(tmp_path: Path) -> None:
    other = PypiPackage("saved-pages", "1.0", hashlib.sha256(b"another").hexdigest())

    with pytest.raises(ValueError, match="another one"):
        await asyncio.to_thread(download, other, tmp_path)


async def test_a_version_that_the_index_does_not_have_is_missing(
    tmp_path: Path,
) -> None:
    later = PypiPackage("saved-pages", "2.0", PINNED.sha256)

    with pytest.raises(FileNotFoundError, match="saved_pages-2"):
        await asyncio.to_thread(download, later, tmp_path)


@pytest.mark.parametrize("name", ["unknown", "only-html"])
async def test_an_index_that_does_not_answer_in_json_is_out_of_reach(
    tmp_path: Path, name: str
) -> None:
    package = PypiPackage(name, "1.0", PINNED.sha256)

    with pytest.raises(aiohttp.ClientError):
        await asyncio.to_thread(download, package, tmp_path)
