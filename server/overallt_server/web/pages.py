"""Pages: templates, what every page knows, and how files of ours are named."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web

from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.web.keys import settings
from overallt_server.web.sessions import SESSION, csrf_token

PACKAGE: Final = "overallt_server.web"
_HASH_LENGTH: Final = 12


def set_up_pages(app: web.Application) -> None:
    """Teach *app* our templates."""
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.PackageLoader(PACKAGE, "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        filters=FILTERS,
    )


def page(
    request: web.Request,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **context: Any,
) -> web.Response:
    """Answer with the page that *template* makes of *context*."""
    session = request.get(SESSION)
    known = {
        "me": None if session is None else session.user,
        "csrf": csrf_token(request),
        "public_url": settings(request).public_url,
        "here": request.path,
        "static": static_address,
    }
    return aiohttp_jinja2.render_template(
        template, request, {**known, **context}, status=status
    )


@cache
def static_address(name: str) -> str:
    """Return the address of our file *name*: another one whenever it changes."""
    content = (files(PACKAGE) / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _month(period: Period) -> str:
    return f"{period.start:%B %Y}"


def _figure(amount: Money) -> str:
    # In tables and charts whose head names the currency.
    return str(amount).partition(" ")[0]


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "day": _day,
    "figure": _figure,
    "month": _month,
}
