"""What the bank booked is booked here once, in whatever files and order it comes."""

import asyncio
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from bank_files import IBAN, Entry, statement

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.bank_bookings import CASH_AT_BANK, Fate, Reason
from overallt_server.core.bank_statements import Unbelievable, keyed
from overallt_server.core.references import means_reference, return_reference
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.payments.camt import read
from overallt_server.storage import bank_statements, schema
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.importing_statements import (
    Imported,
    ImportingStatements,
)
from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

ACCOUNT = BankAccount("Kassa", IBAN, "")
ADA, BEN = (UserId(number) for number in (1, 2))
FOR_ADA, FOR_BEN = (means_reference(patron) for patron in (ADA, BEN))


async def import_files(town: "Town", *files: bytes, rehearse: bool = False) -> Imported:
    importing = ImportingStatements(town.database, town.rules, ACCOUNT)
    return await importing.import_all(
        [each for file in files for each in read(file).statements],
        now=town.now,
        rehearse=rehearse,
        progress=lambda _done, _all: None,
    )


async def audit(town: "Town") -> list[str]:
    return [str(each) for each in await Auditing(town.database, town.rules).audit()]


@pytest.fixture(autouse=True)
async def two_patrons(town: "Town") -> None:
    await town.user(ADA)
    await town.user(BEN)


async def test_what_came_with_a_reference_is_means(town: "Town") -> None:
    imported = await import_files(
        town, statement(Entry(500, (FOR_ADA,), "B1"), Entry(700, (FOR_BEN,), "B2"))
    )

    assert [1, 2] == [each.number for each in imported.of(Fate.MEANS)]
    assert (500, 700) == (await town.means(ADA), await town.means(BEN))
    assert 1200 == await town.balance(CASH_AT_BANK)
    assert [] == await audit(town)


async def test_each_payment_of_a_collective_entry_is_booked_by_itself(
    town: "Town",
) -> None:
    both = Entry(1200, (FOR_ADA, FOR_BEN), "B1", parts=(500, 700))

    await import_files(town, statement(both))

    assert (500, 700) == (await town.means(ADA), await town.means(BEN))


@pytest.mark.parametrize("reference", ["B1", ""])
async def test_the_same_file_again_books_nothing(town: "Town", reference: str) -> None:
    file = statement(Entry(500, (FOR_ADA,), reference))
    await import_files(town, file)

    again = await import_files(town, file, file)

    assert [] == again.booked
    assert 2 == again.known
    assert 500 == await town.means(ADA)
    assert 1 == len(await town.rows(schema.bank_statements))


async def test_the_other_version_of_the_same_statement_books_nothing(
    town: "Town",
) -> None:
    entries = (Entry(500, (FOR_ADA,), "B1"), Entry(300, ("who?",)))
    await import_files(town, statement(*entries, version="02"))

    again = await import_files(town, statement(*entries, version="08"))

    assert [] == again.booked
    assert [] == await audit(town)


@pytest.mark.parametrize("reference", ["B1", ""])
async def test_two_payments_that_look_the_same_are_two(
    town: "Town", reference: str
) -> None:
    file = statement(*[Entry(500, (FOR_ADA,), reference)] * 2)
    await import_files(town, file)
    await import_files(town, file)

    assert 1000 == await town.means(ADA)


async def test_a_bank_may_use_its_reference_for_another_payment(town: "Town") -> None:
    await import_files(
        town, statement(Entry(500, (FOR_ADA,), "B1"), Entry(600, (FOR_ADA,), "B1"))
    )

    assert 1100 == await town.means(ADA)


async def test_statements_that_overlap_book_each_movement_once(town: "Town") -> None:
    monday = Entry(100, (FOR_ADA,), "B1", on="2026-01-05")
    tuesday = Entry(200, (FOR_ADA,), "B2", on="2026-01-06")
    wednesday = Entry(400, (FOR_ADA,), "B3", on="2026-01-07")
    first = statement(monday, tuesday, closed_on="2026-01-06", name="w1")
    second = statement(
        tuesday, wednesday, opening=100, closed_on="2026-01-07", name="w2"
    )

    imported = await import_files(town, second, first)

    assert 700 == await town.means(ADA)
    assert 3 == len(imported.booked)
    assert [] == imported.gaps
    assert [] == await audit(town)


