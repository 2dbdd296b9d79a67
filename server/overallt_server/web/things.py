"""Things in the API: registered, shown, listed."""

from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core.descriptions import Description
from overallt_server.core.grants import Grant, Scope
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import asker, granted
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import owner_message, thing_message


async def show(request: web.Request) -> web.Response:
    """Answer one thing, by number or by the username of a profile.

    Source: content/api/resources/things.md, "Get a thing"; usernames are ours.
    """
    grant = await asker(request)
    full = inputs.query(request, inputs.Fullness).is_full
    thing = await use_cases(request).looking_up.thing(request.match_info["id"])
    (message,) = await told(request, [thing], grant, full=full)
    return json_answer(message)


async def show_many(request: web.Request) -> web.Response:
    """Answer things by their numbers, in that order; what is none is left out.

    Source: content/api/resources/things.md, "Get multiple things".
    """
    grant = await asker(request)
    full = inputs.query(request, inputs.Fullness).is_full
    things = await use_cases(request).looking_up.things(
        request.match_info["ids"].split(",")
    )
    return json_answer(await told(request, things, grant, full=full))


async def lookup(request: web.Request) -> web.Response:
    """Point from a thing's address to the thing.

    Source: content/api/resources/things.md, "Check if a thing exists".
    """
    wanted = inputs.query(request, inputs.Address)
    thing = await use_cases(request).looking_up.thing_at(wanted.url)
    location = Addresses(settings(request).public_url).thing_resource(thing.id)
    response = json_answer(
        messages.ThingFound(message="found", location=location), status=HTTPStatus.FOUND
    )
    response.headers["Location"] = location
    return response


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
            things=await told(request, found.things, grant, full=asked.is_full),
        )
    )


async def list_mine(request: web.Request) -> web.Response:
    """Answer the asker's own things, newest first.

    Source: content/api/resources/things.md, "List a authenticated users things".
    """
    grant = await granted(request)
    listing = inputs.query(request, inputs.Listing)
    things = await use_cases(request).looking_up.things_of(
        grant.user.id, page=listing.page, count=listing.count, hidden=True
    )
    return json_answer(await told(request, things, grant, full=listing.is_full))


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
    return json_answer(await told(request, things, grant, full=listing.is_full))


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


async def change(request: web.Request) -> web.Response:
    """Describe a thing of the asker anew.

    Source: content/api/resources/things.md, "Update a thing".
    """
    grant = await granted(request, Scope.THING)
    wanted = await inputs.body(request, inputs.ThingChanges)
    if request.method == "POST" and wanted.method.lower() != "patch":
        raise web.HTTPMethodNotAllowed("POST", ["DELETE", "GET", "PATCH"])
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
    request: web.Request, things: Sequence[Thing], grant: Grant | None, *, full: bool
) -> list[messages.Thing]:
    """Return *things* as whoever has *grant* is told of them, in order."""
    cases = use_cases(request)
    ids = [thing.id for thing in things]
    counts = await cases.flattring.counts(ids)
    owners = await cases.looking_up.users(thing.owner for thing in things)
    hosts = await cases.proving_hosts.hosts(ids)
    flattred = subscribed = None
    if grant is not None:
        flattred = await cases.flattring.flattred(
            patron=grant.user.id, things=ids, now=settings(request).now()
        )
        subscribed = await cases.subscribing.subscribed(
            patron=grant.user.id, things=ids
        )
    addresses = Addresses(settings(request).public_url)
    return [
        thing_message(
            thing,
            addresses,
            owner=owner_message(owners[thing.owner], addresses, full=full),
            flattrs=counts[thing.id].flattrs,
            patrons=counts[thing.id].patrons,
            hosts=hosts[thing.id],
            flattred=None if flattred is None else thing.id in flattred,
            subscribed=None if subscribed is None else thing.id in subscribed,
        )
        for thing in things
    ]
