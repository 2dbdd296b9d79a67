"""Budgets, their bounds and the pot."""

import pytest
from story_rules import RULES

from overallt_server.core.budgets import Budget, pot, refuse_budget
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest


@pytest.mark.parametrize("minor", [200, 500, 10_000])
def test_a_budget_within_the_bounds_is_allowed(minor: int) -> None:
    refuse_budget(Money(minor, "EUR"), RULES)

    assert Money(minor, "EUR") == pot(
        Budget(Money(minor, "EUR"), active=True), Money(10_000, "EUR")
    )


@pytest.mark.parametrize(
    "amount", [Money(199, "EUR"), Money(10_001, "EUR"), Money(500, "JPY")]
)
def test_another_budget_is_refused_with_the_bounds(amount: Money) -> None:
    with pytest.raises(InvalidRequest, match=r"between 2\.00 EUR and 100\.00 EUR"):
        refuse_budget(amount, RULES)


@pytest.mark.parametrize(
    ("budget", "means", "expected"),
    [
        (Budget(Money(500, "EUR"), active=True), 1000, 500),
        (Budget(Money(500, "EUR"), active=True), 300, 300),
        (Budget(Money(500, "EUR"), active=False), 1000, 0),
        (None, 1000, 0),
    ],
)
def test_the_pot_is_the_lesser_of_an_active_budget_and_means(
    budget: Budget | None, means: int, expected: int
) -> None:
    assert Money(expected, "EUR") == pot(budget, Money(means, "EUR"))