async def test_a_daily_statement_after_a_weekly_one_books_nothing(
    town: "Town",
) -> None:
    monday = Entry(100, (FOR_ADA,), "B1", on="2026-01-05")
    friday = Entry(200, (FOR_ADA,), "B2", on="2026-01-09")
    week = statement(monday, friday, closed_on="2026-01-09", name="week")
    day = statement(monday, closed_on="2026-01-05", name="monday")
    await import_files(town, week)

    imported = await import_files(town, day)

    assert ([], 1, []) == (imported.booked, imported.known, imported.gaps)
    assert [] == await audit(town)


async def test_a_statement_that_was_begun_and_not_ended_is_no_gap(
    town: "Town",
) -> None:
    monday = Entry(100, (FOR_ADA,), "B1", on="2026-01-05")
    friday = Entry(200, (FOR_ADA,), "B2", on="2026-01-09")
    week = statement(monday, friday, closed_on="2026-01-09", name="week")
    day = read(statement(monday, closed_on="2026-01-05", name="monday")).statements[0]
    await import_files(town, week)

    async with town.database.transaction() as tx:
        keys = [key for key, _movement in keyed(day)]
        await bank_statements.tell_again(tx, keys, day.closed_on)

    assert [] == await audit(town)


async def test_a_missing_statement_is_told_until_it_is_there(town: "Town") -> None:
    days = [
        statement(
            Entry(100, (FOR_ADA,), f"B{n}", on=f"2026-01-0{n}"),
            opening=100 * n,
            closed_on=f"2026-01-0{n}",
            name=str(n),
        )
        for n in (5, 6, 7)
    ]

    hurried = await import_files(town, days[2], days[0])
    told = await audit(town)
    complete = await import_files(town, days[1])

    assert [(700, 800)] == [(g.expected_minor, g.found_minor) for g, _ in hurried.gaps]
    assert 1 == len(told)
    assert "bank_statements [iban=" in told[0]
    assert [] == complete.gaps
    assert 300 == await town.means(ADA)
    assert [] == await audit(town)


@pytest.mark.parametrize(
    ("text", "minor", "reason"),
    [
        ("for flattr", 500, Reason.NO_REFERENCE),
        (f"{FOR_ADA} {FOR_BEN}", 500, Reason.NO_REFERENCE),
        (means_reference(UserId(3)), 500, Reason.NO_SUCH_PATRON),
        (FOR_ADA, 100_001, Reason.TOO_MUCH),
    ],
)
async def test_what_is_not_understood_is_in_suspense(
    town: "Town", text: str, minor: int, reason: Reason
) -> None:
    imported = await import_files(town, statement(Entry(minor, (text,))))

    assert [reason] == [each.reason for each in imported.of(Fate.SUSPENSE)]
    assert minor == await town.balance(chart.SUSPENSE)
    assert 0 == await town.means(ADA)
    assert [] == await audit(town)


async def test_money_in_another_currency_is_in_suspense(town: "Town") -> None:
    imported = await import_files(
        town, statement(Entry(500, (FOR_ADA,), currency="SEK"), currency="SEK")
    )

    assert [Reason.OTHER_CURRENCY] == [each.reason for each in imported.booked]
    assert 0 == await town.balance(chart.SUSPENSE)
    assert [] == await audit(town)


async def test_what_the_bank_has_not_booked_is_not_booked(town: "Town") -> None:
    imported = await import_files(
        town, statement(Entry(500, (FOR_ADA,), status="PDNG"))
    )

    assert ([], 1) == (imported.booked, imported.not_booked)
    assert 0 == await town.means(ADA)


async def test_what_went_out_without_our_reference_is_a_cost(town: "Town") -> None:
    await import_files(
        town, statement(Entry(500, (FOR_ADA,)), Entry(-120, ("charges",)))
    )

    assert 120 == await town.balance(chart.PAYMENT_COST)
    assert 380 == await town.balance(CASH_AT_BANK)
    assert ["cash"] == [each.split("=")[1].split("]")[0] for each in await audit(town)]


async def test_a_statement_that_does_not_add_up_books_nothing_of_any_file(
    town: "Town",
) -> None:
    good = statement(Entry(500, (FOR_ADA,)))
    bad = statement(Entry(500, (FOR_BEN,)), closing=499, closed_on="2026-01-08")

    with pytest.raises(Unbelievable, match="does not add up"):
        await import_files(town, good, bad)

    assert 0 == await town.balance(CASH_AT_BANK)


