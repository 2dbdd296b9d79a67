"""Flattrs in the API: given, undone, listed."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core import refusals
from overallt_server.core.activities import Activity, Verb
from overallt_server.core.grants import Scope
from overallt_server.core.intents import Intent
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.use_cases.flattring import Flattred
from overallt_server.web import click_inputs, inputs, intents, streams, things
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer, refusal_message
from overallt_server.web.bearers import granted
from overallt_server.web.endpoints import answers
from overallt_server.web.formats import JSON
from overallt_server.web.keys import USE_CASES, settings, use_cases
from overallt_server.web.representations import (
    activity_message,
    mini_thing,
    owner_message,
)

_CLICK: Final = (
    refusals.NotFound,
    refusals.IdempotencyMismatch,
    refusals.OwnThing,
    refusals.AlreadyFlattred,
    refusals.NoMeans,
)


@answers(messages.FlattrAnswer, refusals=_CLICK, repeatable=True)
async def flattr_thing(request: web.Request) -> web.Response:
    """Record one flattr of the asker.

    Refusals (``flattr_once``, ``flattr_owner``, ``no_means``, ``not_found``) are
    raised by the use case and answered by the middleware in ``answers``.

    Source: content/api/resources/flattrs.md, "Flattr a thing".
    """
    grant = await granted(request, Scope.FLATTR)
    cases = use_cases(request)
    thing = await cases.looking_up.thing_id(request.match_info["id"])
    flattred = await cases.flattring.flattr(
        patron=grant.user.id,
        thing=thing,
        now=settings(request).now(),
        idempotency_key=inputs.idempotency_key(request),
    )
    return json_answer(_given(request, flattred))


@answers(
    messages.FlattrAnswer | messages.IntentAnswer,
    body=inputs.Address,
    refusals=(refusals.InvalidThing, *_CLICK),
    repeatable=True,
)
async def flattr_address(request: web.Request) -> web.Response:
    """Record one flattr of the asker for an address, or keep it for who claims that.

    Source: content/api/resources/flattrs.md, "Flattr a URL".
    """
    grant = await granted(request, Scope.FLATTR)
    wanted = await inputs.body(request, inputs.Address)
    given = await use_cases(request).submitting.flattr(
        patron=grant.user.id,
        address=wanted.url,
        now=settings(request).now(),
        idempotency_key=inputs.idempotency_key(request),
    )
    return json_answer(_given(request, given))


@answers(
    list[messages.FlattrAnswer | messages.IntentAnswer | messages.Error],
    body=click_inputs.QueuedClicks,
)
async def flattr_in_bulk(request: web.Request) -> web.Response:
    """Record clicks that have waited: the queue of a client that was offline.

    Each has an answer of its own, in order: what it would have been answered alone, or
    the error. The id of a click is as good as an Idempotency-Key: sent alone or in bulk
    it counts once. One that was made in another month is not counted (late_click).
    """
    grant = await granted(request, Scope.FLATTR)
    clicks = await inputs.body(request, click_inputs.QueuedClicks)
    answered = await use_cases(request).taking_clicks_in.take_in(
        clicks.root, patron=grant.user.id, now=settings(request).now()
    )
    return json_answer(
        [
            refusal_message(request, each)
            if isinstance(each, refusals.Refusal)
            else _given(request, each)
            for each in answered
        ]
    )


@answers(
    query=inputs.OfPeriod,
    status=HTTPStatus.NO_CONTENT,
    refusals=(refusals.NotFound, refusals.PeriodClosed),
)
async def undo_flattr(request: web.Request) -> web.Response:
    """Undo the asker's flattr while its period is open; an addition of ours."""
    grant = await granted(request, Scope.FLATTR)
    cases = use_cases(request)
    period = inputs.query(request, inputs.OfPeriod).wanted()
    thing = await cases.looking_up.thing_id(request.match_info["id"])
    await cases.flattring.undo(
        patron=grant.user.id,
        thing=thing,
        now=settings(request).now(),
        period=period,
    )
    return web.Response(status=204)


