"""Feeds: what a user registers and flattrs, as people give it to their feed reader."""

from aiohttp import web

from overallt_server.core.activities import Activity, Verb
from overallt_server.core.users import User
from overallt_server.web import inputs, streams
from overallt_server.web.addresses import Addresses
from overallt_server.web.formats import ATOM
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import activity_message


async def things(request: web.Request) -> web.Response:
    """Answer the things of a user that are no secret, newest first."""
    listing = inputs.query(request, inputs.Paging)
    looking_up = use_cases(request).looking_up
    user = await looking_up.user(request.match_info["username"])
    found = await looking_up.things_of(
        user.id, page=listing.page, count=listing.count, hidden=False
    )
    done = [Activity(Verb.REGISTERED, each, each.created_at) for each in found]
    return _feed(request, user, "things", done, listing)


async def flattrs(request: web.Request) -> web.Response:
    """Answer what everybody may know of a user's flattrs: giving is secret, so none.

    Whoever follows somebody keeps the address for when it need not be.
    """
    listing = inputs.query(request, inputs.Paging)
    user = await use_cases(request).looking_up.user(request.match_info["username"])
    return _feed(request, user, "flattrs", [], listing)


def _feed(
    request: web.Request,
    user: User,
    name: str,
    done: list[Activity],
    listing: inputs.Paging,
) -> web.Response:
    addresses = Addresses(settings(request).public_url)
    stream = streams.stream_of(
        user, addresses, name=name, title=f"{name.capitalize()} of {user.username}"
    )
    items = [activity_message(each, user, addresses) for each in done]
    response = streams.answer(request, stream, items, listing, content_type=ATOM)
    return streams.known_to_all(request, response)
