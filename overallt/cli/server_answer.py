"""What the server says of itself and of the sign-in, for ``status`` and ``doctor``."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import aiohttp

from overallt.cli.connecting import Connecting, server_of
from overallt.cli.credentials import Credentials
from overallt.cli.folders import DataFolder
from overallt.client.server import Refused, ServerUnreachable

ANSWER_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """Whether the server answers, as whom it knows us, and how late its clock is.

    ``username`` is ``None`` without a valid sign-in, ``clock_seconds`` is its time
    less ours, as far as it says.
    """

    url: str
    reachable: bool
    has_sign_in: bool
    username: str | None
    clock_seconds: float


def ask_server(folder: DataFolder) -> ServerAnswer:
    """Ask the server that the patron signed in at, else the usual one."""
    return asyncio.run(_ask(folder, server_of(folder)))


async def _ask(folder: DataFolder, url: str) -> ServerAnswer:
    has_sign_in = Credentials.read(folder.credentials) is not None
    clock_seconds = await _clock_seconds(url)
    reachable = clock_seconds is not None
    username = None
    if reachable and has_sign_in:
        try:
            async with Connecting(folder, url)() as server:
                username = (await server.user()).username
        except Refused:
            pass
        except ServerUnreachable:
            reachable = False
    return ServerAnswer(url, reachable, has_sign_in, username, clock_seconds or 0.0)


async def _clock_seconds(url: str) -> float | None:
    """Return how much later it is there; ``None``: nobody answers as a server does."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{url}/healthz") as response,
        ):
            if response.status != HTTPStatus.OK:
                return None
            there = parsedate_to_datetime(response.headers["Date"])
            return (there - datetime.now(tz=UTC)).total_seconds()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
    except (LookupError, ValueError):
        return 0.0
