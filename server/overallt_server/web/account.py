"""The page of one's account: how one is reached and how one signs in."""

from http import HTTPStatus

from aiohttp import web

from overallt_server.core.refusals import RateLimited
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in

HERE = "/account"


async def show(request: web.Request) -> web.Response:
    """Show how one is reached and how one signs in."""
    return await _page(request)


async def ask_for_confirmation(request: web.Request) -> web.Response:
    """Send another mail by which the address can be confirmed."""
    user = signed_in(request, come_back=HERE).user
    try:
        await use_cases(request).confirming.ask_again(
            user, language=language(request), now=settings(request).now()
        )
    except RateLimited as refusal:
        status, problem = problem_of(refusal)
        return await _page(request, problem=problem, status=status)
    return await _page(request, said="A mail is on its way to you.")


async def _page(
    request: web.Request,
    *,
    said: str = "",
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    session = signed_in(request, come_back=HERE)
    cases = use_cases(request)
    return page(
        request,
        "account.html",
        status=status,
        said=said,
        problem=problem,
        confirmed=await cases.confirming.is_confirmed(session.user.id),
        mails=settings(request).mail_account is not None,
    )
