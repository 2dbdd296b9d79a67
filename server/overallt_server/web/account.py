"""The page of one's account: how one is reached and how one signs in."""

from http import HTTPStatus

from aiohttp import web

from overallt_server.core.refusals import InvalidRequest, RateLimited
from overallt_server.web import account_inputs, inputs
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.pages import page
from overallt_server.web.sessions import session_token, signed_in, signed_in_just_now

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


async def change_password(request: web.Request) -> web.Response:
    """Set the password that the form says."""
    form = await inputs.body(request, account_inputs.NewPassword)
    user = signed_in_just_now(request, come_back=HERE).user
    try:
        await use_cases(request).changing_passwords.change(
            user,
            password=form.password,
            session=session_token(request) or "",
            language=language(request),
            now=settings(request).now(),
        )
    except InvalidRequest as refusal:
        status, problem = problem_of(refusal)
        return await _page(request, problem=problem, status=status)
    return await _page(request, said="Your password is changed.")


async def end_session(request: web.Request) -> web.Response:
    """End one of one's own sessions."""
    user = signed_in(request, come_back=HERE).user
    form = await inputs.body(request, inputs.Revocation)
    await use_cases(request).signing_in.end(user.id, form.key)
    raise web.HTTPSeeOther(HERE)


async def invite(request: web.Request) -> web.Response:
    """Make an invitation and show it, this once."""
    user = signed_in(request, come_back=HERE).user
    secret = await use_cases(request).inviting.invite(
        user.id, now=settings(request).now()
    )
    link = f"{settings(request).public_url}/signup?invitation={secret}"
    return await _page(request, invitation=link)


async def _page(
    request: web.Request,
    *,
    invitation: str = "",
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
        sessions=await cases.signing_in.all_of(
            session.user.id,
            token=session_token(request) or "",
            now=settings(request).now(),
        ),
        invitation=invitation,
        invitations_left=await cases.inviting.left(session.user.id),
        passkeys=await cases.passkeys.of(session.user.id),
        second_factor=await cases.second_factors.standing(session.user.id),
    )
