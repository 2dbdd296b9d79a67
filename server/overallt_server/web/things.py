"""Things in the API: registered, shown, listed."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web

from overallt.protocol import lookups, messages
from overallt.protocol.ids import ThingId, is_thing_id
from overallt.protocol.refusals import RefusalCode
from overallt_server.core import refusals
from overallt_server.core.activities import Activity, Verb
from overallt_server.core.descriptions import Description
from overallt_server.core.grants import Grant, Scope
from overallt_server.core.shown_things import ShownThing, Viewer
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.web import inputs, streams
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import asker, granted
from overallt_server.web.endpoints import answers
from overallt_server.web.formats import JSON
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import (
    activity_message,
    owner_message,
    thing_message,
)

_NOT_YOURS: Final = (refusals.NotFound, refusals.Forbidden, refusals.InvalidThing)


@answers(
    messages.Thing | list[messages.Thing],
    query=inputs.Fullness,
    refusals=(refusals.NotFound,),
)
async def show(request: web.Request) -> web.Response:
    """Answer one thing, by number or by the username of a profile, or several.

    Several are named by their numbers with commas between, and answered as a list in
    that order; what is none is left out.

    Source: content/api/resources/things.md, "Get a thing" and "Get multiple things";
    usernames are ours.
    """
    grant = await asker(request)
    full = inputs.query(request, inputs.Fullness).is_full
    ids = request.match_info["id"].split(",")
    if len(ids) > 1:
        numbers = [ThingId(int(each)) for each in ids if is_thing_id(each)]
        return json_answer(await told(request, numbers, grant, full=full))
    shown = await use_cases(request).looking_up.shown_thing(
        ids[0], viewer(request, grant)
    )
    return json_answer(_told(request, shown, full=full))


@answers(
    lookups.ThingFound,
    query=inputs.LookUp,
    status=HTTPStatus.FOUND,
    refusals=(refusals.InvalidThing,),
    others=(
        (HTTPStatus.OK, lookups.ThingFlattrable),
        (HTTPStatus.NOT_FOUND, lookups.ThingMissing),
    ),
)
async def lookup(request: web.Request) -> web.Response:
    """Point from a thing's address, or one that describes it, to the thing.

    Source: content/api/resources/things.md, "Check if a thing exists".
    """
    wanted = inputs.query(request, inputs.LookUp).wanted()
    addresses = Addresses(settings(request).public_url)
    try:
        thing = await use_cases(request).submitting.look_up(wanted)
    except refusals.NotFound as refusal:
        code, sentence = RefusalCode.NOT_FOUND, str(refusal)
        missing = lookups.ThingMissing(
            error=code,
            error_description=sentence,
            error_uri=addresses.error(code),
            message="not_found",
            description=sentence,
        )
        return json_answer(missing, status=HTTPStatus.NOT_FOUND)
    if thing is None:
        return json_answer(
            lookups.ThingFlattrable("flattrable", "It is made at its first flattr.")
        )
    location = addresses.thing_resource(thing.id)
    response = json_answer(
        lookups.ThingFound(message="found", location=location), status=HTTPStatus.FOUND
    )
    response.headers["Location"] = location
    return response


@answers(messages.FoundThings, query=inputs.Search, refusals=(refusals.InvalidThing,))
async def search(request: web.Request) -> web.Response:
    """Answer the things that are looked for, page by page.

    Source: content/api/resources/things.md, "Search things".
    """
    grant = await asker(request)
    asked = inputs.query(request, inputs.Search)
    found = await use_cases(request).looking_up.search(
        asked.wanted(),
        page=asked.page,
        count=asked.count,
        now=settings(request).now(),
    )
    return json_answer(
        messages.FoundThings(
            total_items=found.total,
            items=len(found.things),
            page=asked.page,
            things=await told(request, _ids(found.things), grant, full=asked.is_full),
        )
    )


@answers(list[messages.Thing], query=inputs.Listing, forms=streams.STREAMS)
async def list_mine(request: web.Request) -> web.Response:
    """Answer the asker's own things, newest first.

    Source: content/api/resources/things.md, "List a authenticated users things".
    """
    grant = await granted(request)
    listing = inputs.query(request, inputs.Listing)
    things = await use_cases(request).looking_up.things_of(
        grant.user.id, page=listing.page, count=listing.count, hidden=True
    )
    content_type = streams.form(request, otherwise=JSON)
    if content_type != JSON:
        return _stream(
            request, grant.user, things, listing, name="own-things", form=content_type
        )
    return json_answer(await told(request, _ids(things), grant, full=listing.is_full))


@answers(
    list[messages.Thing],
    query=inputs.Listing,
    forms=streams.STREAMS,
    refusals=(refusals.NotFound,),
)
async def list_of_user(request: web.Request) -> web.Response:
    """Answer a user's things, newest first, without the hidden ones.

    Source: content/api/resources/things.md, "List a users things".
    """
    grant = await asker(request)
    listing = inputs.query(request, inputs.Listing)
    looking_up = use_cases(request).looking_up
    owner = await looking_up.user(request.match_info["id"])
    things = await looking_up.things_of(
        owner.id, page=listing.page, count=listing.count, hidden=False
    )
    content_type = streams.form(request, otherwise=JSON)
    if content_type != JSON:
        public = _stream(
            request, owner, things, listing, name="things", form=content_type
        )
        return streams.known_to_all(request, public)
    return json_answer(await told(request, _ids(things), grant, full=listing.is_full))


@answers(
    messages.ThingCreated,
    body=inputs.NewThing,
    status=HTTPStatus.CREATED,
    refusals=(refusals.InvalidThing,),
)
async def register(request: web.Request) -> web.Response:
    """Register a thing of the asker.

    Source: content/api/resources/things.md, "Create a thing".
    """
    grant = await granted(request, Scope.THING)
    wanted = await inputs.body(request, inputs.NewThing)
    thing = await registered(request, wanted, grant.user)
    addresses = Addresses(settings(request).public_url)
    created = messages.ThingCreated(
        id=thing.id,
        link=addresses.thing(thing.id),
        message="ok",
        description="The thing was registered.",
    )
    response = json_answer(created, status=HTTPStatus.CREATED)
    response.headers["Location"] = addresses.thing_resource(thing.id)
    return response


@answers(messages.ThingChanged, body=inputs.ThingChanges, refusals=_NOT_YOURS)
async def change(request: web.Request) -> web.Response:
    """Describe a thing of the asker anew.

    Source: content/api/resources/things.md, "Update a thing".
    """
    grant = await granted(request, Scope.THING)
    return await _changed(
        request, grant, await inputs.body(request, inputs.ThingChanges)
    )


@answers(messages.ThingChanged, body=inputs.PostedChanges, refusals=_NOT_YOURS)
async def change_by_post(request: web.Request) -> web.Response:
    """Describe a thing of the asker anew, for a client that cannot send PATCH.

    Source: content/api/resources/things.md, "Update a thing".
    """
    grant = await granted(request, Scope.THING)
    return await _changed(
        request, grant, await inputs.body(request, inputs.PostedChanges)
    )


async def _changed(
    request: web.Request, grant: Grant, wanted: inputs.ThingChanges
) -> web.Response:
    cases = use_cases(request)
    await cases.changing_things.change(
        owner=grant.user.id,
        thing=await cases.looking_up.thing_id(request.match_info["id"]),
        title=wanted.title,
        description=wanted.description,
        language=wanted.language,
        category=wanted.category,
        tags=wanted.tags,
        hidden=wanted.hidden,
    )
    return json_answer(
        messages.ThingChanged(message="ok", description="The thing was changed.")
    )


@answers(status=HTTPStatus.NO_CONTENT, refusals=(refusals.NotFound, refusals.Forbidden))
async def delete(request: web.Request) -> web.Response:
    """Take a thing of the asker out of all lists.

    Source: content/api/resources/things.md, "Delete a thing".
    """
    grant = await granted(request, Scope.THING)
    cases = use_cases(request)
    await cases.changing_things.hide(
        owner=grant.user.id,
        thing=await cases.looking_up.thing_id(request.match_info["id"]),
    )
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def registered(
    request: web.Request, wanted: inputs.NewThing, owner: User
) -> Thing:
    """Register what is *wanted*, completed by what its page says."""
    cases, now = use_cases(request), settings(request).now()
    said = await cases.describing_things.complete(
        typed(wanted), url=wanted.url, user=owner, now=now
    )
    return await cases.registering_things.register(
        owner=owner.id,
        url=wanted.url,
        title=said.title,
        description=said.description,
        language=said.language,
        category=said.category,
        tags=said.tags,
        hidden=wanted.hidden,
        now=now,
    )


def typed(form: inputs.NewThing) -> Description:
    """Return how whoever has filled in *form* describes the thing."""
    return Description(
        title=form.title.strip(),
        description=form.description.strip(),
        language=form.language,
        category=form.category,
        tags=tuple(tag for tag in form.tags if tag.strip()),
    )


async def told(
    request: web.Request, ids: Sequence[ThingId], grant: Grant | None, *, full: bool
) -> list[messages.Thing]:
    """Return the things of *ids* as whoever has *grant* is told of them, in order."""
    looking_up = use_cases(request).looking_up
    shown = await looking_up.shown(ids, viewer(request, grant))
    return [_told(request, each, full=full) for each in shown]


def viewer(request: web.Request, grant: Grant | None) -> Viewer | None:
    """Return who looks at things by *grant*, if there is one."""
    if grant is None:
        return None
    return Viewer(grant.user.id, settings(request).now())


def _told(request: web.Request, shown: ShownThing, *, full: bool) -> messages.Thing:
    addresses = Addresses(settings(request).public_url)
    return thing_message(
        shown,
        addresses,
        owner=owner_message(shown.owner, addresses, full=full),
    )


def _ids(things: Sequence[Thing]) -> list[ThingId]:
    return [thing.id for thing in things]


def _stream(
    request: web.Request,
    owner: User,
    things: Sequence[Thing],
    listing: inputs.Listing,
    *,
    name: str,
    form: str,
) -> web.Response:
    addresses = Addresses(settings(request).public_url)
    registered = (
        Activity(Verb.REGISTERED, thing, thing.created_at) for thing in things
    )
    return streams.answer(
        request,
        streams.stream_of(
            owner, addresses, name=name, title=f"Things of {owner.username}"
        ),
        [activity_message(each, owner, addresses) for each in registered],
        listing,
        content_type=form,
    )
