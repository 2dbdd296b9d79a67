"""Hosts: the page where an owner proves which sites are his, and the API."""

from http import HTTPStatus

from aiohttp import web

from overallt.protocol.host_messages import HostClaim as HostMessage
from overallt.protocol.ids import ThingId
from overallt_server.core import refusals
from overallt_server.core.proofs import META_NAME, HostClaim, text_naming
from overallt_server.core.refusals import Refusal
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer, problem_of
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import (
    in_person,
    in_person_just_now,
    signed_in,
    signed_in_just_now,
)


async def show(request: web.Request) -> web.Response:
    """Show the owner of a thing which hosts are his, and how to prove one."""
    return await _page(request, signed_in(request).user)


async def ask(request: web.Request) -> web.Response:
    """Note that the host that the form names is to be proved."""
    form = await inputs.body(request, inputs.HostForm)
    thing, owner = await _thing_of_owner(request)
    try:
        await use_cases(request).claiming_hosts.ask(
            owner=owner, thing=thing, host=form.host, now=settings(request).now()
        )
    except Refusal as refusal:
        return await _page(request, owner, refusal)
    raise web.HTTPSeeOther(_here(thing))


async def verify(request: web.Request) -> web.Response:
    """Look for the proof of the host that the form names."""
    form = await inputs.body(request, inputs.HostForm)
    thing, owner = await _thing_of_owner(request)
    try:
        await use_cases(request).claiming_hosts.verify(
            owner=owner, thing=thing, host=form.host, now=settings(request).now()
        )
    except Refusal as refusal:
        return await _page(request, owner, refusal)
    raise web.HTTPSeeOther(_here(thing))


async def verify_page(request: web.Request) -> web.Response:
    """Look whether the thing's page itself says whose it is."""
    thing, owner = await _thing_of_owner(request)
    try:
        await use_cases(request).claiming_hosts.verify_page(
            owner=owner, thing=thing, now=settings(request).now()
        )
    except Refusal as refusal:
        return await _page(request, owner, refusal)
    raise web.HTTPSeeOther(_here(thing))


async def withdraw(request: web.Request) -> web.Response:
    """Note that the host that the form names is the owner's no longer."""
    form = await inputs.body(request, inputs.HostForm)
    thing, owner = await _thing_of_owner(request)
    await use_cases(request).claiming_hosts.withdraw(
        owner=owner, thing=thing, host=form.host
    )
    raise web.HTTPSeeOther(_here(thing))


@answers(list[HostMessage], refusals=(refusals.NotFound, refusals.Forbidden))
async def list_mine(request: web.Request) -> web.Response:
    """Answer the hosts of a thing of the asker; an addition of ours."""
    owner = (await in_person(request)).user
    thing = await _thing(request)
    _, claims, _ = await use_cases(request).claiming_hosts.listed(
        owner=owner, thing=thing
    )
    return json_answer([_message(request, each, owner) for each in claims])


@answers(
    HostMessage,
    body=inputs.HostForm,
    status=HTTPStatus.CREATED,
    refusals=(refusals.NotFound, refusals.Forbidden, refusals.InvalidHost),
)
async def ask_by_api(request: web.Request) -> web.Response:
    """Say which record or file would prove a host of the asker; an addition of ours."""
    owner = (await in_person_just_now(request)).user
    wanted = await inputs.body(request, inputs.HostForm)
    claim = await use_cases(request).claiming_hosts.ask(
        owner=owner,
        thing=await _thing(request),
        host=wanted.host,
        now=settings(request).now(),
    )
    return json_answer(_message(request, claim, owner), status=HTTPStatus.CREATED)


@answers(
    HostMessage,
    refusals=(refusals.NotFound, refusals.Forbidden, refusals.NotProved),
)
async def verify_by_api(request: web.Request) -> web.Response:
    """Look for the proof of a host of the asker; an addition of ours."""
    owner = (await in_person_just_now(request)).user
    claim = await use_cases(request).claiming_hosts.verify(
        owner=owner,
        thing=await _thing(request),
        host=request.match_info["host"],
        now=settings(request).now(),
    )
    return json_answer(_message(request, claim, owner))


async def _thing_of_owner(request: web.Request) -> tuple[ThingId, User]:
    thing = await _thing(request)
    return thing, signed_in_just_now(request, come_back=_here(thing)).user


async def _thing(request: web.Request) -> ThingId:
    return await use_cases(request).looking_up.thing_id(request.match_info["id"])


def _here(thing: ThingId) -> str:
    return f"/thing/{thing}/hosts"


def _profile(request: web.Request, owner: User) -> str:
    return Addresses(settings(request).public_url).profile(owner.username)


def _message(request: web.Request, claim: HostClaim, owner: User) -> HostMessage:
    return HostMessage(
        host=claim.host,
        state=str(claim.state),
        record_name=claim.record_name,
        file_url=claim.file_url,
        text=text_naming(_profile(request, owner)),
        asked_at=int(claim.asked_at.timestamp()),
    )


async def _page(
    request: web.Request, owner: User, refusal: Refusal | None = None
) -> web.Response:
    status, problem = (HTTPStatus.OK, "") if refusal is None else problem_of(refusal)
    thing, claims, page_proof = await use_cases(request).claiming_hosts.listed(
        owner=owner, thing=await _thing(request)
    )
    profile = _profile(request, owner)
    return page(
        request,
        "hosts.html",
        status=status,
        thing=thing,
        claims=claims,
        page_proof=page_proof,
        text=text_naming(profile),
        profile=profile,
        meta_name=META_NAME,
        problem=problem,
    )
