"""The page where one sets up one's second factor, or removes it."""

from http import HTTPStatus

import segno
from aiohttp import web

from overallt_server.core.refusals import NotSignedIn, RateLimited
from overallt_server.core.users import User
from overallt_server.web import account_inputs, inputs
from overallt_server.web.answers import problem_of
from overallt_server.web.drawings import drawing
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in_just_now

HERE = "/account/second-factor"


async def show(request: web.Request) -> web.Response:
    """Show what is to be scanned, or that it is set up."""
    return await _page(request, signed_in_just_now(request, come_back=HERE).user)


async def activate(request: web.Request) -> web.Response:
    """Ask for a code from now on, and show the recovery codes, this once."""
    user = signed_in_just_now(request, come_back=HERE).user
    form = await inputs.body(request, account_inputs.Code)
    try:
        codes = await use_cases(request).second_factors.activate(
            user, form.code, language=language(request), now=settings(request).now()
        )
    except (NotSignedIn, RateLimited) as refusal:
        return await _page(request, user, refusal)
    return page(request, "recovery_codes.html", codes=codes)


async def remove(request: web.Request) -> web.Response:
    """Ask for no code any more."""
    user = signed_in_just_now(request, come_back=HERE).user
    form = await inputs.body(request, account_inputs.Code)
    try:
        await use_cases(request).second_factors.remove(
            user, form.code, language=language(request), now=settings(request).now()
        )
    except (NotSignedIn, RateLimited) as refusal:
        return await _page(request, user, refusal)
    raise web.HTTPSeeOther("/account")


async def _page(
    request: web.Request, user: User, refusal: NotSignedIn | RateLimited | None = None
) -> web.Response:
    cases = use_cases(request)
    status, problem = problem_of(refusal) if refusal else (HTTPStatus.OK, "")
    standing = await cases.second_factors.standing(user.id)
    set_up = None if standing.active else await cases.second_factors.begin(user)
    return page(
        request,
        "second_factor.html",
        status=status,
        standing=standing,
        secret=set_up and set_up.secret,
        drawing=set_up and drawing(segno.make(set_up.address)),
        problem=problem,
    )
