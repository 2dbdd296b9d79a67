"""Signing up, in and out at a browser."""

from http import HTTPStatus

from aiohttp import web

from overallt_server.core.refusals import (
    Forbidden,
    InvalidRequest,
    NotSignedIn,
    RateLimited,
    Refusal,
)
from overallt_server.use_cases.signing_in import HalfWay
from overallt_server.use_cases.signing_up import Newcomer
from overallt_server.web import account_inputs, inputs
from overallt_server.web.addresses import Addresses, local_path
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.networks import network
from overallt_server.web.pages import page
from overallt_server.web.places import place
from overallt_server.web.sessions import (
    SESSION,
    drop_cookie,
    session_token,
    set_cookie,
)

HOME = "/dashboard"


async def show_sign_up(request: web.Request) -> web.Response:
    """Show the sign-up form, with the invitation that the link brings."""
    return _sign_up_form(request, inputs.query(request, inputs.SignUp))


async def wait(request: web.Request) -> web.Response:
    """Put who has no invitation on the waiting list."""
    form = await inputs.body(request, inputs.SignUp)
    try:
        await use_cases(request).inviting.wait(
            form.email,
            language=language(request),
            network=network(request),
            now=settings(request).now(),
        )
    except (InvalidRequest, RateLimited) as refusal:
        return _sign_up_form(request, form, refusal)
    return _sign_up_form(request, inputs.SignUp(), waits=True)


async def sign_up(request: web.Request) -> web.Response:
    """Make a user and sign him in; or say what is wrong, beside the form."""
    form = await inputs.body(request, inputs.SignUp)
    now = settings(request).now()
    cases = use_cases(request)
    try:
        user = await cases.signing_up.sign_up(
            username=form.username,
            email=form.email,
            password=form.password,
            profile_url=Addresses(settings(request).public_url).profile,
            newcomer=Newcomer(language(request), network(request), form.invitation),
            now=now,
        )
    except (InvalidRequest, Forbidden, RateLimited) as refusal:
        return _sign_up_form(request, form, refusal)
    token = await cases.signing_in.sign_in(
        name=user.username,
        password=form.password,
        former=session_token(request),
        place=place(request),
        now=now,
    )
    return entered(request, token, path=HOME)


async def show_sign_in(request: web.Request) -> web.Response:
    """Show the sign-in form; to somebody signed in, to make sure that it is he."""
    form = inputs.query(request, inputs.SignIn)
    return _sign_in_form(request, inputs.SignIn(next=form.next), problem="")


async def sign_in(request: web.Request) -> web.Response:
    """Begin a session and go on to where the reader wanted to go."""
    form = await inputs.body(request, inputs.SignIn)
    try:
        token = await use_cases(request).signing_in.sign_in(
            name=form.name,
            password=form.password,
            former=session_token(request),
            place=place(request),
            now=settings(request).now(),
        )
    except (NotSignedIn, RateLimited) as refusal:
        status, problem = problem_of(refusal)
        return _sign_in_form(request, form, problem=problem, status=status)
    return entered(request, token, path=local_path(form.next, otherwise=HOME))


async def finish(request: web.Request) -> web.Response:
    """Begin a session by the code of a second factor."""
    form = await inputs.body(request, account_inputs.SignInCode)
    path = local_path(form.next, otherwise=HOME)
    try:
        token = await use_cases(request).signing_in.finish(
            half_way=form.half_way,
            code=form.code,
            former=session_token(request),
            place=place(request),
            now=settings(request).now(),
        )
    except (NotSignedIn, RateLimited) as refusal:
        status, problem = problem_of(refusal)
        half = HalfWay(form.half_way)
        return _code_form(request, half, path=path, problem=problem, status=status)
    return entered(request, token, path=path)


async def sign_out(request: web.Request) -> web.Response:
    """End the session here and at the browser."""
    token = session_token(request)
    if token is not None:
        await use_cases(request).signing_in.sign_out(token)
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
    drop_cookie(request, response)
    return response


def _sign_up_form(
    request: web.Request,
    form: inputs.SignUp,
    refusal: Refusal | None = None,
    *,
    waits: bool = False,
) -> web.Response:
    status, problem = problem_of(refusal) if refusal else (HTTPStatus.OK, "")
    return page(
        request,
        "signup.html",
        status=status,
        form=form,
        registration=settings(request).registration,
        problem=problem,
        waits=waits,
    )


def _sign_in_form(
    request: web.Request,
    form: inputs.SignIn,
    *,
    problem: str,
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    session = request.get(SESSION)
    name = form.name if session is None else session.user.username
    return page(
        request,
        "signin.html",
        status=status,
        name=name,
        next=local_path(form.next, otherwise=""),
        problem=problem,
    )


def _code_form(
    request: web.Request,
    half: HalfWay,
    *,
    path: str,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    return page(
        request,
        "signin_code.html",
        status=status,
        half_way=half.token,
        next=path,
        problem=problem,
    )


def entered(request: web.Request, token: str | HalfWay, *, path: str) -> web.Response:
    """Go on to *path* in the session of *token*, or ask for the code that it needs."""
    if isinstance(token, HalfWay):
        return _code_form(request, token, path=path)
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": path})
    set_cookie(request, response, token)
    return response
