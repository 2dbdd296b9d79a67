"""Embeds: what sites that do want a script, a frame or an image of ours put there.

They are Flattr's own addresses, so that a page written for it needs no other change
than the server's name. Nothing here knows its reader: no cookie counts, none is set,
and all readers get the same bytes, which anybody may keep for a while. A button in a
frame never gives, since the page around it could lead a click there unseen: its link
opens a page of ours, which asks.

Source: https://github.com/flattr/developers.flattr.net, content/button/index.md.
"""

from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from overallt_server.core import submissions
from overallt_server.core.refusals import InvalidThing, NotFound
from overallt_server.core.things import Thing
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.checks import FRAMED_ANYWHERE
from overallt_server.web.embed_inputs import ButtonWords
from overallt_server.web.keys import settings, use_cases

_FILES: Final = Path(__file__).parent / "static"
# A page may be isolated (HTML Standard, "cross-origin embedder policies"): then only
# what says that it may be embedded anywhere is shown.
_ANYWHERE: Final = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
_FILE_HEADERS: Final = _ANYWHERE | {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=86400",
}
_FRAME_HEADERS: Final = _ANYWHERE | {
    "Content-Security-Policy": f"default-src 'none'; {FRAMED_ANYWHERE}",
    # So old may be the number on it.
    "Cache-Control": "public, max-age=300",
}


async def show_button(request: web.Request) -> web.Response:
    """Show the button of an address, for a frame: large, or compact."""
    words = inputs.query(request, ButtonWords)
    thing = await _thing(request, words)
    flattrs = 0
    if thing is not None:
        counts = await use_cases(request).flattring.counts([thing.id])
        flattrs = counts[thing.id].flattrs
    public_url = settings(request).public_url
    known = {
        "address": _submission(public_url, words),
        "title": words.title or words.url,
        "flattrs": short(flattrs),
    }
    if thing is not None:
        known["address"] = Addresses(public_url).thing(thing.id)
        known["title"] = thing.title
    svg = aiohttp_jinja2.render_string(f"button_{words.button}.svg", request, known)
    return web.Response(text=svg, content_type="image/svg+xml", headers=_FRAME_HEADERS)


async def load(_request: web.Request) -> web.StreamResponse:
    """Answer the script that puts frames in the place of a page's ``FlattrButton``s."""
    return web.FileResponse(_FILES / "load.js", headers=_FILE_HEADERS)


async def badge(request: web.Request) -> web.StreamResponse:
    """Answer the image for pages that want neither script nor frame."""
    name = f"badge-{request.match_info['size']}.png"
    return web.FileResponse(_FILES / name, headers=_FILE_HEADERS)


async def logo(_request: web.Request) -> web.StreamResponse:
    """Answer the logo that plugins put before a link, which is the small badge."""
    return web.FileResponse(_FILES / "badge-small.png", headers=_FILE_HEADERS)


async def _thing(request: web.Request, words: ButtonWords) -> Thing | None:
    """Return the thing that the button is of, if it is one already.

    What is wrong with it is told by the page that its link opens, not by the button.
    """
    address = _submission(settings(request).public_url, words)
    try:
        return (await use_cases(request).submitting.described(address)).thing
    except (InvalidThing, NotFound):
        return None


def _submission(public_url: str, words: ButtonWords) -> str:
    """Return the address that describes what the button does: an auto-submit one."""
    said = words.model_dump(exclude={"button"}, exclude_defaults=True)
    return f"{public_url}{submissions.PATH}?{urlencode(said)}"


def short(flattrs: int) -> str:
    """Write how many *flattrs* there are in four signs at most."""
    for least, unit, letter in ((1_000_000, 1_000_000, "M"), (10_000, 1000, "k")):
        if flattrs >= least:
            return f"{flattrs // unit}{letter}"
    return str(flattrs)