async def test_a_statement_of_another_account_books_nothing(town: "Town") -> None:
    other = statement(Entry(500, (FOR_ADA,)), iban="SE4550000000058398257466")

    with pytest.raises(InvalidRequest, match="OVERALLT_BANK_IBAN"):
        await import_files(town, other)

    assert 0 == await town.balance(CASH_AT_BANK)


async def test_a_rehearsal_tells_the_same_and_books_nothing(town: "Town") -> None:
    file = statement(Entry(500, (FOR_ADA,)), Entry(300, ("who?",)), opening=7)

    rehearsed = await import_files(town, file, rehearse=True)
    nothing = await town.rows(schema.bank_movements)
    real = await import_files(town, file)

    assert [] == nothing
    assert real == rehearsed


async def test_two_importers_at_once_book_each_movement_once(
    town: "Town", same_town: "Town"
) -> None:
    file = statement(
        *[Entry(1, ((FOR_ADA, FOR_BEN)[n % 2],), f"B{n}") for n in range(250)]
    )

    done = await asyncio.gather(
        *[import_files(each, file) for each in (town, same_town)]
    )

    assert 250 == sum(len(each.booked) for each in done)
    assert (125, 125) == (await town.means(ADA), await town.means(BEN))
    assert [] == await audit(town)


async def test_what_is_assigned_is_means_once(town: "Town") -> None:
    await import_files(town, statement(Entry(500, ("who?",))))
    resolving = ResolvingSuspense(town.database, town.rules)

    assigned = await resolving.assign(
        number=1, patron=ADA, reason="she wrote", now=town.now
    )

    assert 500 == assigned.amount.minor == await town.means(ADA)
    assert 0 == await town.balance(chart.SUSPENSE)
    assert [] == await resolving.waiting()
    with pytest.raises(NotFound):
        await resolving.assign(number=1, patron=BEN, reason="again", now=town.now)
    with pytest.raises(NotFound):
        await resolving.send_back(number=1, reason="again", now=town.now)
    assert [] == await audit(town)


async def test_what_is_sent_back_is_on_its_way_until_the_bank_says_so(
    town: "Town",
) -> None:
    await import_files(town, statement(Entry(500, ("who?",))))
    resolving = ResolvingSuspense(town.database, town.rules)
    _sent, reference = await resolving.send_back(
        number=1, reason="a stranger's", now=town.now
    )
    on_its_way = await town.balance(chart.in_transit(reference))

    imported = await import_files(
        town,
        statement(
            Entry(-500, (reference,)), opening=500, closed_on="2026-01-08", name="2"
        ),
    )

    assert return_reference(1) == reference
    assert 500 == on_its_way
    assert [Fate.RETURN] == [each.fate for each in imported.booked]
    assert 0 == await town.balance(chart.in_transit(reference))
    assert 0 == await town.balance(CASH_AT_BANK)
    assert [] == await audit(town)


async def test_more_than_was_on_its_way_is_a_cost(town: "Town") -> None:
    await import_files(town, statement(Entry(500, ("who?",))))
    resolving = ResolvingSuspense(town.database, town.rules)
    await resolving.send_back(number=1, reason="a stranger's", now=town.now)

    imported = await import_files(
        town, statement(Entry(-501, (return_reference(1),)), opening=500)
    )

    assert [Fate.COST] == [each.fate for each in imported.booked]


@pytest.mark.parametrize(("currency", "minor"), [("SEK", 500), ("EUR", 100_001)])
async def test_suspense_that_nobody_may_hold_is_not_assigned(
    town: "Town", currency: str, minor: int
) -> None:
    entry = Entry(minor, ("who?",), currency=currency)
    await import_files(town, statement(entry, currency=currency))
    resolving = ResolvingSuspense(town.database, town.rules)

    with pytest.raises(InvalidRequest):
        await resolving.assign(number=1, patron=ADA, reason="?", now=town.now)

    assert 1 == len(await resolving.waiting())


async def test_the_database_knows_every_fate_and_no_other(town: "Town") -> None:
    await import_files(town, statement(Entry(500, (FOR_ADA,))))

    for column in ("fate", "side"):
        change = schema.bank_movements.update().values({column: "lost"})
        with pytest.raises(sa.exc.IntegrityError):
            async with town.database.transaction() as tx:
                await tx.execute(change)
