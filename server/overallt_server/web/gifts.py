"""The page where a patron gives once, to one owner, and takes it back in time."""

import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from overallt_server.core.gifts import LEAST_MINOR, MOST_MINOR, held_for
from overallt_server.core.money import Money
from overallt_server.core.refusals import Refusal
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.amounts import money
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in, signed_in_just_now

SHOWN: Final = 50


async def show(request: web.Request) -> web.Response:
    """Show the form, with what stands in the query filled in, and the last gifts."""
    session = signed_in(request)
    form = inputs.query(request, inputs.GiftForm)
    return await _form(request, session.user, form, problem="", status=HTTPStatus.OK)


async def give(request: web.Request) -> web.Response:
    """Give what the form says; sent twice, it gives once."""
    form = await inputs.body(request, inputs.GiftForm)
    wanted = urlencode({"to": form.to, "amount": form.amount})
    session = signed_in_just_now(request, come_back=f"/gifts?{wanted}")
    try:
        await use_cases(request).giving_gifts.give(
            patron=session.user.id,
            owner=form.to.strip(),
            amount=money(form.amount, settings(request).currency),
            id_=form.id,
            now=settings(request).now(),
        )
    except Refusal as refusal:
        status, problem = problem_of(refusal)
        return await _form(request, session.user, form, problem=problem, status=status)
    raise web.HTTPSeeOther("/gifts")


async def undo(request: web.Request) -> web.Response:
    """Take a gift back."""
    session = signed_in(request)
    try:
        await use_cases(request).giving_gifts.undo(
            patron=session.user.id,
            id_=request.match_info["id"],
            now=settings(request).now(),
        )
    except Refusal as refusal:
        status, problem = problem_of(refusal)
        empty = inputs.GiftForm()
        return await _form(request, session.user, empty, problem=problem, status=status)
    raise web.HTTPSeeOther("/gifts")


async def _form(
    request: web.Request,
    user: User,
    form: inputs.GiftForm,
    *,
    problem: str,
    status: HTTPStatus,
) -> web.Response:
    cases, rules = use_cases(request), settings(request).rules
    gifts = await cases.giving_gifts.last(patron=user.id, count=SHOWN)
    overview = await cases.giving.overview(patron=user.id, now=settings(request).now())
    return page(
        request,
        "gifts.html",
        status=status,
        to=form.to,
        amount=form.amount,
        # Two presses of one form are one gift; what was corrected is still the same.
        id=form.id or secrets.token_urlsafe(),
        gifts=gifts,
        owners=await cases.looking_up.users(gift.owner for gift in gifts),
        means=overview.means,
        least=Money(LEAST_MINOR, rules.currency),
        most=Money(MOST_MINOR, rules.currency),
        held_days=held_for(rules).days,
        problem=problem,
    )
