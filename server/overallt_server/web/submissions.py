"""The page behind an address that describes a thing: ``/submit/auto``.

Looking at it makes nothing. The thing is made as somebody flattrs it here, by a form of
ours; who has to sign in first comes back to the same page and is asked again.
"""

from http import HTTPStatus

from aiohttp import web

from overallt_server.core.intents import Intent
from overallt_server.core.refusals import Refusal
from overallt_server.web.addresses import sign_in_and_come_back
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in


async def show(request: web.Request) -> web.Response:
    """Show what is described, and ask; lead on to the thing if there is one."""
    return await _page(request)


async def flattr(request: web.Request) -> web.Response:
    """Flattr what is described, which makes it; or keep an intent for its address."""
    patron = signed_in(request).user
    try:
        done = await use_cases(request).submitting.flattr(
            patron=patron.id, address=_address(request), now=settings(request).now()
        )
    except Refusal as refusal:
        return await _page(request, refusal)
    if isinstance(done, Intent):
        return await _page(request, is_kept=True)
    raise web.HTTPSeeOther(f"/thing/{done.thing.id}")


def _address(request: web.Request) -> str:
    return f"{settings(request).public_url}{request.path_qs}"


async def _page(
    request: web.Request, refusal: Refusal | None = None, *, is_kept: bool = False
) -> web.Response:
    status, problem = (HTTPStatus.OK, "") if refusal is None else problem_of(refusal)
    described = await use_cases(request).submitting.described(_address(request))
    if described.thing is not None and refusal is None:
        raise web.HTTPSeeOther(f"/thing/{described.thing.id}")
    return page(
        request,
        "submission.html",
        status=status,
        submission=described.submission,
        url=described.url,
        owner=described.owner,
        action=request.path_qs,
        sign_in=sign_in_and_come_back(request.path_qs),
        is_kept=is_kept,
        problem=problem,
    )
