"""An order that was forged whole, its hashes included, does not fit what was done."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from forging import put, rows_of
from ordered_books import CYD

from overallt_server.core.audit import Finding
from overallt_server.core.orders import OrderRow, OutcomeRow
from overallt_server.storage.database import Database
from overallt_server.storage.order_schema import order_outcomes, orders

type Audit = Callable[[Database], Awaitable[list[Finding]]]


async def forge(database: Database, number: int, **values: Any) -> None:
    """Change an order and make every hash that is over it anew, as a thief would."""
    await put(database, orders, {"number": number}, values)
    previous = bytes(32)
    outcomes = {
        each["number"]: each for each in await rows_of(database, order_outcomes)
    }
    for each in await rows_of(database, orders):
        cells = [value for name, value in each.items() if name != "hash"]
        previous = OrderRow(*cells).digest(previous)
        await put(database, orders, each, {"hash": previous})
        decided = outcomes.get(each["number"])
        if decided is not None:
            cells = [value for name, value in decided.items() if name != "hash"]
            hash_ = OutcomeRow(*cells).digest(previous)
            await put(database, order_outcomes, decided, {"hash": hash_})


@pytest.mark.parametrize(
    ("number", "values", "table", "problem"),
    [
        (
            1,
            {"operator_id": CYD},
            "order_outcomes",
            "no second operator, whom it does not concern, has confirmed it",
        ),
        (
            1,
            {"operator_id": None},
            "order_outcomes",
            "no second operator, whom it does not concern, has confirmed it",
        ),
        (
            1,
            {"reason": "a note"},
            "journal_entries",
            "it is not what order 1 says",
        ),
        (
            2,
            {"arguments": "{}"},
            "orders",
            "it says nothing that could be done",
        ),
        (
            6,
            {"operator_id": 2},
            "operators",
            "it was no operator when order 6 was in its hands",
        ),
    ],
    ids=["one operator", "no operator", "another reason", "nonsense", "a stranger"],
)
async def test_an_order_that_was_forged_whole_does_not_fit_what_was_done(
    ordered: Database,
    audit: Audit,
    number: int,
    values: dict[str, Any],
    table: str,
    problem: str,
) -> None:
    await forge(ordered, number, **values)
    (found,) = await audit(ordered)

    assert (table, problem) == (found.table, found.problem)


async def test_a_forged_amount_is_told_with_both_values(
    ordered: Database, audit: Audit
) -> None:
    arguments = (await rows_of(ordered, orders))[0]["arguments"]
    await forge(ordered, 1, arguments=arguments.replace("1000", "1001"))
    (found,) = await audit(ordered)

    assert (
        "means_added, 10.01 EUR, a coin",
        "means_added, 10.00 EUR, a coin",
    ) == (found.expected, found.found)


async def test_a_forged_list_of_payouts_is_told_with_both_values(
    ordered: Database, audit: Audit
) -> None:
    arguments = (await rows_of(ordered, orders))[2]["arguments"]
    await forge(ordered, 3, arguments=arguments.replace("[1]", "[1,2]", 1))
    (found,) = await audit(ordered)

    assert ("payout_files", "1, 2", "1") == (found.table, found.expected, found.found)
