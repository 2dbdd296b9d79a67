"""Streams of activities in the API: what a user has done, as JSON and as Atom.

Both are Activity Streams 1.0 (activitystrea.ms), as Flattr's were, and say the same.
Programs look again and again whether there is something new: so what everybody may see
has a version, and who has it already is not sent it again.
"""

import hashlib
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from overallt.protocol import codec, messages
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.bearers import granted
from overallt_server.web.formats import ATOM, JSON, STREAM, accepted_types
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import activity_message

_FORMS: Final = {".as": STREAM, ".json": JSON, ".atom": ATOM}


async def list_mine(request: web.Request) -> web.Response:
    """Answer what the asker has done, newest first, or what was done to his things.

    Source: content/api/resources/activities.md, "List a authenticated users
    activities".
    """
    grant = await granted(request)
    text = await _printed(request, grant.user, secret=True)
    return web.Response(text=text, content_type=_form(request))


async def list_of_user(request: web.Request) -> web.Response:
    """Answer what everybody may know of what a user has done, newest first.

    Source: content/api/resources/activities.md, "List an users activities".
    """
    user = await use_cases(request).looking_up.user(request.match_info["id"])
    text = await _printed(request, user, secret=False)
    version = hashlib.sha256(text.encode()).hexdigest()
    if any(version == each.value for each in request.if_none_match or ()):
        response = web.Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = web.Response(text=text, content_type=_form(request))
    response.etag = version
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept"
    return response


def _form(request: web.Request) -> str:
    suffix = request.match_info["form"]
    if suffix:
        return _FORMS[suffix]
    accepted = accepted_types(request)
    return next((each for each in _FORMS.values() if each in accepted), STREAM)


async def _printed(request: web.Request, user: User, *, secret: bool) -> str:
    listing = inputs.query(request, inputs.ActivityListing)
    done = await use_cases(request).looking_up.activities_of(
        user,
        incoming=listing.type == "incoming",
        secret=secret,
        page=listing.page,
        count=listing.count,
    )
    addresses = Addresses(settings(request).public_url)
    items = [activity_message(each, user, addresses) for each in done]
    if _form(request) != ATOM:
        return codec.encode(messages.Activities(items))
    newest = items[0].published if items else user.registered_at.isoformat()
    stream = "own-activities" if secret else "activities"
    known = {
        "id": addresses.tag(
            user.registered_at, f"{user.username}/{stream}/{listing.type}"
        ),
        "user": user,
        "profile": addresses.profile(user.username),
        "updated": newest,
        "links": _links(request, listing, is_full=len(items) == listing.count),
        "items": items,
    }
    return aiohttp_jinja2.render_string("activities.atom", request, known)


def _links(
    request: web.Request, listing: inputs.ActivityListing, *, is_full: bool
) -> dict[str, str]:
    """Return the addresses of this page and of those beside it (RFC 5005, 3)."""
    pages = {"self": listing.page}
    if listing.page > 1:
        pages["previous"] = listing.page - 1
    if is_full and listing.page < inputs.MAX_PAGE:
        pages["next"] = listing.page + 1
    here = f"{settings(request).public_url}{request.path}"
    return {
        name: f"{here}?" + urlencode(listing.model_dump() | {"page": page})
        for name, page in pages.items()
    }
