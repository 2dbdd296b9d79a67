"""The page that gives a thing's text tag, ready to be pasted; and its badge."""

import aiohttp_jinja2
from aiohttp import web

from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.snippets import snippets_of, text_tag

# Who copies pictures for others, as README pages do, asks again after this.
KEPT_SECONDS = 3600


async def show(request: web.Request) -> web.Response:
    """Show what to paste into which system, and what readers will see."""
    thing, owner = await _thing(request)
    return page(
        request,
        "tag.html",
        thing=thing,
        tag=text_tag(thing, owner),
        snippets=list(snippets_of(thing, owner, settings(request).public_url)),
    )


async def show_badge(request: web.Request) -> web.Response:
    """Answer a small picture of how often the thing was flattred."""
    thing, _ = await _thing(request)
    counts = await use_cases(request).flattring.counts([thing.id])
    count = str(counts[thing.id].flattrs)
    drawn = aiohttp_jinja2.render_string("badge.svg", request, {"count": count})
    response = web.Response(text=drawn, content_type="image/svg+xml")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    # Pages that let in only what says that it may be shown show it, too.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


async def _thing(request: web.Request) -> tuple[Thing, User]:
    cases = use_cases(request)
    thing = await cases.looking_up.thing(request.match_info["id"])
    owners = await cases.looking_up.users([thing.owner])
    return thing, owners[thing.owner]
