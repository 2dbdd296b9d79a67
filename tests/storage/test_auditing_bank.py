"""An audit holds every movement at the bank against its entries, cell by cell."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from bank_files import IBAN, Entry, statement

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.audit import Finding
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.periods import Period
from overallt_server.core.references import means_reference, return_reference
from overallt_server.core.rules import Rules
from overallt_server.payments.camt import read
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.importing_statements import ImportingStatements
from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

type Audit = Callable[[Database], Awaitable[list[Finding]]]

NOW = Period(2026, 3).start
FILES = (
    statement(
        Entry(500, (means_reference(UserId(3)),)),
        Entry(400, ("one",)),
        Entry(300, ("two",)),
        Entry(200, ("three",)),
        Entry(-1, ("charges",)),
        Entry(100, ("my own",)),
    ),
    statement(
        Entry(-300, (return_reference(3),)),
        opening=1499,
        closed_on="2026-01-08",
        name="2",
    ),
)
GAP = "its balance does not follow from the statements before it"
MOVEMENTS = schema.bank_movements
# Of these the row's hash alone tells.
WORDS = {"number", "booked_on", "other_iban", "other_name", "text", "reason"}
OTHER = {"debit": "credit", "credit": "debit", "EUR": "SEK", IBAN: "DE00"} | {
    "cost": "means"
}


@pytest.fixture
async def banked(unguarded: Database, rules: Rules) -> Database:
    """Give books with each fate of a movement; the fourth is still in suspense."""
    importing = ImportingStatements(unguarded, rules, BankAccount("K", IBAN, ""))
    resolving = ResolvingSuspense(unguarded, rules)
    for file in FILES:
        await importing.import_all(
            read(file).statements,
            now=NOW,
            rehearse=False,
            progress=lambda _done, _all: None,
        )
        if file is FILES[0]:
            await resolving.assign(number=2, patron=UserId(4), reason="his", now=NOW)
            await resolving.send_back(number=3, reason="a stranger's", now=NOW)
            await resolving.understand(
                number=6, account=chart.OPERATOR_EQUITY, reason="my own", now=NOW
            )
    return unguarded


def changed(name: str, value: object) -> object:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, date):
        return value + timedelta(days=400)
    if name == "resolved_at":
        return NOW
    if name in {"patron_id", "payout"}:
        return 5
    if isinstance(value, bytes):
        return value[::-1]
    return OTHER.get(str(value), "cost")


async def test_good_books_of_a_bank_are_in_order(
    banked: Database, audit: Audit
) -> None:
    assert [] == await audit(banked)


async def test_one_changed_cell_of_a_movement_is_found(
    banked: Database, audit: Audit
) -> None:
    unseen = []
    async with banked.snapshot() as tx:
        rows = (await tx.execute(sa.select(MOVEMENTS))).mappings().all()
    for row in rows:
        this = MOVEMENTS.c.key == row["key"]
        for name in MOVEMENTS.c.keys():  # noqa: SIM118 - it is no dictionary.
            if name in {"key", *WORDS}:
                continue
            if name == "resolved_at" and row[name] is not None:
                value: object = None  # Only that it was resolved is told elsewhere.
            else:
                value = changed(name, row[name])
            async with banked.transaction() as tx:
                await tx.execute(MOVEMENTS.update().where(this).values({name: value}))
            if not await audit(banked):
                unseen.append((row["number"], name, value))
            async with banked.transaction() as tx:
                old = {name: row[name]}
                await tx.execute(MOVEMENTS.update().where(this).values(old))

    assert [] == unseen
    assert [] == await audit(banked)


async def test_a_movement_that_is_gone_is_told_by_its_entry(
    banked: Database, audit: Audit
) -> None:
    unseen = []
    async with banked.snapshot() as tx:
        rows = (await tx.execute(sa.select(MOVEMENTS))).mappings().all()
    for row in rows:
        async with banked.transaction() as tx:
            await tx.execute(MOVEMENTS.delete().where(MOVEMENTS.c.key == row["key"]))
        found = {(each.table, each.row, each.problem) for each in await audit(banked)}
        if ("bank_movements", f"key={row['key']}", "it is missing") not in found:
            unseen.append(row["number"])
        async with banked.transaction() as tx:
            await tx.execute(MOVEMENTS.insert().values(row))

    assert [] == unseen


async def test_a_movement_that_was_never_booked_is_named(
    banked: Database, audit: Audit
) -> None:
    async with banked.transaction() as tx:
        row = (await tx.execute(sa.select(MOVEMENTS).limit(1))).mappings().one()
        forged = dict(row) | {"key": "f" * 32, "number": 99}
        await tx.execute(MOVEMENTS.insert().values(forged))

    found = await audit(banked)

    assert ("bank_movements", f"key={'f' * 32}") in {(f.table, f.row) for f in found}


async def test_a_balance_that_was_changed_is_a_gap(
    banked: Database, audit: Audit
) -> None:
    async with banked.transaction() as tx:
        changed_ = schema.bank_statements.update()
        await tx.execute(
            changed_.where(schema.bank_statements.c.name == "2").values(closing_minor=1)
        )

    assert ["it was changed by hand", GAP] == sorted(
        each.problem for each in await audit(banked)
    )
