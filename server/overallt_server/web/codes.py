"""Codes of things for phones: as a picture, or printed on a poster."""

import asyncio
import hashlib
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from overallt_server.core.refusals import NotFound
from overallt_server.core.things import Thing
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.drawings import code_of, picture
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.posters import Paper, Poster

_TYPES: Final = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
# An owner may name his thing anew; whoever prints the day after sees it.
KEPT_SECONDS: Final = 3600


class PosterWanted(inputs.Input):
    """On which paper a poster is wanted."""

    paper: Paper = Paper.A4


async def show(request: web.Request) -> web.Response:
    """Answer the code of a thing; without a suffix the poster, as Flattr did.

    Source: flattr4j, ``Thing.getQrPdfUrl``.
    """
    kind = request.match_info["form"].removeprefix(".") or "pdf"
    paper = inputs.query(request, PosterWanted).paper
    thing = await use_cases(request).looking_up.thing(request.match_info["id"])
    address = Addresses(settings(request).public_url).short(thing.id)
    if kind == "pdf":
        poster = await _poster(request, thing, address)
        # Fonts are cut to what is used, which takes a while.
        body = await asyncio.to_thread(poster.print, paper)
    else:
        body = picture(code_of(address), kind)
    return _kept(request, body, _TYPES[kind])


async def _poster(request: web.Request, thing: Thing, address: str) -> Poster:
    owners = await use_cases(request).looking_up.users([thing.owner])
    owner = owners.get(thing.owner)
    if owner is None:
        raise NotFound
    named = urlsplit(address)
    return Poster(
        code=code_of(address),
        title=thing.title,
        owner=owner.username,
        address=f"{named.netloc}{named.path}",
        language=language(request),
        since=thing.created_at,
    )


def _kept(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """Answer *body*, which is for everybody, unless the asker has it already."""
    version = hashlib.sha256(body).hexdigest()
    if any(version == each.value for each in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        response = web.Response(body=body, content_type=content_type)
    response.etag = version
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Vary"] = "Accept-Language"
    return response
