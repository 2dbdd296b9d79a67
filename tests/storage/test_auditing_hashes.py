"""An audit names the account or the mark of which one cell was changed by hand."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from forging import put, rows_of

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit import Finding
from overallt_server.core.marks import Mark
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.refusals import NewPayoutAccount, NoPayoutAccount
from overallt_server.core.rules import Rules
from overallt_server.storage import marks, proved_pages, schema, things
from overallt_server.storage.database import Database
from overallt_server.storage.row_hashes import hashed
from overallt_server.storage.witnesses import key_of
from overallt_server.use_cases.marking import Marking
from overallt_server.use_cases.paying_out import PayingOut

type Audit = Callable[[Database], Awaitable[list[Finding]]]

NOW: Final = Period(2026, 3).start + timedelta(microseconds=7)
LATER: Final = NOW + timedelta(hours=72)
MONA, OTTO, ADA, BEN = (UserId(number) for number in (1, 2, 3, 4))
IBAN: Final = "SE4550000000058398257466"
OTHER_IBAN: Final = "FI2112345600000785"
ACCOUNTS, MARKS = schema.payout_accounts, schema.patron_marks
OTHER_WORDS: Final = {
    IBAN: OTHER_IBAN,
    OTHER_IBAN: IBAN,
    "verified": "frozen",
    "frozen": "verified",
}


@pytest.fixture
def paying_out(books: Database, rules: Rules) -> PayingOut:
    return PayingOut(books, rules)


async def note_all(database: Database, rules: Rules) -> None:
    """Let two owners name accounts, and mark two patrons."""
    paying_out = PayingOut(database, rules)
    for owner, iban, name in ((MONA, IBAN, "Mona"), (OTTO, OTHER_IBAN, "Otto Ö")):
        await paying_out.name_account(owner=owner, iban=iban, name=name, now=NOW)
    await Marking(database).verify(patron=ADA, reason="a passport", now=NOW)
    async with database.transaction() as tx:
        await marks.put(tx, BEN, Mark.FROZEN, reason="chargeback du_1", now=NOW)


def changed(value: object) -> object:
    if isinstance(value, int):
        return value + 4
    if isinstance(value, datetime):
        return value - timedelta(hours=1)
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    return OTHER_WORDS.get(str(value), f"{value}x")


async def test_accounts_and_marks_as_they_were_noted_are_in_order(
    books: Database, rules: Rules, audit: Audit
) -> None:
    await note_all(books, rules)

    assert [] == await audit(books)


async def test_so_are_they_on_postgresql(
    postgres_books: Database, rules: Rules, audit: Audit
) -> None:
    await note_all(postgres_books, rules)

    assert [] == await audit(postgres_books)


@pytest.mark.parametrize("table", [ACCOUNTS, MARKS], ids=lambda table: table.name)
async def test_one_changed_cell_is_one_finding_that_names_the_row_as_it_now_is(
    table: sa.Table, books: Database, rules: Rules, audit: Audit
) -> None:
    await note_all(books, rules)
    misnamed = []
    for row in await rows_of(books, table):
        for name, value in row.items():
            forged = row | {name: changed(value)}
            await put(books, table, row, {name: forged[name]})
            key = key_of(table, forged)
            found = await audit(books)
            expected = [Finding(table.name, key, "it was changed by hand", "", "")]
            old_key = key_of(table, row)
            if key != old_key:
                expected.append(Finding(table.name, old_key, "it is missing", "", ""))
            if expected != found:
                misnamed.append((row, name, found))
            await put(books, table, forged, {name: value})

    assert [] == misnamed
    assert [] == await audit(books)


@pytest.mark.parametrize("table", [ACCOUNTS, MARKS], ids=lambda table: table.name)
async def test_a_row_with_the_hash_of_another_is_named(
    table: sa.Table, books: Database, rules: Rules, audit: Audit
) -> None:
    await note_all(books, rules)
    copied = (await rows_of(books, table))[0] | {next(iter(table.primary_key)).name: 5}
    async with books.transaction() as tx:
        await tx.execute(table.insert().values(copied))

    (found,) = await audit(books)

    assert table.name == found.table
    assert "=5" in found.row


def test_two_cells_that_change_places_are_another_row() -> None:
    row = {"owner_id": 1, "iban": "a", "name": "b", "named_at": NOW}
    swapped = row | {"iban": "b", "name": "a"}

    assert hashed(ACCOUNTS, row)["hash"] != hashed(ACCOUNTS, swapped)["hash"]


@pytest.mark.parametrize(
    "values", [{"iban": OTHER_IBAN}, {"named_at": NOW - timedelta(hours=72)}]
)
async def test_to_an_account_that_was_changed_by_hand_nothing_is_paid_out(
    values: dict[str, Any],
    books: Database,
    paying_out: PayingOut,
    rules: Rules,
    audit: Audit,
) -> None:
    await note_all(books, rules)
    await put(books, ACCOUNTS, {"owner_id": MONA}, values)

    with pytest.raises(NoPayoutAccount):
        await paying_out.request(owner=MONA, amount=None, now=LATER)
    assert (await paying_out.overview(owner=MONA)).account is None

    await paying_out.name_account(owner=MONA, iban=IBAN, name="Mona", now=LATER)
    with pytest.raises(NewPayoutAccount):
        await paying_out.request(owner=MONA, amount=None, now=LATER)
    assert [] == await audit(books)


async def test_of_many_none_is_passed_over(
    books: Database, rules: Rules, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overallt_server.storage.row_hashes._AT_ONCE", 1)
    await note_all(books, rules)
    for table, column in ((ACCOUNTS, "name"), (MARKS, "reason")):
        for row in await rows_of(books, table):
            await put(books, table, row, {column: "forged"})

    assert 4 == len(await audit(books))


@pytest.mark.parametrize("table", [ACCOUNTS, MARKS], ids=lambda table: table.name)
async def test_a_row_that_is_gone_is_missed(
    table: sa.Table, books: Database, rules: Rules, audit: Audit
) -> None:
    await note_all(books, rules)
    for row in await rows_of(books, table):
        async with books.transaction() as tx:
            await tx.execute(table.delete().filter_by(hash=row["hash"]))
        found = await audit(books)
        async with books.transaction() as tx:
            await tx.execute(table.insert().values(row))

        key = key_of(table, row)
        assert [Finding(table.name, key, "it is missing", "", "")] == found


async def test_a_witness_that_is_gone_is_missed(
    books: Database, rules: Rules, audit: Audit
) -> None:
    await note_all(books, rules)
    witnesses = schema.witnesses
    for row in await rows_of(books, witnesses):
        async with books.transaction() as tx:
            await tx.execute(witnesses.delete().filter_by(**row))
        found = await audit(books)
        async with books.transaction() as tx:
            await tx.execute(witnesses.insert().values(row))

        key = key_of(witnesses, row)
        assert [Finding("witnesses", key, "it is missing", "", "")] == found


async def test_who_was_released_is_not_missed(
    books: Database, rules: Rules, audit: Audit
) -> None:
    await note_all(books, rules)
    await Marking(books).release(patron=BEN)

    assert [] == await audit(books)


async def test_an_account_that_is_gone_may_be_named_again(
    books: Database, paying_out: PayingOut, rules: Rules, audit: Audit
) -> None:
    await note_all(books, rules)
    async with books.transaction() as tx:
        await tx.execute(ACCOUNTS.delete().filter_by(owner_id=MONA))

    with pytest.raises(NoPayoutAccount):
        await paying_out.request(owner=MONA, amount=Money(1, "EUR"), now=LATER)
    await paying_out.name_account(owner=MONA, iban=IBAN, name="Mona", now=LATER)
    assert [] == await audit(books)


async def test_a_proved_page_is_in_order_missing_seen_again_and_lost(
    books: Database, audit: Audit
) -> None:
    async with books.snapshot() as tx:
        page = await things.get(tx, ThingId(1))
    assert page is not None
    steps = (
        lambda tx: proved_pages.add(tx, page, at=NOW),
        lambda tx: proved_pages.miss(tx, page.id, since=LATER),
        lambda tx: proved_pages.add(tx, page, at=LATER),
        lambda tx: proved_pages.remove(tx, page.id),
    )
    found = []
    for step in steps:
        async with books.transaction() as tx:
            await step(tx)
        found += await audit(books)

    assert [] == found
