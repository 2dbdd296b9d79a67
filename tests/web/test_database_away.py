"""Without its database the server says so, and when to come back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from loopback import free_port

from overallt.protocol import codec, messages
from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.use_cases.passwords import Passwords
from overallt_server.web.app import make_app

NOBODY_THERE = "postgresql://nobody@127.0.0.1:1/none"

type Client = TestClient[Any, Any]


@pytest.fixture
async def client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    settings = Settings(database=NOBODY_THERE, listen_port=free_port())
    database = Database(settings.database_url)
    server = TestServer(
        make_app(settings, database, Passwords()),
        host="localhost",
        port=settings.listen_port,
    )
    async with TestClient(server) as client:
        yield client
    await database.close()


async def test_a_program_is_told_to_come_back(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Authorization": f"Bearer {'0' * 40}"}
    answer = await client.post("/rest/v2/things/1/flattr", headers=headers)
    error = codec.decode(messages.Error, await answer.text())

    assert 503 == answer.status
    assert "1" == answer.headers["Retry-After"]
    assert "server_busy" == error.error
    assert "does not reach its database" in error.error_description
    assert ["event=database_away error=OperationalError"] == [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("overallt_server")
    ]


async def test_a_person_is_told_so_on_a_page(client: Client) -> None:
    answer = await client.get("/t/1", headers={"Cookie": f"overallt={'0' * 40}"})
    page = await answer.text()

    assert 503 == answer.status
    assert "1" == answer.headers["Retry-After"]
    assert "does not reach its database" in page
