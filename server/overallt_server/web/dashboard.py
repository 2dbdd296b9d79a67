"""The dashboard: what one gives this month, and what one has earned."""

from aiohttp import web

from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.revenue_page import chart_of_months
from overallt_server.web.sessions import signed_in

# The newest: a dashboard is a glance.
THINGS_SHOWN = 100
# Of months that are closed and not settled there is hardly ever more than one.
MONTHS_SHOWN = 3


async def show(request: web.Request) -> web.Response:
    """Show means, budget, flattrs and their worth; things and revenue."""
    user = signed_in(request).user
    cases = use_cases(request)
    overview = await cases.giving.overview(patron=user.id, now=settings(request).now())
    given = await cases.reporting.given(
        patron=user.id, settled=False, page=1, count=MONTHS_SHOWN
    )
    flattred = [each.thing for each in overview.flattrs]
    flattred += [share.thing for month in given for share in month.shares]
    owners = await cases.looking_up.users(thing.owner for thing in flattred)
    things = await cases.looking_up.things_of(
        user.id, page=1, count=THINGS_SHOWN, hidden=True
    )
    return page(
        request,
        "dashboard.html",
        overview=overview,
        preliminarily_given=given,
        preliminarily_earned=await cases.reporting.earned(
            owner=user.id, settled=False, period=None
        ),
        earned=await cases.reporting.earned(owner=user.id, settled=True, period=None),
        owners=owners,
        things=things,
        counts=await cases.flattring.counts([thing.id for thing in things]),
        hold_days=settings(request).hold_days,
        revenue=await cases.earning.revenue(owner=user.id),
        chart=chart_of_months(await cases.reviewing.months(user.id)),
    )
