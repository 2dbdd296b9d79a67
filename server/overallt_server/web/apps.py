"""The page of apps: whom one has given access, and apps of one's own."""

from http import HTTPStatus

from aiohttp import web

from overallt_server.core.refusals import InvalidRequest
from overallt_server.web import inputs
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in


async def show(request: web.Request) -> web.Response:
    """List who has access, and the apps that the reader has registered."""
    user = signed_in(request).user
    cases = use_cases(request)
    return page(
        request,
        "apps.html",
        held=await cases.authorizing.held(user),
        apps=await cases.registering_apps.of_owner(user.id),
    )


async def revoke(request: web.Request) -> web.Response:
    """Take an app's access away."""
    user = signed_in(request, come_back="/apps").user
    form = await inputs.body(request, inputs.Revocation)
    await use_cases(request).authorizing.revoke(user=user, key=form.key)
    raise web.HTTPSeeOther("/apps")


async def show_new(request: web.Request) -> web.Response:
    """Show the empty form for a new app."""
    signed_in(request)
    return page(request, "app_new.html", form=inputs.NewApp(), problem="")


async def register(request: web.Request) -> web.Response:
    """Register an app and show its secret, this once."""
    user = signed_in(request, come_back="/apps/new").user
    form = await inputs.body(request, inputs.NewApp)
    try:
        registered = await use_cases(request).registering_apps.register(
            owner=user.id,
            name=form.name,
            redirect_uri=form.redirect_uri,
            public=form.public,
        )
    except InvalidRequest as refusal:
        status, problem = problem_of(refusal)
        return page(request, "app_new.html", status=status, form=form, problem=problem)
    return page(
        request,
        "app_created.html",
        status=HTTPStatus.CREATED,
        app=registered.app,
        secret=registered.secret,
    )
