"""The page of one's revenue: figures, a chart, and what a month is made of."""

from collections.abc import Sequence
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.use_cases.reviewing import Month
from overallt_server.web import inputs
from overallt_server.web.charts import Chart, Column, chart_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in

THINGS_SHOWN: Final = 30
# Three years; the table goes on.
MONTHS_DRAWN: Final = 36


class MonthWanted(inputs.OfPeriod):
    """Which month is looked into, and which part of its things; else the newest."""

    page: Annotated[int, Field(ge=1, le=inputs.MAX_PAGE)] = 1


async def show(request: web.Request) -> web.Response:
    """Show what one has earned, and by what in one month."""
    user = signed_in(request).user
    wanted = inputs.query(request, MonthWanted)
    cases, currency = use_cases(request), settings(request).currency
    months = await cases.reviewing.months(user.id)
    newest = months[0].period if months else Period.of(settings(request).now())
    period = wanted.wanted() or newest
    breakdown = await cases.reviewing.breakdown(
        user.id, period, page=wanted.page, count=THINGS_SHOWN
    )
    return page(
        request,
        "revenue.html",
        revenue=await cases.earning.revenue(owner=user.id),
        payouts=await cases.paying_out.overview(owner=user.id),
        expected=sum(
            (each.revenue for each in months if each.state.preliminary),
            Money(0, currency),
        ),
        currency=currency,
        months=months,
        chart=chart_of_months(months),
        period=period,
        breakdown=breakdown,
        page=wanted.page,
        pages=-(-breakdown.things_in_all // THINGS_SHOWN),
        hold_days=settings(request).hold_days,
    )


def chart_of_months(months: Sequence[Month]) -> Chart | None:
    """Return the chart of *months*, which come newest first; None if there are none."""
    columns = [
        Column(str(each.period), each.revenue, open=each.state.preliminary)
        for each in reversed(months[:MONTHS_DRAWN])
    ]
    return chart_of(columns) if columns else None
