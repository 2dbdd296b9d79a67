"""The page where a patron sets, changes and pauses his monthly budget."""

from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.amounts import money
from overallt_server.web.answers import problem_of
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.pages import page
from overallt_server.web.sessions import signed_in, signed_in_just_now
from overallt_server.web.transfers import transfer


async def show(request: web.Request) -> web.Response:
    """Show the budget; what stands in the query is filled in but not yet set.

    So a form that had to wait for a new sign-in is not lost.
    """
    session = signed_in(request)
    form = inputs.query(request, inputs.BudgetForm)
    return await _form(request, session.user, form, problem="", status=HTTPStatus.OK)


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
    except InvalidRequest as refusal:
        status, problem = problem_of(refusal)
        return await _form(request, session.user, form, problem=problem, status=status)
    raise web.HTTPSeeOther("/dashboard")


async def _form(
    request: web.Request,
    user: User,
    form: inputs.BudgetForm,
    *,
    problem: str,
    status: HTTPStatus,
) -> web.Response:
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
    return page(
        request,
        "budget.html",
        status=status,
        by_bank=by_bank,
        amount=amount,
        paused=paused,
        overview=overview,
        least=least,
        most=Money(rules.max_budget_minor, rules.currency),
        problem=problem,
    )
