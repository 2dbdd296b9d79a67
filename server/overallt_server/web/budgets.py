"""The page where a patron sets, changes and pauses his monthly budget."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from overallt_server.core.money import Money
from overallt_server.core.refusals import Frozen, InvalidRequest
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.amounts import money
from overallt_server.web.answers import problem_of
from overallt_server.web.checks import CONTENT_SECURITY_POLICY
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in, signed_in_just_now
from overallt_server.web.transfers import transfer

# Where cards are paid with.
CHECKOUT: Final = "https://checkout.stripe.com"


async def show(request: web.Request) -> web.Response:
    """Show the budget; what stands in the query is filled in but not yet set.

    So a form that had to wait for a new sign-in is not lost.
    """
    session = signed_in(request)
    form = inputs.query(request, inputs.BudgetForm)
    return await budget_page(request, session.user, form)


async def change(request: web.Request) -> web.Response:
    """Set the budget that the form says."""
    form = await inputs.body(request, inputs.BudgetForm)
    wanted = urlencode({"amount": form.amount, "paused": int(form.paused)})
    session = signed_in_just_now(request, come_back=f"/budget?{wanted}")
    try:
        await use_cases(request).giving.set_budget(
            patron=session.user.id,
            amount=money(form.amount, settings(request).currency),
            active=not form.paused,
        )
    except (InvalidRequest, Frozen) as refusal:
        status, problem = problem_of(refusal)
        return await budget_page(
            request, session.user, form, problem=problem, status=status
        )
    raise web.HTTPSeeOther("/dashboard")


async def budget_page(
    request: web.Request,
    user: User,
    form: inputs.BudgetForm,
    *,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    by_card: str = "",
) -> web.Response:
    """Show the budget as *form* says it, and the ways to pay in.

    *by_card* is the amount to pay in by card as it was typed.
    """
    overview = await use_cases(request).giving.overview(
        patron=user.id, now=settings(request).now()
    )
    rules = settings(request).rules
    budget = overview.budget
    amount = form.amount
    paused = form.paused
    if not amount and budget is not None:
        amount = str(budget.amount).partition(" ")[0]
        paused = not budget.active
    least = Money(rules.min_budget_minor, rules.currency)
    account = settings(request).bank_account
    by_bank = account and transfer(account, user.id, budget.amount if budget else least)
    response = page(
        request,
        "budget.html",
        status=status,
        by_bank=by_bank,
        by_card=by_card,
        least_by_card=use_cases(request).paying_by_card
        and Money(rules.min_card_minor, rules.currency),
        amount=amount,
        paused=paused,
        overview=overview,
        least=least,
        most=Money(rules.max_budget_minor, rules.currency),
        problem=problem,
    )
    # Some browsers hold a form's redirect to the form's own policy, too.
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'", f"form-action 'self' {CHECKOUT}"
    )
    return response
