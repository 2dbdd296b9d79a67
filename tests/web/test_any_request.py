"""Any request that the API's description allows, and many that it does not.

schemathesis makes them of ``/openapi.json`` and holds every answer against it: status,
content type, schema, what is refused and what is not, and what became of what was made
or deleted. ``OVERALLT_SCHEMATHESIS_SECONDS`` lets it go on for longer.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from town import ALL_SCOPES, town

from overallt_server.core import refusals
from overallt_server.storage import sessions
from overallt_server.storage.sessions import StoredSession
from overallt_server.use_cases.secret_tokens import hash_of, new_token
from overallt_server.web.click_inputs import QueuedClicks
from overallt_server.web.endpoints import Asker
from overallt_server.web.openapi import path_of
from overallt_server.web.routes import PROGRAMS

if TYPE_CHECKING:
    from tests.web.conftest import World

SECONDS: Final = int(os.environ.get("OVERALLT_SCHEMATHESIS_SECONDS", "20"))
# Refused by what only the books, the settings, a list or the web can judge.
JUDGED: Final = {
    refusals.InvalidThing: "400",
    refusals.InvalidHost: "400",
    refusals.Frozen: "400",
    refusals.IdempotencyMismatch: "422",
}
TAKEN: Final = ["2xx", "3xx", "401", "403", "404"]


def _config(token: str, session: str) -> str:
    """Let each address be asked by whom it lets in."""
    lines = ["[auth.openapi.token]", f'bearer = "{token}"']
    lines += ["[auth.openapi.session]", f'api_key = "{session}"']
    for endpoint in PROGRAMS:
        told = []
        if endpoint.door.asker is Asker.READER:
            # It takes the token away, and finds that the cookie is enough.
            told.append("checks.ignored_auth.enabled = false")
        if "/things/{id}" in path_of(endpoint):
            # A thing that was deleted is hidden, and answered still.
            told.append("checks.use_after_free.enabled = false")
        judged = {
            JUDGED[each] for each in endpoint.described.refusals if each in JUDGED
        }
        if endpoint.described.body is QueuedClicks:
            # What is malformed of it is refused in its own place.
            told.append("checks.negative_data_rejection.enabled = false")
        if judged:
            taken = [*TAKEN, *sorted(judged)]
            told.append(f"checks.positive_data_acceptance.expected-statuses = {taken}")
        if told:
            name = endpoint.described.name
            lines += ["[[operations]]", f'include-operation-id = "{name}"', *told]
    return "\n".join(lines)


@pytest.mark.long
async def test_any_request_is_answered_as_it_is_described(
    world: "World", tmp_path: Path
) -> None:
    here = await town(world)
    headers = await world.bearer(here.ada, ALL_SCOPES)
    session, now = new_token(), world.settings.now()
    async with world.database.transaction() as tx:
        stored = StoredSession(
            here.ada.id, now, now.replace(year=now.year + 1), "127.0.0.1", "st"
        )
        await sessions.add(tx, hash_of(session), stored)
    config = tmp_path / "schemathesis.toml"
    token = headers["Authorization"].removeprefix("Bearer ")
    config.write_text(_config(token, session))

    process = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).with_name("st"), "--config-file", config),
        *("run", f"{world.settings.public_url}/openapi.json", "--no-color"),
        *(
            "--mode=all",
            f"--max-time={SECONDS}",
            "--continue-on-failure",
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    told, _ = await process.communicate()

    assert process.returncode == 0, told.decode()
