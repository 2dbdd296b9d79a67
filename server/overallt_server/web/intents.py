"""Intents in the API: made, taken back, listed; an addition of ours."""

from http import HTTPStatus

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core import refusals
from overallt_server.core.grants import Scope
from overallt_server.core.intents import Intent
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import granted
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import mini_thing


@answers(
    messages.IntentAnswer,
    body=inputs.Address,
    refusals=(refusals.InvalidThing, refusals.IdempotencyMismatch, refusals.NoMeans),
    repeatable=True,
)
async def intend(request: web.Request) -> web.Response:
    """Keep a flattr of the asker for an address that nobody has registered.

    Unlike a flattr by address, this never gives: who was shown that an address is
    nobody's has not seen who may have registered it since.
    """
    grant = await granted(request, Scope.FLATTR)
    wanted = await inputs.body(request, inputs.Address)
    intent = await use_cases(request).intending.intend(
        patron=grant.user.id,
        url=wanted.url,
        now=settings(request).now(),
        idempotency_key=inputs.idempotency_key(request),
    )
    return json_answer(kept(intent))


@answers(
    query=inputs.Address,
    status=HTTPStatus.NO_CONTENT,
    refusals=(refusals.NotFound, refusals.InvalidThing, refusals.PeriodClosed),
)
async def take_back(request: web.Request) -> web.Response:
    """Take the asker's intent back, or the flattr that it became."""
    grant = await granted(request, Scope.FLATTR)
    wanted = inputs.query(request, inputs.Address)
    await use_cases(request).intending.take_back(
        patron=grant.user.id, url=wanted.url, now=settings(request).now()
    )
    return web.Response(status=HTTPStatus.NO_CONTENT)


@answers(list[messages.Intent], query=inputs.Paging)
async def list_mine(request: web.Request) -> web.Response:
    """Answer what the asker waits for and what of it was claimed, newest first."""
    grant = await granted(request, Scope.FLATTR)
    paging = inputs.query(request, inputs.Paging)
    cases = use_cases(request)
    listed = await cases.intending.listed(
        patron=grant.user.id,
        now=settings(request).now(),
        page=paging.page,
        count=paging.count,
    )
    things = [each.thing for each in listed if each.thing is not None]
    counts = await cases.flattring.counts([thing.id for thing in things])
    owners = await cases.looking_up.users(thing.owner for thing in things)
    addresses = Addresses(settings(request).public_url)
    mini_things = {
        thing.id: mini_thing(
            thing,
            addresses,
            flattrs=counts[thing.id].flattrs,
            owner=owners[thing.owner],
        )
        for thing in things
    }
    return json_answer(
        [
            _message(
                each.intent,
                None if each.thing is None else mini_things[each.thing.id],
            )
            for each in listed
        ]
    )


def kept(intent: Intent) -> messages.IntentAnswer:
    """Tell that *intent* waits now."""
    return messages.IntentAnswer(
        message="ok",
        description="Nobody has claimed this yet: your flattr waits for its owner.",
        intent=_message(intent, None),
    )


def _message(intent: Intent, thing: messages.MiniThing | None) -> messages.Intent:
    return messages.Intent(
        url=intent.url,
        created_at=int(intent.made_at.timestamp()),
        expires_at=int(intent.expires_at.timestamp()),
        thing=thing,
        period=None if intent.claim is None else str(intent.claim.period),
    )
