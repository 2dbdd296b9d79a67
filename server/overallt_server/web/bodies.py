"""The bodies of requests, which have to come in time and be what they say they are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from overallt_server.core.refusals import InvalidRequest
from overallt_server.web.keys import settings


async def whole(request: web.Request) -> bytes:
    """Return the body of *request*.

    Raises:
        HTTPRequestTimeout: it takes too long to come.
    """
    async with _in_time(request):
        return await request.read()


async def form(request: web.Request) -> dict[str, Any]:
    """Read the body of *request* as a form, whatever it calls itself.

    Raises:
        InvalidRequest: it is none.
        HTTPRequestTimeout: it takes too long to come.
    """
    try:
        async with _in_time(request):
            return dict(await request.post())
    # One for each way in which a body can lie about itself: its bytes, the name of its
    # charset, of its transfer encoding, of its compression.
    except (ValueError, LookupError, RuntimeError, web.RequestPayloadError) as error:
        raise InvalidRequest("The body is no form.") from error


@asynccontextmanager
async def _in_time(request: web.Request) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(settings(request).request_seconds):
            yield
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
