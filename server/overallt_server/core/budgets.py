"""Budgets: what a patron gives each period, and the pot that comes of it."""

from dataclasses import dataclass

from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Budget:
    """What a patron gives each period; a paused one (not *active*) gives nothing."""

    amount: Money
    active: bool


def refuse_budget(amount: Money, rules: Rules) -> None:
    """Refuse a budget of *amount* that the *rules* do not allow.

    Raises:
        InvalidRequest: it is in another currency, too small or too large.
    """
    least = Money(rules.min_budget_minor, rules.currency)
    most = Money(rules.max_budget_minor, rules.currency)
    if amount.currency != rules.currency or not least <= amount <= most:
        raise InvalidRequest(f"A monthly budget is between {least} and {most}.")


def pot(budget: Budget | None, means: Money) -> Money:
    """Return what a settlement would divide now: the lesser of budget and means."""
    if budget is None or not budget.active:
        return Money(0, means.currency)
    return min(budget.amount, means)
