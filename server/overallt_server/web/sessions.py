"""Sessions at the browser: the cookie, who is signed in, and forms that are ours."""

import hashlib
import hmac
import re
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from overallt_server.core.refusals import (
    Forbidden,
    InvalidRequest,
    NotSignedIn,
    ScopeMissing,
)
from overallt_server.use_cases.signing_in import SESSION_LASTS, Session
from overallt_server.web import bodies
from overallt_server.web.addresses import is_for_programs, sign_in_and_come_back
from overallt_server.web.keys import settings, use_cases

SESSION: Final = web.RequestKey("SESSION", Session)
CSRF_FIELD: Final = "csrf"
_TOKEN: Final = re.compile(r"[0-9a-f]{40}", re.ASCII)
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(public_url: str) -> str:
    """Return the name of the session's cookie.

    ``__Host-`` keeps other hosts of the domain from setting it, but needs Secure,
    which needs HTTPS. On http://localhost, where one tries the server out, not all
    browsers take a Secure cookie: there it has its plain name.
    """
    return "__Host-overallt" if public_url.startswith("https:") else "overallt"


def session_token(request: web.Request) -> str | None:
    """Return the token in the cookie; ``None`` if there is none of our form."""
    token = request.cookies.get(cookie_name(settings(request).public_url), "")
    return token if _TOKEN.fullmatch(token) else None


def csrf_token(request: web.Request) -> str:
    """Return what our own forms carry, so that nobody else's pass for ours.

    It follows from the session's token, which it does not betray; without a
    session there is nothing to protect, and it is empty.
    """
    token = session_token(request)
    if token is None or SESSION not in request:
        return ""
    return hashlib.sha256(f"csrf:{token}".encode()).hexdigest()


@web.middleware
async def find_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the session of a page's reader into the request."""
    if not is_for_programs(request.path):
        session = await _session(request)
        if session is not None:
            request[SESSION] = session
    return await handler(request)


@web.middleware
async def refuse_forged_forms(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Refuse a form that another site, or nobody at all, has filled in.

    Browsers say where a request comes from, in headers that no page can forge; the
    token in the form is the second lock. Programs send no cookie, so that nothing
    can be forged in somebody's name.
    """
    if request.method not in _SAFE_METHODS and not is_for_programs(request.path):
        if not _comes_from_us(request):
            raise Forbidden("This form was sent from another site.")
        if SESSION in request:
            given = (await bodies.form(request)).get(CSRF_FIELD, "")
            expected = csrf_token(request).encode()
            if not isinstance(given, str) or not hmac.compare_digest(
                expected, given.encode(errors="replace")
            ):
                raise Forbidden("This form is out of date. Please go back and reload.")
    return await handler(request)


def signed_in(request: web.Request, *, come_back: str | None = None) -> Session:
    """Return the session; without one, lead to the sign-in page and back.

    *come_back* is the local path to come back to, else where the reader is.
    """
    session: Session | None = request.get(SESSION)
    if session is None:
        path = request.path_qs if come_back is None else come_back
        raise web.HTTPSeeOther(sign_in_and_come_back(path))
    return session


def signed_in_just_now(request: web.Request, *, come_back: str) -> Session:
    """Return a session fit for money; an older one is asked to sign in again."""
    session = signed_in(request, come_back=come_back)
    if not session.is_fresh(now=settings(request).now()):
        raise web.HTTPSeeOther(sign_in_and_come_back(come_back))
    return session


async def in_person(request: web.Request) -> Session:
    """Return the session of who asks the API himself; no access token stands for him.

    The API answers every origin, so a browser must not be led to do this: what changes
    something comes from us, and in JSON, which no form of another site can send. What
    is only read, no page of another origin can read.

    Raises:
        ScopeMissing: there is an access token.
        InvalidRequest: a page's own function is to be called with it.
        Forbidden: another site has sent it.
        NotSignedIn: nobody is signed in.
    """
    if "Authorization" in request.headers:
        raise ScopeMissing("No access token allows this: it needs you, signed in.")
    if "jsonp" in request.query:
        raise InvalidRequest("jsonp: this is told to nobody but you.")
    if request.method not in _SAFE_METHODS and not (
        _comes_from_us(request) and request.content_type == "application/json"
    ):
        raise Forbidden("This was sent from another site, or not as JSON.")
    session = await _session(request)
    if session is None:
        raise NotSignedIn
    return session


async def in_person_just_now(request: web.Request) -> Session:
    """Return a session fit for money, of who asks the API himself.

    Raises:
        NotSignedIn: nobody is signed in, or not recently enough.
        Refusal: as in ``in_person``.
    """
    session = await in_person(request)
    if not session.is_fresh(now=settings(request).now()):
        raise NotSignedIn("Sign in once more: what moves money needs you, just now.")
    return session


def set_cookie(request: web.Request, response: web.Response, token: str) -> None:
    """Let the browser keep *token*."""
    public_url = settings(request).public_url
    response.set_cookie(
        cookie_name(public_url),
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=public_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(request: web.Request, response: web.Response) -> None:
    """Let the browser forget the token."""
    public_url = settings(request).public_url
    response.del_cookie(
        cookie_name(public_url),
        path="/",
        secure=public_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


async def _session(request: web.Request) -> Session | None:
    token = session_token(request)
    if token is None:
        return None
    now = settings(request).now()
    return await use_cases(request).signing_in.session(token, now=now)


def _comes_from_us(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    # Without either it is no browser of today, and the token decides alone. The Host
    # was checked before, so that it can stand for "us" whatever name we are used by.
    return origin is None or origin.partition("://")[2] == request.host
