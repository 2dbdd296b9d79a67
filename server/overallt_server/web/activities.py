"""Activities in the API: what a user has done, and what was done to his things."""

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core import refusals
from overallt_server.core.users import User
from overallt_server.web import inputs, streams
from overallt_server.web.addresses import Addresses
from overallt_server.web.bearers import granted
from overallt_server.web.endpoints import answers
from overallt_server.web.formats import STREAM
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import activity_message


@answers(messages.Activities, query=inputs.ActivityListing, forms=streams.STREAMS)
async def list_mine(request: web.Request) -> web.Response:
    """Answer what the asker has done, newest first, or what was done to his things.

    Source: content/api/resources/activities.md, "List a authenticated users
    activities".
    """
    grant = await granted(request)
    listing = inputs.query(request, inputs.ActivityListing)
    return await _answer(request, grant.user, listing, secret=True)


@answers(
    messages.Activities,
    query=inputs.ActivityListing,
    forms=streams.STREAMS,
    refusals=(refusals.NotFound,),
)
async def list_of_user(request: web.Request) -> web.Response:
    """Answer what everybody may know of what a user has done, newest first.

    Source: content/api/resources/activities.md, "List an users activities".
    """
    listing = inputs.query(request, inputs.ActivityListing)
    user = await use_cases(request).looking_up.user(request.match_info["id"])
    public = await _answer(request, user, listing, secret=False)
    return streams.known_to_all(request, public)


async def _answer(
    request: web.Request,
    user: User,
    listing: inputs.ActivityListing,
    *,
    secret: bool,
) -> web.Response:
    done = await use_cases(request).looking_up.activities_of(
        user,
        incoming=listing.type == "incoming",
        secret=secret,
        page=listing.page,
        count=listing.count,
    )
    addresses = Addresses(settings(request).public_url)
    name = "own-activities" if secret else "activities"
    return streams.answer(
        request,
        streams.stream_of(
            user, addresses, name=f"{name}/{listing.type}", title=user.username
        ),
        [activity_message(each, user, addresses) for each in done],
        listing,
        content_type=streams.form(request, otherwise=STREAM),
    )
