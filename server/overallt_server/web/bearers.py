"""Who asks the API: the access token in the ``Authorization`` header."""

import re
from typing import Final

from aiohttp import web

from overallt_server.core.grants import Grant, Scope
from overallt_server.core.refusals import NotSignedIn, ScopeMissing
from overallt_server.core.users import User
from overallt_server.web.keys import use_cases
from overallt_server.web.sessions import in_person

GRANT: Final = web.RequestKey("GRANT", Grant)

_BEARER: Final = re.compile(r"bearer +([0-9a-f]{40})", re.ASCII | re.IGNORECASE)


def access_token(request: web.Request) -> str | None:
    """Return the access token that comes with *request*, valid or not."""
    match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    return None if match is None else match[1].lower()


async def asker(request: web.Request) -> Grant | None:
    """Return what the asker's access token stands for; ``None`` without one.

    It is looked up once for each request.

    Raises:
        NotSignedIn: there is a token, and it is not valid.
    """
    if "Authorization" not in request.headers:
        return None
    grant: Grant | None = request.get(GRANT)
    token = access_token(request)
    if grant is None and token is not None:
        grant = await use_cases(request).authorizing.grant(token)
    if grant is None:
        raise NotSignedIn("The access token is not valid, or was revoked.")
    request[GRANT] = grant
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
