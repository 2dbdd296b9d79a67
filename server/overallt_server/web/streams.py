"""Streams: what was done, newest first, as JSON and as Atom.

Both are Activity Streams 1.0 (activitystrea.ms), as Flattr's were, and say the same.
Programs look again and again whether there is something new: so what everybody may see
has a version, and who has it already is not sent it again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from overallt.protocol import codec, messages
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.formats import ATOM, JSON, STREAM, accepted_types
from overallt_server.web.keys import settings

FORMS: Final = {".as": STREAM, ".json": JSON, ".atom": ATOM}
STREAMS: Final = (STREAM, ATOM)


@dataclass(frozen=True, slots=True)
class Stream:
    """What names a stream: *id* for ever, *title* to people.

    It belongs to *page*, and there can be something in it from *since* on.
    """

    id: str
    title: str
    author: str
    page: str
    since: datetime


def stream_of(user: User, addresses: Addresses, *, name: str, title: str) -> Stream:
    """Return the stream *name* of what *user* has done."""
    return Stream(
        id=addresses.tag(user.registered_at, f"{user.username}/{name}"),
        title=f"{title} on Överallt",
        author=user.username,
        page=addresses.profile(user.username),
        since=user.registered_at,
    )


def stream_about(thing: Thing, owner: User, addresses: Addresses) -> Stream:
    """Return the stream of flattrs that *thing* of *owner* got."""
    return Stream(
        id=addresses.tag(thing.created_at, f"thing/{thing.id}/flattrs"),
        title=f'Flattrs of "{thing.title}" on Överallt',
        author=owner.username,
        page=addresses.thing(thing.id),
        since=thing.created_at,
    )


def form(request: web.Request, *, otherwise: str) -> str:
    """Return the content type that is asked for, by suffix or else by ``Accept``."""
    suffix = request.match_info["form"]
    if suffix:
        return FORMS[suffix]
    accepted = accepted_types(request)
    if otherwise in accepted:
        return otherwise
    return next((each for each in FORMS.values() if each in accepted), otherwise)


def answer(
    request: web.Request,
    stream: Stream,
    items: Sequence[messages.Activity],
    listing: inputs.Paging,
    *,
    content_type: str,
) -> web.Response:
    """Answer the part of *stream* that *listing* asks for: *items*, newest first."""
    if content_type != ATOM:
        text = codec.encode(messages.Activities(list(items)))
        return web.Response(text=text, content_type=content_type)
    known = {
        "stream": stream,
        "updated": items[0].published if items else stream.since.isoformat(),
        "links": _links(request, listing, is_full=len(items) == listing.count),
        "items": items,
    }
    text = aiohttp_jinja2.render_string("stream.atom", request, known)
    return web.Response(text=text, content_type=ATOM)


def known_to_all(request: web.Request, response: web.Response) -> web.Response:
    """Give *response*, which is for everybody, a version; send none a second time."""
    version = hashlib.sha256((response.text or "").encode()).hexdigest()
    if any(version == each.value for each in request.if_none_match or ()):
        response = web.Response(status=HTTPStatus.NOT_MODIFIED)
    response.etag = version
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept"
    return response


def _links(
    request: web.Request, listing: inputs.Paging, *, is_full: bool
) -> dict[str, str]:
    """Return the addresses of this page and of those beside it (RFC 5005, 3)."""
    pages = {"self": listing.page}
    if listing.page > 1:
        pages["previous"] = listing.page - 1
    if is_full and listing.page < inputs.MAX_PAGE:
        pages["next"] = listing.page + 1
    here = f"{settings(request).public_url}{request.path}"
    asked = listing.model_dump(exclude_none=True)
    return {
        name: f"{here}?" + urlencode(asked | {"page": page})
        for name, page in pages.items()
    }
