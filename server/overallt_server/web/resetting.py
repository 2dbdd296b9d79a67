"""A forgotten password: asking for a link by mail, and choosing a new one by it."""

from http import HTTPStatus

from aiohttp import web

from overallt_server.core.refusals import InvalidRequest, RateLimited
from overallt_server.use_cases.changing_passwords import Asker
from overallt_server.web import account_inputs, inputs
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.networks import network
from overallt_server.web.pages import page


async def show(request: web.Request) -> web.Response:
    """Ask whose password is forgotten."""
    return _asking(request)


async def ask(request: web.Request) -> web.Response:
    """Send the link, and say the same whether there is such a user or not."""
    form = await inputs.body(request, account_inputs.ResetForm)
    try:
        await use_cases(request).changing_passwords.ask(
            form.email,
            asker=Asker(network(request), language(request)),
            now=settings(request).now(),
        )
    except RateLimited as refusal:
        status, problem = problem_of(refusal)
        return _asking(request, problem=problem, status=status)
    return _asking(request, asked=True)


async def show_new(request: web.Request) -> web.Response:
    """Ask for a new password; the link is not used up by looking at the page."""
    form = inputs.query(request, account_inputs.MailedToken)
    return page(request, "reset_password.html", token=form.token, problem="")


async def replace(request: web.Request) -> web.Response:
    """Set the new password, and lead to where one signs in by it."""
    form = await inputs.body(request, account_inputs.NewPassword)
    try:
        await use_cases(request).changing_passwords.replace(
            form.token,
            form.password,
            language=language(request),
            now=settings(request).now(),
        )
    except InvalidRequest as refusal:
        status, problem = problem_of(refusal)
        return page(
            request,
            "reset_password.html",
            status=status,
            token=form.token,
            problem=problem,
        )
    raise web.HTTPSeeOther("/signin")


def _asking(
    request: web.Request,
    *,
    asked: bool = False,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    return page(
        request,
        "reset.html",
        status=status,
        asked=asked,
        mails=settings(request).mail_account is not None,
        problem=problem,
    )
