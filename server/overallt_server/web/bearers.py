"""Who asks the API: the access token in the ``Authorization`` header."""

import re
from typing import Final

from aiohttp import web

from overallt_server.core.grants import Grant, Scope
from overallt_server.core.refusals import NotSignedIn, ScopeMissing
from overallt_server.core.users import User
from overallt_server.web.keys import use_cases
from overallt_server.web.sessions import in_person

_BEARER: Final = re.compile(r"bearer +([0-9a-f]{40})", re.ASCII | re.IGNORECASE)


async def asker(request: web.Request) -> Grant | None:
    """Return what the asker's access token stands for; ``None`` without one.

    Raises:
        NotSignedIn: there is a token, and it is not valid.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return None
    match = _BEARER.fullmatch(header)
    grant = None
    if match is not None:
        grant = await use_cases(request).authorizing.grant(match[1].lower())
    if grant is None:
        raise NotSignedIn("The access token is not valid, or was revoked.")
    return grant


async def granted(request: web.Request, scope: Scope | None = None) -> Grant:
    """Return what the asker's access token stands for.

    Raises:
        NotSignedIn: there is no valid token.
        ScopeMissing: it does not allow *scope*.
    """
    grant = await asker(request)
    if grant is None:
        raise NotSignedIn
    if scope is not None and scope not in grant.scopes:
        raise ScopeMissing(f"The access token was not given the scope {scope}.")
    return grant


async def reader(request: web.Request, scope: Scope) -> User:
    """Return who reads what is his own: by an access token, or signed in himself.

    Raises:
        NotSignedIn: there is neither.
        ScopeMissing: his token does not allow *scope*.
    """
    if "Authorization" in request.headers:
        return (await granted(request, scope)).user
    return (await in_person(request)).user
