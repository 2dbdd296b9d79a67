"""Device codes: where a program asks, and the page where a person answers."""

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core import refusals
from overallt_server.core.refusals import InvalidRequest, RateLimited
from overallt_server.use_cases.authorizing_devices import INTERVAL, LASTS
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer, problem_of
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.networks import network
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in

ALLOW = "allow"


@answers(
    messages.DeviceAuthorization,
    body=inputs.DeviceRequest,
    refusals=(refusals.RateLimited,),
)
async def begin(request: web.Request) -> web.Response:
    """Give a program its pair of codes (RFC 8628, 3.1 and 3.2)."""
    wanted = await inputs.body(request, inputs.DeviceRequest)
    codes = await use_cases(request).authorizing_devices.begin(
        client_id=wanted.client_id,
        scope=wanted.scope,
        network=network(request),
        now=settings(request).now(),
    )
    # No verification_uri_complete: a code is typed by who sees it on his own screen,
    # never brought along by a link that somebody else has made.
    authorization = messages.DeviceAuthorization(
        device_code=codes.device_code,
        user_code=codes.user_code,
        verification_uri=Addresses(settings(request).public_url).device,
        expires_in=int(LASTS.total_seconds()),
        interval=int(INTERVAL.total_seconds()),
    )
    return json_answer(authorization)


async def show(request: web.Request) -> web.Response:
    """Ask for the code; it is never filled in."""
    signed_in(request, come_back="/device")
    return page(request, "device.html", problem="")


async def show_asking(request: web.Request) -> web.Response:
    """Show who asks for what with the typed code."""
    user = signed_in(request, come_back="/device").user
    form = await inputs.body(request, inputs.TypedCode)
    try:
        asking = await use_cases(request).authorizing_devices.asking(
            form.user_code,
            user=user,
            network=network(request),
            now=settings(request).now(),
        )
    except (InvalidRequest, RateLimited) as refusal:
        status, problem = problem_of(refusal)
        return page(request, "device.html", status=status, problem=problem)
    return page(request, "device_asking.html", asking=asking)


async def decide(request: web.Request) -> web.Response:
    """Note the decision, which the program will soon fetch."""
    user = signed_in(request, come_back="/device").user
    form = await inputs.body(request, inputs.TypedCode)
    approved = form.decision == ALLOW
    await use_cases(request).authorizing_devices.decide(
        form.user_code,
        user=user,
        network=network(request),
        approved=approved,
        now=settings(request).now(),
    )
    return page(request, "device_decided.html", approved=approved)
