"""Paying in by card: to the provider's page and back, and what the provider tells."""

import logging
from typing import Final

from aiohttp import web

from overallt_server.core import refusals
from overallt_server.core.refusals import Frozen, InvalidRequest, NotFound, ServerBusy
from overallt_server.use_cases.paying_by_card import Looked, PayingByCard
from overallt_server.web import bodies, inputs
from overallt_server.web.amounts import money
from overallt_server.web.answers import problem_of
from overallt_server.web.budgets import budget_page
from overallt_server.web.endpoints import answers
from overallt_server.web.formats import TEXT
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in, signed_in_just_now

_logger: Final = logging.getLogger(__name__)


async def begin(request: web.Request) -> web.Response:
    """Lead the patron to the page where he pays what the form says."""
    form = await inputs.body(request, inputs.CardForm)
    session = signed_in_just_now(request, come_back="/budget")
    here = settings(request).public_url
    try:
        address = await _paying_by_card(request).begin(
            patron=session.user.id,
            amount=money(form.card_amount, settings(request).currency),
            back=f"{here}/card/back",
            cancelled=f"{here}/budget",
            now=settings(request).now(),
        )
    except (InvalidRequest, Frozen, ServerBusy) as refusal:
        status, problem = problem_of(refusal)
        return await budget_page(
            request,
            session.user,
            inputs.BudgetForm(),
            problem=problem,
            status=status,
            by_card=form.card_amount,
        )
    raise web.HTTPSeeOther(address)


async def come_back(request: web.Request) -> web.Response:
    """Show what became of the payment that the patron comes back from."""
    user = signed_in(request).user
    back = inputs.query(request, inputs.CardBack)
    looked = await _paying_by_card(request).come_back(
        session=back.session, now=settings(request).now()
    )
    payment = looked.payment
    # Whose it is shows only who paid it.
    paid = payment.amount if payment and payment.patron == user.id else None
    return page(request, "card_back.html", paid=paid)


@answers(forms=(TEXT,), refusals=(refusals.NotFound,))
async def hear(request: web.Request) -> web.Response:
    """Take what the provider tells; without an answer of 200 it tells it again."""
    looked = await _paying_by_card(request).hear(
        body=await bodies.whole(request),
        signature=request.headers.get("Stripe-Signature", ""),
        now=settings(request).now(),
    )
    if looked is not None:
        _log(looked)
    return web.Response(text="ok\n")


def _log(looked: Looked) -> None:
    if looked.because is not None:
        # Telling it again would not help.
        _logger.warning("event=card_payment_passed_over because=%r", looked.because)


def _paying_by_card(request: web.Request) -> PayingByCard:
    paying_by_card = use_cases(request).paying_by_card
    if paying_by_card is None:
        raise NotFound
    return paying_by_card
