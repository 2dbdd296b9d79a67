"""The front page, and the page that explains the error codes."""

from typing import Final

from aiohttp import web

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.flattrs import CLICK_WEIGHT
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import PotThing, settle
from overallt_server.web.answers import ANSWERS
from overallt_server.web.keys import settings
from overallt_server.web.pages import page

EXAMPLE_BUDGET: Final = "10"
EXAMPLE_THINGS: Final = ("A song", "An essay", "A photo", "A program")


async def show(request: web.Request) -> web.Response:
    """Explain the whole idea in ten seconds, with this server's own figures."""
    rules = settings(request).rules
    budget = Money.parse(EXAMPLE_BUDGET, rules.currency)
    settled = settle(
        budget.minor,
        rules.fee_bps,
        [
            PotThing(ThingId(number), UserId(number), CLICK_WEIGHT, charity=False)
            for number in range(1, len(EXAMPLE_THINGS) + 1)
        ],
        patron=UserId(1),
        period=Period.of(settings(request).now()),
    )
    worths = [Money(share.minor, rules.currency) for share in settled.shares]
    return page(
        request,
        "front.html",
        least=Money(rules.min_budget_minor, rules.currency),
        fee_percent=f"{rules.fee_bps / 100:g} %",
        budget=budget,
        fee=Money(settled.fee_minor, rules.currency),
        worths=list(zip(EXAMPLE_THINGS, worths, strict=True)),
    )


async def show_errors(request: web.Request) -> web.Response:
    """Explain the codes that ``error_uri`` points to."""
    codes = [
        (answer.code, answer.status, refusal.__doc__)
        for refusal, answer in ANSWERS.items()
    ]
    return page(request, "errors.html", codes=codes)
