"""Subscriptions in the API: made, paused, ended, listed.

Source: content/api/resources/subscriptions.md.
"""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core import refusals
from overallt_server.core.grants import Scope
from overallt_server.core.subscriptions import Terms
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import granted
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import mini_thing


@answers(
    messages.FlattrAnswer,
    body=inputs.Terms,
    refusals=(
        refusals.NotFound,
        refusals.OwnThingSubscribed,
        refusals.AlreadySubscribed,
    ),
)
async def subscribe(request: web.Request) -> web.Response:
    """Let the asker flattr a thing each month from now on.

    Flattr's had no body; ours may say for how many months, and with what weight.
    """
    grant = await granted(request, Scope.FLATTR)
    terms = await inputs.body(request, inputs.Terms)
    cases = use_cases(request)
    thing = await cases.subscribing.subscribe(
        patron=grant.user.id,
        thing=await cases.looking_up.thing_id(request.match_info["id"]),
        now=settings(request).now(),
        weight=terms.weight,
        periods=terms.months,
    )
    counts = await cases.flattring.counts([thing.id])
    answer = messages.FlattrAnswer(
        message="ok",
        description="You subscribed to the thing",
        thing=mini_thing(
            thing,
            Addresses(settings(request).public_url),
            flattrs=counts[thing.id].flattrs,
            owner=None,
        ),
    )
    return json_answer(answer)


@answers(
    messages.SubscriptionTerms,
    body=inputs.Terms,
    refusals=(refusals.NotFound,),
)
async def change(request: web.Request) -> web.Response:
    """Give the asker's subscription other terms; what is not said is as in a new."""
    grant = await granted(request, Scope.FLATTR)
    asked = await inputs.body(request, inputs.Terms)
    cases = use_cases(request)
    terms = await cases.subscribing.change(
        patron=grant.user.id,
        thing=await cases.looking_up.thing_id(request.match_info["id"]),
        now=settings(request).now(),
        weight=asked.weight,
        periods=asked.months,
    )
    return json_answer(messages.SubscriptionTerms(**_told(terms)))


@answers(messages.SubscriptionToggled, refusals=(refusals.NotFound,))
async def toggle(request: web.Request) -> web.Response:
    """Pause the asker's subscription, or start it again."""
    grant = await granted(request, Scope.FLATTR)
    cases = use_cases(request)
    is_active = await cases.subscribing.toggle(
        patron=grant.user.id,
        thing=await cases.looking_up.thing_id(request.match_info["id"]),
        now=settings(request).now(),
    )
    return json_answer(
        messages.SubscriptionToggled("started" if is_active else "paused")
    )


@answers(status=HTTPStatus.NO_CONTENT, refusals=(refusals.NotFound,))
async def end(request: web.Request) -> web.Response:
    """End the asker's subscription."""
    grant = await granted(request, Scope.FLATTR)
    cases = use_cases(request)
    await cases.subscribing.end(
        patron=grant.user.id,
        thing=await cases.looking_up.thing_id(request.match_info["id"]),
    )
    return web.Response(status=HTTPStatus.NO_CONTENT)


@answers(list[messages.Subscription], query=inputs.Paging)
async def list_mine(request: web.Request) -> web.Response:
    """Answer what the asker has subscribed to, newest first."""
    grant = await granted(request, Scope.FLATTR)
    paging = inputs.query(request, inputs.Paging)
    cases = use_cases(request)
    listed = await cases.subscribing.listed(
        patron=grant.user.id, page=paging.page, count=paging.count
    )
    counts = await cases.flattring.counts([each.thing.id for each in listed])
    owners = await cases.looking_up.users(each.thing.owner for each in listed)
    addresses = Addresses(settings(request).public_url)
    return json_answer(
        [
            messages.Subscription(
                active=each.subscription.active,
                created_at=int(each.subscription.created_at.timestamp()),
                started_at=int(each.subscription.started_at.timestamp()),
                **_told(each.subscription.terms),
                thing=mini_thing(
                    each.thing,
                    addresses,
                    flattrs=counts[each.thing.id].flattrs,
                    owner=owners[each.thing.owner],
                ),
            )
            for each in listed
        ]
    )


def _told(terms: Terms) -> dict[str, Any]:
    last = terms.last_period
    return {"weight": terms.weight, "last_period": None if last is None else str(last)}
