"""Passkeys: making one, signing in by one, and removing it."""

from http import HTTPStatus

from aiohttp import web

from overallt_server.core.refusals import InvalidRequest, NotSignedIn, Refusal
from overallt_server.web import account_inputs, inputs
from overallt_server.web.accounts import HOME, entered
from overallt_server.web.addresses import local_path
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.networks import network
from overallt_server.web.pages import page
from overallt_server.web.places import place
from overallt_server.web.sessions import session_token, signed_in_just_now

HERE = "/account"


async def show_new(request: web.Request) -> web.Response:
    """Ask the browser to make a passkey."""
    return await _asking_for_new(request)


async def add(request: web.Request) -> web.Response:
    """Store the passkey that the browser has made."""
    user = signed_in_just_now(request, come_back=HERE).user
    form = await inputs.body(request, account_inputs.PasskeyAnswer)
    try:
        await use_cases(request).passkeys.add(
            user,
            form.credential,
            language=language(request),
            now=settings(request).now(),
        )
    except InvalidRequest as refusal:
        return await _asking_for_new(request, refusal)
    raise web.HTTPSeeOther(HERE)


async def remove(request: web.Request) -> web.Response:
    """Remove a passkey."""
    user = signed_in_just_now(request, come_back=HERE).user
    form = await inputs.body(request, inputs.Revocation)
    await use_cases(request).passkeys.remove(user.id, form.key)
    raise web.HTTPSeeOther(HERE)


async def ask(request: web.Request) -> web.Response:
    """Ask the browser to sign in by a passkey."""
    form = await inputs.body(request, account_inputs.PasskeyAnswer)
    return await _asking(request, form.next)


async def sign_in(request: web.Request) -> web.Response:
    """Begin a session of whose passkey has answered."""
    form = await inputs.body(request, account_inputs.PasskeyAnswer)
    now = settings(request).now()
    cases = use_cases(request)
    try:
        user = await cases.passkeys.recognise(form.credential, now=now)
    except NotSignedIn as refusal:
        return await _asking(request, form.next, refusal)
    token = await cases.signing_in.enter(
        user, former=session_token(request), place=place(request), now=now
    )
    return entered(request, token, path=local_path(form.next, otherwise=HOME))


async def _asking_for_new(
    request: web.Request, refusal: Refusal | None = None
) -> web.Response:
    user = signed_in_just_now(request, come_back="/account/passkeys/new").user
    status, problem = problem_of(refusal) if refusal else (HTTPStatus.OK, "")
    options = await use_cases(request).passkeys.begin(user, now=settings(request).now())
    return page(
        request, "passkey_new.html", status=status, options=options, problem=problem
    )


async def _asking(
    request: web.Request, wanted: str, refusal: Refusal | None = None
) -> web.Response:
    status, problem = problem_of(refusal) if refusal else (HTTPStatus.OK, "")
    options = await use_cases(request).passkeys.begin_sign_in(
        network=network(request), now=settings(request).now()
    )
    return page(
        request,
        "signin_passkey.html",
        status=status,
        options=options,
        next=local_path(wanted, otherwise=""),
        problem=problem,
    )
