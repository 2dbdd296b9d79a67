"""Revenue in the API: what an owner earned in each closed month; all of it is ours.

The table for spreadsheets has the columns of Flattr's own monthly reports, and their
form: semicolons, decimal commas, texts in quotation marks. So programs that summed
those up sum up these.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from aiohttp import web

from overallt.protocol import messages
from overallt.protocol.ids import ThingId
from overallt_server.core.grants import Scope
from overallt_server.core.money import Money
from overallt_server.use_cases.reporting import EarnedReport
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import reader
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings, use_cases

TABLE: Final = "text/csv"
COLUMNS: Final = "period;id;flattr url;url;title;clicks;revenue;clicks total"

# What spreadsheets take for a formula, which somebody else's title must not become.
_FORMULA: Final = ("=", "+", "-", "@")


@answers(messages.Revenue, query=inputs.OfPeriod)
async def show(request: web.Request) -> web.Response:
    """Answer what the asker has earned: in all closed months, or in one."""
    user = await reader(request, Scope.EXTENDEDREAD)
    period = inputs.query(request, inputs.OfPeriod).wanted()
    cases = use_cases(request)
    earned = await cases.earning.revenue(owner=user.id)
    reports = await cases.reporting.earned(owner=user.id, settled=None, period=period)
    return json_answer(
        messages.Revenue(
            currency=earned.settled.currency,
            settled_minor=earned.settled.minor,
            held_minor=earned.held.minor,
            held=[
                messages.HeldRevenue(each.amount.minor, int(each.until.timestamp()))
                for each in earned.held_until
            ],
            periods=[_message(each) for each in reports],
        )
    )


@answers(query=inputs.OfPeriod, forms=(TABLE,))
async def download(request: web.Request) -> web.Response:
    """Answer a table of what is settled, in the columns that Flattr's reports had."""
    user = await reader(request, Scope.EXTENDEDREAD)
    period = inputs.query(request, inputs.OfPeriod).wanted()
    cases = use_cases(request)
    reports = await cases.reporting.earned(owner=user.id, settled=True, period=period)
    ids = {each.thing.id for report in reports for each in report.things}
    counts = await cases.flattring.counts(list(ids))
    clicks = {thing: count.flattrs for thing, count in counts.items()}
    addresses = Addresses(settings(request).public_url)
    lines = [line for each in reports for line in _lines(each, addresses, clicks)]
    month = "" if period is None else f"-{period.number}"
    return web.Response(
        text="\n".join([COLUMNS, *lines, ""]),
        content_type=TABLE,
        charset="utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="flattr-revenue{month}.csv"'
        },
    )


def _message(report: EarnedReport) -> messages.PeriodRevenue:
    return messages.PeriodRevenue(
        period=str(report.period),
        preliminary=report.state.preliminary,
        settled_at=int(report.state.settled_at.timestamp()),
        revenue_minor=report.revenue.minor,
        things=[
            messages.ThingRevenue(
                thing=each.thing.id,
                title=each.thing.title,
                flattrs=each.flattrs,
                revenue_minor=each.revenue.minor,
            )
            for each in report.things
        ],
    )


def _lines(
    report: EarnedReport, addresses: Addresses, clicks: Mapping[ThingId, int]
) -> Iterator[str]:
    for each in report.things:
        thing = each.thing
        yield ";".join(
            (
                str(report.period),
                str(thing.id),
                _quoted(addresses.thing(thing.id)),
                _quoted(thing.url),
                _quoted(thing.title),
                str(each.flattrs),
                _decimal(each.revenue),
                str(clicks[thing.id]),
            )
        )


def _quoted(text: str) -> str:
    harmless = f"'{text}" if text.startswith(_FORMULA) else text
    return '"' + harmless.replace('"', '""') + '"'


def _decimal(amount: Money) -> str:
    return str(amount).partition(" ")[0].replace(".", ",")
