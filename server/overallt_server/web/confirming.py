"""Confirming one's e-mail address by the link that was sent to it."""

from aiohttp import web

from overallt_server.core.refusals import InvalidRequest
from overallt_server.web import account_inputs, inputs
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page


async def show(request: web.Request) -> web.Response:
    """Ask for a press: programs that look into mails open links, but press nothing."""
    form = inputs.query(request, account_inputs.MailedToken)
    return page(request, "confirm.html", token=form.token, done=False, problem="")


async def confirm(request: web.Request) -> web.Response:
    """Note that the address is its user's; whoever has its mail may be anywhere."""
    form = await inputs.body(request, account_inputs.MailedToken)
    try:
        await use_cases(request).confirming.confirm(
            form.token, now=settings(request).now()
        )
    except InvalidRequest as refusal:
        status, problem = problem_of(refusal)
        return page(
            request,
            "confirm.html",
            status=status,
            token="",
            done=False,
            problem=problem,
        )
    return page(request, "confirm.html", token="", done=True, problem="")
