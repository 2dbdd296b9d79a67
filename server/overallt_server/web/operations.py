"""Whether the server is well, for whoever watches over it."""

from aiohttp import web

from overallt_server.web.endpoints import answers
from overallt_server.web.formats import TEXT
from overallt_server.web.keys import use_cases


@answers(forms=(TEXT,))
async def healthy(_request: web.Request) -> web.Response:
    """Answer that the process runs and can answer."""
    return web.Response(text="ok\n")


@answers(forms=(TEXT,))
async def ready(request: web.Request) -> web.Response:
    """Answer whether the database can be read as well."""
    if await use_cases(request).looking_up.is_possible():
        return web.Response(text="ok\n")
    return web.Response(text="the database does not answer\n", status=503)
