"""Users in the API: shown to others and to themselves, with their means."""

from aiohttp import web

from overallt.protocol import messages
from overallt_server.core import refusals
from overallt_server.core.grants import Scope
from overallt_server.core.money import Money
from overallt_server.core.users import User
from overallt_server.web import inputs
from overallt_server.web.addresses import Addresses
from overallt_server.web.answers import json_answer
from overallt_server.web.bearers import granted, reader
from overallt_server.web.endpoints import answers
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.representations import user_message
from overallt_server.web.sessions import in_person_just_now


@answers(messages.User, refusals=(refusals.NotFound,))
async def show(request: web.Request) -> web.Response:
    """Answer a user as everybody sees him.

    Source: content/api/resources/users.md, "Get a user".
    """
    user = await use_cases(request).looking_up.user(request.match_info["id"])
    addresses = Addresses(settings(request).public_url)
    return json_answer(user_message(user, addresses, scopes=frozenset()))


@answers(messages.User)
async def show_me(request: web.Request) -> web.Response:
    """Answer the asker himself; some fields need a scope.

    Source: content/api/resources/users.md, "Get the authenticated user".
    """
    grant = await granted(request)
    addresses = Addresses(settings(request).public_url)
    return json_answer(user_message(grant.user, addresses, scopes=grant.scopes))


@answers(messages.Means)
async def show_means(request: web.Request) -> web.Response:
    """Answer what the asker has and gives; an addition of ours."""
    return await _means(request, await reader(request, Scope.FLATTR))


@answers(messages.Means, body=inputs.NewBudget, refusals=(refusals.Frozen,))
async def set_budget(request: web.Request) -> web.Response:
    """Set what the asker gives each month, and answer his means; ours, too."""
    person = (await in_person_just_now(request)).user
    wanted = await inputs.body(request, inputs.NewBudget)
    await use_cases(request).giving.set_budget(
        patron=person.id,
        amount=Money(wanted.amount_minor, settings(request).currency),
        active=wanted.active,
    )
    return await _means(request, person)


async def _means(request: web.Request, user: User) -> web.Response:
    overview = await use_cases(request).giving.overview(
        patron=user.id, now=settings(request).now()
    )
    budget = overview.budget
    return json_answer(
        messages.Means(
            currency=overview.means.currency,
            means_minor=overview.means.minor,
            budget_minor=0 if budget is None else budget.amount.minor,
            budget_active=budget is not None and budget.active,
            period=str(overview.period),
            pot_minor=overview.pot.minor,
            flattrs=[
                messages.FlattrWorth(
                    thing=each.thing.id,
                    title=each.thing.title,
                    worth_minor=each.worth.minor,
                )
                for each in overview.flattrs
            ],
            next_worth_minor=overview.next_worth.minor,
        )
    )
