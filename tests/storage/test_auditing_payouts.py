"""An audit holds every payout against what was booked and ordered, cell by cell."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from bank_files import IBAN, Entry, report, statement
from forging import put, rows_of

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.references import payout_reference
from overallt_server.core.rules import Rules
from overallt_server.payments import pain002
from overallt_server.payments.camt import read
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.importing_statements import ImportingStatements
from overallt_server.use_cases.ordering_payouts import OrderingPayouts
from overallt_server.use_cases.paying_out import PayingOut

type Audit = Callable[[Database], Awaitable[list[Finding]]]

NOW = Period(2026, 3).start
MONA = UserId(1)
KASSA = BankAccount("Kassa", IBAN, "")
PAYOUTS, FILES = schema.payouts, schema.payout_files
MOVEMENTS = schema.bank_movements
# What differs from each of these, and may stand in the column.
STATES = {"paid": "sent"}
OTHER = {"EUR": "SEK", "": "because"}


@pytest.fixture
async def paid_out(unguarded: Database, rules: Rules) -> Database:
    """Give books with a payout in each state; the last is paid by hand.

    1 came back, 2 is paid, 3 is rejected, 4 is sent, 5 is requested.
    """
    small = replace(rules, min_payout_minor=1)
    paying_out = PayingOut(unguarded, small)
    ordering = OrderingPayouts(unguarded)
    importing = ImportingStatements(unguarded, small, KASSA)
    await paying_out.name_account(
        owner=MONA, iban=IBAN, name="Mona", now=NOW - timedelta(hours=72)
    )
    for minor in (10, 20, 30, 40):
        await paying_out.request(owner=MONA, amount=Money(minor, "EUR"), now=NOW)
    file, _ordered = await ordering.make_file(
        KASSA, range(1, 5), now=NOW + timedelta(hours=1)
    )
    for minor in (50, 60):
        later = NOW + timedelta(hours=2)
        await paying_out.request(owner=MONA, amount=Money(minor, "EUR"), now=later)
    await paying_out.pay_by_hand(
        reference=payout_reference(6), reason="in cash", now=NOW + timedelta(hours=3)
    )
    rejected = report((payout_reference(3), "RJCT", "AC01"), message=file.message)
    await ordering.take(pain002.read(rejected), now=NOW + timedelta(hours=4))
    told = statement(
        Entry(-10, end_to_end=payout_reference(1)),
        Entry(-20, end_to_end=payout_reference(2)),
        Entry(10, end_to_end=payout_reference(1), returned="AC04"),
        opening=100,
    )
    await importing.import_all(
        read(told).statements,
        now=NOW + timedelta(hours=5),
        rehearse=False,
        progress=lambda _done, _all: None,
    )
    return unguarded


def changed(name: str, value: object) -> object:
    if name == "state":
        return STATES.get(str(value), "paid")
    if name in {"iban", "name", "message"}:
        return f"{value}X"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, datetime):
        return value + timedelta(days=1)
    return 1 if value is None else OTHER.get(str(value), "")


async def test_good_payouts_in_every_state_are_in_order(
    paid_out: Database, audit: Audit
) -> None:
    states = [each["state"] for each in await rows_of(paid_out, PAYOUTS)]

    assert ["returned", "paid", "rejected", "sent", "requested", "paid"] == states
    assert [] == await audit(paid_out)


async def test_one_changed_cell_of_a_payout_is_named_and_nothing_else(
    paid_out: Database, audit: Audit
) -> None:
    wrong = []
    for row in await rows_of(paid_out, PAYOUTS):
        number = row["number"]
        for name, value in row.items():
            # Why it came back is a word of the bank's, and moves nothing.
            if name == "number" or (name == "reason" and row["state"] != "rejected"):
                continue
            await put(paid_out, PAYOUTS, row, {name: changed(name, value)})
            found = [(each.table, each.row) for each in await audit(paid_out)]
            if found != [("payouts", f"number={number}")]:
                wrong.append((number, name, found))
            await put(paid_out, PAYOUTS, row, {name: value})

    assert [] == wrong
    assert [] == await audit(paid_out)


async def test_one_changed_cell_of_a_movement_of_a_payout_is_found(
    paid_out: Database, audit: Audit
) -> None:
    unseen = []
    for row in await rows_of(paid_out, MOVEMENTS):
        for name in ("amount_minor", "side", "fate", "payout", "patron_id"):
            other: dict[str, Any] = {
                "side": "credit" if row["side"] == "debit" else "debit"
            }
            other |= {"fate": "cost", "payout": 4, "patron_id": 3, "amount_minor": 9}
            await put(paid_out, MOVEMENTS, row, {name: other[name]})
            named = {(each.table, each.row) for each in await audit(paid_out)}
            if ("bank_movements", f"key={row['key']}") not in named:
                unseen.append((row["number"], name, named))
            await put(paid_out, MOVEMENTS, row, {name: row[name]})

    assert [] == unseen
    assert [] == await audit(paid_out)


async def test_a_file_that_tells_the_bank_otherwise_is_named(
    paid_out: Database, audit: Audit
) -> None:
    unseen = []
    (row,) = await rows_of(paid_out, FILES)
    content = row["content"]
    for name, value in (
        ("message", "OVERALLT2"),
        ("made_at", NOW),
        ("content", content.replace(b">0.40<", b">9.40<")),
        (
            "content",
            content.replace(
                f"<IBAN>{IBAN}</IBAN></Id></CdtrAcct>".encode(),
                b"<IBAN>X</IBAN></Id></CdtrAcct>",
                1,
            ),
        ),
        ("content", content.replace(payout_reference(4).encode(), b"RF97PA1")),
        (
            "content",
            content.replace(
                payout_reference(4).encode(), payout_reference(99).encode()
            ),
        ),
        ("content", content[:-9]),
    ):
        await put(paid_out, FILES, row, {name: value})
        found = await audit(paid_out)
        if [("payout_files", "number=1")] != [(e.table, e.row) for e in found][:1]:
            unseen.append((name, [str(each) for each in found]))
        await put(paid_out, FILES, row, {name: row[name]})

    assert [] == unseen
    assert [] == await audit(paid_out)


async def test_a_payout_that_is_gone_is_told_by_its_entry(
    paid_out: Database, audit: Audit
) -> None:
    async with paid_out.transaction() as tx:
        await tx.execute(PAYOUTS.delete().where(PAYOUTS.c.number == 5))

    (finding,) = await audit(paid_out)

    assert Finding("payouts", "number=5", "it is missing", "", "") == finding


async def test_a_payout_that_nobody_asked_for_is_named(
    paid_out: Database, audit: Audit
) -> None:
    forged = (await rows_of(paid_out, PAYOUTS))[4] | {"number": 7}
    async with paid_out.transaction() as tx:
        await tx.execute(PAYOUTS.insert().values(forged))

    (finding,) = await audit(paid_out)

    assert ("payouts", "number=7") == (finding.table, finding.row)


async def test_a_posting_that_named_a_payout_is_put_back(
    paid_out: Database, audit: Audit
) -> None:
    lines = schema.postings
    on_its_way = f"in_transit:{payout_reference(5)}"
    async with paid_out.transaction() as tx:
        await tx.execute(
            lines.update()
            .where(lines.c.ledger_account == on_its_way)
            .values(ledger_account="revenue:2")
        )

    found = await audit(paid_out)

    assert ("its ledger_account was changed", on_its_way) in {
        (each.problem, each.expected.split()[1]) for each in found if each.expected
    }
