"""How often the API may be asked: counted by access token, told in every answer.

Who has no valid token is counted by the line he asks from; ``rate_limit`` itself is
free, and so is whoever asks from this computer: its operator, or people of whom the
server in front does not say where they are.

Source: content/api/index.md, "Rate limiting"; content/api/changelog/add_rate_limit.md.
"""

from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from overallt.protocol.rate_limit import RateLimit
from overallt_server.core.allowances import Allowance, refuse_beyond
from overallt_server.core.networks import THIS_COMPUTER
from overallt_server.core.refusals import NotSignedIn
from overallt_server.use_cases.metering import Metering
from overallt_server.web.addresses import API
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import access_token, asker
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings
from overallt_server.web.networks import line

FREE: Final = frozenset({f"{API}/rate_limit", f"{API}/rate_limit.json"})


@dataclass(frozen=True, slots=True)
class Meters:
    """What counts programs, and what counts everybody else."""

    tokens: Metering
    lines: Metering


METERS: Final = web.AppKey("METERS", Meters)
_ALLOWANCE: Final = web.RequestKey("ALLOWANCE", Allowance)


@web.middleware
async def count_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count what the API is asked, and refuse what is too much."""
    if request.path.startswith(f"{API}/") and request.path not in FREE:
        meter, who = await _counted_as(request)
        if who != THIS_COMPUTER:
            now = settings(request).now()
            allowance = await meter.count(who, now=now)
            request[_ALLOWANCE] = allowance
            refuse_beyond(allowance, now=now)
    return await handler(request)


@answers(RateLimit)
async def show(request: web.Request) -> web.Response:
    """Answer how many requests the asker has left."""
    await asker(request)
    meter, who = await _counted_as(request)
    allowance = meter.seen(who, now=settings(request).now())
    return json_answer(
        RateLimit(
            hourly_limit=allowance.limit,
            remaining_hits=allowance.left,
            current_hits=allowance.used,
            reset_time_in_seconds=int(allowance.resets_at.timestamp()),
            reset_time=f"{allowance.resets_at:%a, %d %b %Y %H:%M:%S +0000 GMT}",
        )
    )


async def add_allowance(request: web.Request, response: web.StreamResponse) -> None:
    """Tell in the headers of *response* what is left."""
    allowance = request.get(_ALLOWANCE)
    if allowance is not None:
        response.headers["X-RateLimit-Limit"] = str(allowance.limit)
        response.headers["X-RateLimit-Remaining"] = str(allowance.left)
        response.headers["X-RateLimit-Current"] = str(allowance.used)
        reset = int(allowance.resets_at.timestamp())
        response.headers["X-RateLimit-Reset"] = str(reset)


async def close_meters(app: web.Application) -> None:
    """Store what was counted before the server ends."""
    await app[METERS].tokens.close()
    await app[METERS].lines.close()


async def _counted_as(request: web.Request) -> tuple[Metering, str]:
    meters = request.app[METERS]
    try:
        grant = await asker(request)
    except NotSignedIn:
        # It is refused where a token is needed; elsewhere it makes no difference.
        grant = None
    token = access_token(request)
    if grant is None or token is None:
        return meters.lines, line(request)
    return meters.tokens, token
