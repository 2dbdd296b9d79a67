"""Flattrs in the API: given, undone, listed."""

from collections.abc import Sequence

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core.grants import Scope
from overallt_server.core.intents import Intent
from overallt_server.core.things import Thing
from overallt_server.use_cases.flattring import Flattred
from overallt_server.web import inputs, intents, things
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import granted
from overallt_server.web.keys import USE_CASES, settings, use_cases
from overallt_server.web.representations import mini_thing, owner_message


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
    return _flattred(request, flattred)


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
    return (
        intents.kept(given) if isinstance(given, Intent) else _flattred(request, given)
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


async def list_mine(request: web.Request) -> web.Response:
    """Answer what the asker has flattred, newest first.

    Source: content/api/resources/flattrs.md, "List the authenticated users flattrs".
    """
    grant = await granted(request)
    listing = inputs.query(request, inputs.Listing)
    given = await use_cases(request).flattring.given(
        patron=grant.user.id, page=listing.page, count=listing.count
    )
    flattred = [each.thing for each in given]
    shown: Sequence[messages.Thing | messages.MiniThing] = (
        await things.told(request, flattred, grant, full=True)
        if listing.is_full
        else await _minis(request, flattred)
    )
    addresses = Addresses(settings(request).public_url)
    patron = owner_message(grant.user, addresses, full=listing.is_full)
    return json_answer(
        [
            messages.Flattr(
                thing=thing, owner=patron, created_at=int(each.flattred_at.timestamp())
            )
            for each, thing in zip(given, shown, strict=True)
        ]
    )


async def list_of_user(request: web.Request) -> web.Response:
    """Answer what everybody may know of a user's flattrs: giving is secret.

    So there are none, as Flattr answered for a user who hides his.

    Source: content/api/resources/flattrs.md, "List a users flattrs".
    """
    inputs.query(request, inputs.Listing)
    await use_cases(request).looking_up.user(request.match_info["id"])
    return json_answer([])


async def list_of_thing(request: web.Request) -> web.Response:
    """Answer who is known to have flattred a thing: giving is secret, so nobody.

    How many they are stands in the thing itself.

    Source: content/api/resources/things.md, changelog/thing_flattrs.md.
    """
    inputs.query(request, inputs.Listing)
    await use_cases(request).looking_up.thing(request.match_info["id"])
    return json_answer([])


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


def _flattred(request: web.Request, flattred: Flattred) -> web.Response:
    answer = messages.FlattrAnswer(
        message="ok",
        description="Thing was successfully flattred",
        thing=mini_thing(
            flattred.thing,
            Addresses(settings(request).public_url),
            flattrs=flattred.flattrs,
            owner=None,
        ),
    )
    return json_answer(answer)