@answers(list[messages.Flattr], query=inputs.Listing, forms=streams.STREAMS)
async def list_mine(request: web.Request) -> web.Response:
    """Answer what the asker has flattred, newest first.

    Source: content/api/resources/flattrs.md, "List the authenticated users flattrs".
    """
    grant = await granted(request)
    listing = inputs.query(request, inputs.Listing)
    given = await use_cases(request).flattring.given(
        patron=grant.user.id, page=listing.page, count=listing.count
    )
    addresses = Addresses(settings(request).public_url)
    content_type = streams.form(request, otherwise=JSON)
    if content_type != JSON:
        return streams.answer(
            request,
            _stream(grant.user, addresses, name="own-flattrs"),
            [
                activity_message(
                    Activity(Verb.FLATTRED, each.thing, each.flattred_at),
                    grant.user,
                    addresses,
                )
                for each in given
            ],
            listing,
            content_type=content_type,
        )
    flattred = [each.thing for each in given]
    shown: Sequence[messages.Thing | messages.MiniThing] = (
        await things.told(request, [thing.id for thing in flattred], grant, full=True)
        if listing.is_full
        else await _minis(request, flattred)
    )
    patron = owner_message(grant.user, addresses, full=listing.is_full)
    return json_answer(
        [
            messages.Flattr(
                thing=thing, owner=patron, created_at=int(each.flattred_at.timestamp())
            )
            for each, thing in zip(given, shown, strict=True)
        ]
    )


@answers(
    list[messages.Flattr],
    query=inputs.Listing,
    forms=streams.STREAMS,
    refusals=(refusals.NotFound,),
)
async def list_of_user(request: web.Request) -> web.Response:
    """Answer what everybody may know of a user's flattrs: giving is secret.

    So there are none, as Flattr answered for a user who hides his.

    Source: content/api/resources/flattrs.md, "List a users flattrs".
    """
    listing = inputs.query(request, inputs.Listing)
    user = await use_cases(request).looking_up.user(request.match_info["id"])
    stream = _stream(user, Addresses(settings(request).public_url), name="flattrs")
    return _nobody(request, stream, listing)


@answers(
    list[messages.Flattr],
    query=inputs.Listing,
    forms=streams.STREAMS,
    refusals=(refusals.NotFound,),
)
async def list_of_thing(request: web.Request) -> web.Response:
    """Answer who is known to have flattred a thing: giving is secret, so nobody.

    How many they are stands in the thing itself.

    Source: content/api/resources/things.md, changelog/thing_flattrs.md.
    """
    listing = inputs.query(request, inputs.Listing)
    looking_up = use_cases(request).looking_up
    thing = await looking_up.thing(request.match_info["id"])
    owners = await looking_up.users([thing.owner])
    addresses = Addresses(settings(request).public_url)
    stream = streams.stream_about(thing, owners[thing.owner], addresses)
    return _nobody(request, stream, listing)


def _stream(patron: User, addresses: Addresses, *, name: str) -> streams.Stream:
    title = f"Flattrs of {patron.username}"
    return streams.stream_of(patron, addresses, name=name, title=title)


def _nobody(
    request: web.Request, stream: streams.Stream, listing: inputs.Listing
) -> web.Response:
    content_type = streams.form(request, otherwise=JSON)
    if content_type == JSON:
        return json_answer([])
    empty = streams.answer(request, stream, [], listing, content_type=content_type)
    return streams.known_to_all(request, empty)


async def _minis(
    request: web.Request, flattred: Sequence[Thing]
) -> list[messages.MiniThing]:
    cases = use_cases(request)
    counts = await cases.flattring.counts([thing.id for thing in flattred])
    owners = await cases.looking_up.users(thing.owner for thing in flattred)
    addresses = Addresses(settings(request).public_url)
    return [
        mini_thing(
            thing,
            addresses,
            flattrs=counts[thing.id].flattrs,
            owner=owners[thing.owner],
        )
        for thing in flattred
    ]


async def answer_all_flattrs(app: web.Application) -> None:
    """Store what was taken in before the server ends."""
    await app[USE_CASES].flattring.close()


def _given(
    request: web.Request, given: Flattred | Intent
) -> messages.FlattrAnswer | messages.IntentAnswer:
    if isinstance(given, Intent):
        return intents.kept(given)
    return messages.FlattrAnswer(
        message="ok",
        description="Thing was successfully flattred",
        thing=mini_thing(
            given.thing,
            Addresses(settings(request).public_url),
            flattrs=given.flattrs,
            owner=None,
        ),
    )
