"""The public pages of things and users, and the button on them."""

from dataclasses import asdict
from http import HTTPStatus

from aiohttp import web

from overallt_server.core.refusals import InvalidThing, Refusal
from overallt_server.core.shown_things import Viewer
from overallt_server.core.users import User
from overallt_server.core.words import CATEGORIES, LANGUAGES
from overallt_server.web import inputs
from overallt_server.web.addresses import local_path
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import SESSION, signed_in
from overallt_server.web.things import registered, typed

THINGS_SHOWN = 100


async def show_thing(request: web.Request) -> web.Response:
    """Show a thing to everybody: what it is, whose, and how to flattr it."""
    return await _thing_page(request, problem="", status=HTTPStatus.OK)


async def flattr_thing(request: web.Request) -> web.Response:
    """Flattr the thing; then show it, flattred, or why not."""
    cases = use_cases(request)
    thing = await cases.looking_up.thing(request.match_info["id"])
    session = signed_in(request, come_back=f"/thing/{thing.id}")
    try:
        await cases.flattring.flattr(
            patron=session.user.id, thing=thing.id, now=settings(request).now()
        )
    except Refusal as refusal:
        status, problem = problem_of(refusal)
        return await _thing_page(request, problem=problem, status=status)
    raise web.HTTPSeeOther(f"/thing/{thing.id}")


async def undo_flattr(request: web.Request) -> web.Response:
    """Take this month's flattr of the thing back; then go back to where it was."""
    cases = use_cases(request)
    thing = await cases.looking_up.thing(request.match_info["id"])
    form = await inputs.body(request, inputs.Back)
    session = signed_in(request, come_back=f"/thing/{thing.id}")
    await cases.flattring.undo(
        patron=session.user.id, thing=thing.id, now=settings(request).now()
    )
    raise web.HTTPSeeOther(local_path(form.back, otherwise=f"/thing/{thing.id}"))


async def show_profile(request: web.Request) -> web.Response:
    """Show a user and his things; the hidden ones only to himself."""
    cases = use_cases(request)
    user = await cases.looking_up.user(request.match_info["username"])
    session = request.get(SESSION)
    is_me = session is not None and session.user.id == user.id
    things = await cases.looking_up.things_of(
        user.id, page=1, count=THINGS_SHOWN, hidden=is_me
    )
    shown = [thing for thing in things if thing.id != user.profile_thing]
    ids = [user.profile_thing, *(thing.id for thing in shown)]
    return page(
        request,
        "profile.html",
        user=user,
        is_me=is_me,
        things=shown,
        counts=await cases.flattring.counts(ids),
        proved=await cases.claiming_hosts.proved_pages(ids),
    )


async def show_new_thing(request: web.Request) -> web.Response:
    """Show the empty form for a new thing."""
    signed_in(request)
    return _new_thing_form(request, inputs.NewThing(url=""))


async def new_thing(request: web.Request) -> web.Response:
    """Register a thing and show it; or say what is wrong, beside the form.

    Or show the form again with what the thing's page says, to be looked at first.
    """
    user = signed_in(request, come_back="/things/new").user
    form = await inputs.body(request, inputs.NewThing)
    try:
        if form.read:
            return _new_thing_form(request, await _read(request, form, user))
        thing = await registered(request, form, user)
    except InvalidThing as refusal:
        status, problem = problem_of(refusal)
        return _new_thing_form(request, form, problem=problem, status=status)
    raise web.HTTPSeeOther(f"/thing/{thing.id}")


async def _read(
    request: web.Request, form: inputs.NewThing, user: User
) -> inputs.NewThing:
    said = await use_cases(request).describing_things.read(
        typed(form), url=form.url, user=user, now=settings(request).now()
    )
    return form.model_copy(update=asdict(said))


def _new_thing_form(
    request: web.Request,
    form: inputs.NewThing,
    *,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    return page(
        request,
        "thing_new.html",
        status=status,
        form=form,
        categories=CATEGORIES,
        languages=LANGUAGES,
        problem=problem,
    )


async def _thing_page(
    request: web.Request, *, problem: str, status: HTTPStatus
) -> web.Response:
    session = request.get(SESSION)
    user = None if session is None else session.user
    viewer = Viewer(user.id, settings(request).now()) if user else None
    shown = await use_cases(request).looking_up.shown_thing(
        request.match_info["id"], viewer
    )
    return page(
        request,
        "thing.html",
        status=status,
        shown=shown,
        thing=shown.thing,
        owner=shown.owner,
        is_mine=user is not None and user.id == shown.owner.id,
        problem=problem,
    )
