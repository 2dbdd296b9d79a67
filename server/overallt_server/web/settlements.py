"""Settlements in the API: what a patron gave in closed months; all of it is ours."""

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core.grants import Scope
from overallt_server.use_cases.reporting import GivenReport
from overallt_server.web import inputs
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import reader
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import use_cases


@answers(list[messages.Settlement], query=inputs.Paging)
async def list_mine(request: web.Request) -> web.Response:
    """Answer what the asker gave in closed months, newest first."""
    user = await reader(request, Scope.FLATTR)
    paging = inputs.query(request, inputs.Paging)
    listed = await use_cases(request).reporting.given(
        patron=user.id, settled=None, page=paging.page, count=paging.count
    )
    return json_answer([_message(each) for each in listed])


def _message(given: GivenReport) -> messages.Settlement:
    return messages.Settlement(
        period=str(given.period),
        preliminary=given.state.preliminary,
        settled_at=int(given.state.settled_at.timestamp()),
        currency=given.pot.currency,
        pot_minor=given.pot.minor,
        fee_minor=given.fee.minor,
        shares=[
            messages.SettledShare(
                thing=each.thing.id,
                title=each.thing.title,
                share_minor=each.share.minor,
            )
            for each in given.shares
        ],
    )
