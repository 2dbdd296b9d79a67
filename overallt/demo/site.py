"""The demonstration site: three pages on an HTTPS origin of this computer.

``/`` is a plain page, ``/strict`` forbids everything that a policy can forbid, and
``/slow`` is large and arrives over some seconds, so that one sees the proxy pass on
what has come. Each carries the text tag of one thing.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2
import trustme
from aiohttp import web

HOST: Final = "demo.test"
STRICT_POLICY: Final = (
    "default-src 'none'; form-action 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SLOW_CHAPTERS: Final = 400
SLOW_SECONDS: Final = 4.0

_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("overallt.demo"), autoescape=True
)


@dataclass(frozen=True, slots=True)
class Tags:
    """What stands in each page's text tag."""

    plain: str
    strict: str
    slow: str


def make_app(tags: Tags) -> web.Application:
    """Make the site whose pages carry *tags*."""

    async def plain(_: web.Request) -> web.Response:
        return _page("plain.html", tags.plain)

    async def strict(_: web.Request) -> web.Response:
        response = _page("strict.html", tags.strict)
        response.headers["Content-Security-Policy"] = STRICT_POLICY
        return response

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/html; charset=utf-8"}
        )
        await response.prepare(request)
        # The template marks with a form feed where it may be cut.
        text = _TEMPLATES.get_template("slow.html").render(
            tag=tags.slow, chapters=SLOW_CHAPTERS
        )
        pieces = text.split("\f")
        for piece in pieces:
            await response.write(piece.encode())
            await asyncio.sleep(SLOW_SECONDS / len(pieces))
        await response.write_eof()
        return response

    app = web.Application()
    app.add_routes(
        [web.get("/", plain), web.get("/strict", strict), web.get("/slow", slow)]
    )
    return app


def _page(template: str, tag: str) -> web.Response:
    text = _TEMPLATES.get_template(template).render(tag=tag)
    return web.Response(text=text, content_type="text/html", charset="utf-8")


@asynccontextmanager
async def serving(app: web.Application, *, port: int, ca: Path) -> AsyncIterator[None]:
    """Serve *app* at 127.0.0.1:*port*; write the CA it is trusted by to *ca*.

    Raises:
        OSError: the port is in use.
    """
    authority = trustme.CA(organization_name="Överallt demonstration")
    authority.cert_pem.write_to_path(str(ca))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        yield
    finally:
        await runner.cleanup()
