"""Payouts: the page where an owner names his bank account and asks, and the API."""

from http import HTTPStatus

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core import refusals
from overallt_server.core.money import Money
from overallt_server.core.refusals import Refusal
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.amounts import money
from overallt_server.web.answers import json_answer, problem_of
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.representations import payout_message
from overallt_server.web.sessions import (
    in_person,
    in_person_just_now,
    signed_in,
    signed_in_just_now,
)

HERE = "/payouts"


async def show(request: web.Request) -> web.Response:
    """Show the four numbers, the account, and how far each payout has come."""
    session = signed_in(request)
    return await _page(request, session.user, problem="", status=HTTPStatus.OK)


async def name_account(request: web.Request) -> web.Response:
    """Let payouts go to the account that the form names."""
    form = await inputs.body(request, inputs.PayoutAccountForm)
    session = signed_in_just_now(request, come_back=HERE)
    try:
        await use_cases(request).confirming.require(session.user.id)
        await use_cases(request).paying_out.name_account(
            owner=session.user.id,
            iban=form.iban,
            name=form.name,
            now=settings(request).now(),
        )
    except Refusal as refusal:
        return await _refused(request, session.user, refusal, form)
    raise web.HTTPSeeOther(HERE)


async def ask(request: web.Request) -> web.Response:
    """Put what the form says on its way; all that is there if it says nothing."""
    form = await inputs.body(request, inputs.PayoutForm)
    session = signed_in_just_now(request, come_back=HERE)
    currency = settings(request).currency
    try:
        await use_cases(request).confirming.require(session.user.id)
        await use_cases(request).paying_out.request(
            owner=session.user.id,
            amount=money(form.amount, currency) if form.amount.strip() else None,
            now=settings(request).now(),
        )
    except Refusal as refusal:
        return await _refused(request, session.user, refusal)
    raise web.HTTPSeeOther(HERE)


@answers(list[messages.Payout])
async def list_mine(request: web.Request) -> web.Response:
    """Answer the asker's payouts, newest first; an addition of ours."""
    person = (await in_person(request)).user
    listed = await use_cases(request).paying_out.of(owner=person.id)
    return json_answer([payout_message(each) for each in listed])


@answers(
    messages.Payout,
    body=inputs.PayoutRequest,
    refusals=(
        refusals.IdempotencyMismatch,
        refusals.Frozen,
        refusals.NoPayoutAccount,
        refusals.NewPayoutAccount,
        refusals.PayoutTooSmall,
        refusals.NoRevenue,
    ),
    repeatable=True,
)
async def ask_by_api(request: web.Request) -> web.Response:
    """Put what the asker has earned on its way; an addition of ours."""
    person = (await in_person_just_now(request)).user
    wanted = await inputs.body(request, inputs.PayoutRequest)
    minor, currency = wanted.amount_minor, settings(request).currency
    await use_cases(request).confirming.require(person.id)
    payout = await use_cases(request).paying_out.request(
        owner=person.id,
        amount=None if minor is None else Money(minor, currency),
        now=settings(request).now(),
        idempotency_key=inputs.idempotency_key(request),
    )
    return json_answer(payout_message(payout))


async def _refused(
    request: web.Request,
    user: User,
    refusal: Refusal,
    form: inputs.PayoutAccountForm | None = None,
) -> web.Response:
    status, problem = problem_of(refusal)
    return await _page(request, user, form, problem=problem, status=status)


async def _page(
    request: web.Request,
    user: User,
    form: inputs.PayoutAccountForm | None = None,
    *,
    problem: str,
    status: HTTPStatus,
) -> web.Response:
    cases, rules = use_cases(request), settings(request).rules
    earned = await cases.earning.revenue(owner=user.id)
    overview = await cases.paying_out.overview(owner=user.id)
    account = overview.account
    known = (account.iban, account.name) if account else ("", "")
    return page(
        request,
        "payouts.html",
        status=status,
        settled=earned.settled,
        held_until=earned.held_until,
        overview=overview,
        iban=form.iban if form else known[0],
        name=form.name if form else known[1],
        least=Money(rules.min_payout_minor, rules.currency),
        new_iban_hours=rules.new_iban_hours,
        problem=problem,
    )
