"""An audit names the order that was changed, and what was done by hand without one."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from forging import put, rows_of
from ordered_books import BEN, CYD, MONA, NOW, TOLD, keep

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding
from overallt_server.core.deeds import Deed, OrderedFile, TakeAnswers
from overallt_server.core.money import Money
from overallt_server.core.orders import TOGETHER
from overallt_server.core.references import payout_reference
from overallt_server.core.rules import Rules
from overallt_server.storage import order_schema, schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.ordering import Done, Ordering
from overallt_server.use_cases.paying_out import PayingOut

type Audit = Callable[[Database], Awaitable[list[Finding]]]

OTTO: Final = UserId(2)
ORDERS, OUTCOMES = order_schema.orders, order_schema.order_outcomes


async def add_unordered(database: Database, rules: Rules, *, now: datetime) -> None:
    await AddingMeans(database, rules).add(
        patron=BEN,
        amount=Money(100, "EUR"),
        provider="by_hand",
        reference="X 9",
        reason="for me",
        now=now,
    )


async def remove(database: Database, table: sa.Table, **key: object) -> None:
    async with database.transaction() as tx:
        this = [table.c[name] == value for name, value in key.items()]
        await tx.execute(table.delete().where(*this))


def changed(value: object) -> object:
    match value:
        case bytes():
            return value[::-1]
        case datetime():
            return value + timedelta(days=1)
        case int():
            return value + 1
        case None:
            return 1
        case _:
            return f"{value}X"


def named(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(each.table, each.row) for each in findings]


async def test_orders_of_each_kind_and_state_are_in_order(
    ordered: Database, audit: Audit
) -> None:
    assert [] == await audit(ordered)


async def test_so_they_are_on_postgresql(
    postgres_books: Database, rules: Rules, audit: Audit
) -> None:
    await keep(postgres_books, rules)

    assert [] == await audit(postgres_books)


@pytest.mark.parametrize("table", [ORDERS, OUTCOMES], ids=lambda table: table.name)
async def test_one_changed_cell_is_named_and_nothing_else(
    ordered: Database, audit: Audit, table: sa.Table
) -> None:
    wrong = []
    for row in await rows_of(ordered, table):
        number = row["number"]
        for name, value in row.items():
            if name == "number":
                continue
            await put(ordered, table, row, {name: changed(value)})
            found = await audit(ordered)
            if [(table.name, f"number={number}")] != named(found):
                wrong.append((number, name, found))
            await put(ordered, table, row, {name: value})

    assert [] == wrong
    assert [] == await audit(ordered)


@pytest.mark.parametrize("number", [1, 3, 6])
async def test_an_order_that_is_gone_is_missed(
    ordered: Database, audit: Audit, number: int
) -> None:
    await remove(ordered, ORDERS, number=number)
    found = await audit(ordered)

    assert [("orders", f"number={number}")] == named(found)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
async def test_an_outcome_that_is_gone_is_missed(
    ordered: Database, audit: Audit, number: int
) -> None:
    """Else what was refused would be open again, and could be confirmed."""
    await remove(ordered, OUTCOMES, number=number)
    found = await audit(ordered)

    assert [("order_outcomes", f"number={number}")] == named(found)


@pytest.mark.parametrize("operator", [BEN, CYD])
async def test_an_operator_who_is_gone_is_missed(
    ordered: Database, audit: Audit, operator: UserId
) -> None:
    await remove(ordered, order_schema.operators, user_id=operator)
    found = await audit(ordered)

    term = f"user_id={operator} added_at={int(NOW.timestamp())}"
    assert ("operators", term) in named(found)


@pytest.mark.parametrize(
    ("number", "table", "row"),
    [
        (1, "journal_entries", "patron_id=3 number=5"),
        (2, "journal_entries", "patron_id=0 number="),
        (3, "payout_files", "number=1"),
        (4, "bank_statements", f"key={TOLD[0].key}"),
    ],
)
async def test_what_no_outcome_names_any_more_is_named(
    ordered: Database, audit: Audit, number: int, table: str, row: str
) -> None:
    await remove(ordered, OUTCOMES, number=number)
    key = {"of_table": "order_outcomes", "of_row": f"number={number}"}
    await remove(ordered, schema.witnesses, **key)
    (found,) = await audit(ordered)

    assert table == found.table
    assert found.row.startswith(row)
    assert "it was made by hand, and no confirmed order names it" == found.problem


async def test_means_added_without_an_order_are_named(
    ordered: Database, rules: Rules, audit: Audit
) -> None:
    await add_unordered(ordered, rules, now=NOW)
    (found,) = await audit(ordered)

    assert ("journal_entries", "means_added:by_hand:X 9") == (found.table, found.found)


async def test_revenue_moved_without_an_order_is_named(
    ordered: Database, rules: Rules, audit: Audit
) -> None:
    await AddingMeans(ordered, rules).move_revenue(
        owner=OTTO, amount=Money(1, "EUR"), reference="M 1", reason="so", now=NOW
    )
    (found,) = await audit(ordered)

    assert ("journal_entries", "revenue_moved:M 1") == (found.table, found.found)


async def test_a_payout_rejected_without_an_order_is_named(
    ordered: Database, rules: Rules, audit: Audit
) -> None:
    reference = payout_reference(1)
    await PayingOut(ordered, rules).reject(reference=reference, reason="so", now=NOW)
    (found,) = await audit(ordered)

    assert ("journal_entries", f"payout_rejected:{reference}") == (
        found.table,
        found.found,
    )


@pytest.mark.parametrize(("payout", "named_"), [(1, 0), (2, 1)])
async def test_an_answer_is_the_order_of_what_it_rejects_and_of_nothing_else(
    ordered: Database, rules: Rules, audit: Audit, payout: int, named_: int
) -> None:
    deed = TakeAnswers((OrderedFile("/told.xml", "0" * 64),), (payout,), (MONA,))

    async def carry_out(database: Database, _deed: Deed, _reason: str) -> Done:
        await PayingOut(database, rules).reject(
            reference=payout_reference(1), reason="AC01", now=NOW
        )
        return Done("")

    ordering = Ordering(ordered)
    order = await ordering.order(
        deed, reason="", needed=TOGETHER, operator=BEN, now=NOW
    )
    await ordering.confirm(order.number, operator=CYD, now=NOW, carry_out=carry_out)

    assert named_ == len(await audit(ordered))


async def test_before_the_first_order_nothing_needed_one(
    ordered: Database, rules: Rules, audit: Audit
) -> None:
    await add_unordered(ordered, rules, now=NOW - timedelta(seconds=1))

    assert [] == await audit(ordered)


async def test_an_entry_that_is_gone_is_missed_by_its_order(
    ordered: Database, audit: Audit
) -> None:
    first = (await rows_of(ordered, OUTCOMES))[0]
    key = {"patron_id": first["chain"], "number": first["entry"]}
    for table in (schema.journal_entries, schema.postings):
        await remove(ordered, table, **key)
    problems = [each.problem for each in await audit(ordered)]

    assert "it is confirmed and its entry is not there" in problems


async def test_a_term_that_was_changed_is_named(
    ordered: Database, audit: Audit
) -> None:
    async with ordered.transaction() as tx:
        cyds = order_schema.operators.c.user_id == CYD
        before = NOW - timedelta(days=1)
        await tx.execute(
            order_schema.operators.update().where(cyds).values(removed_at=before)
        )
    found = await audit(ordered)

    term = f"user_id={CYD} added_at={int(NOW.timestamp())}"
    assert [("operators", term)] == named(found)
