"""The dashboard: what one gives this month, and what one has earned."""

from aiohttp import web

from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in

# The newest: a dashboard is a glance.
THINGS_SHOWN = 100


async def show(request: web.Request) -> web.Response:
    """Show means, budget, flattrs and their worth; things and revenue."""
    user = signed_in(request).user
    cases = use_cases(request)
    overview = await cases.giving.overview(patron=user.id, now=settings(request).now())
    owners = await cases.looking_up.users(each.thing.owner for each in overview.flattrs)
    things = await cases.looking_up.things_of(
        user.id, page=1, count=THINGS_SHOWN, hidden=True
    )
    return page(
        request,
        "dashboard.html",
        overview=overview,
        owners=owners,
        things=things,
        counts=await cases.flattring.counts([thing.id for thing in things]),
        hold_days=settings(request).hold_days,
        revenue=await cases.earning.revenue(owner=user.id),
    )
