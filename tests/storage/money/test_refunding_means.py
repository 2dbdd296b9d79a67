"""A refund takes what is left of a lot, and goes to where the lot came from."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from bank_files import IBAN, Entry, statement

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.money import Money
from overallt_server.core.references import means_reference, return_reference
from overallt_server.core.refusals import (
    IdempotencyMismatch,
    InvalidRequest,
    NotFound,
)
from overallt_server.payments.camt import read
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.importing_statements import ImportingStatements
from overallt_server.use_cases.refunding_means import Refund, RefundingMeans

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town


async def refund(
    town: "Town", patron: UserId, lot: int, minor: int, reference: str = "r"
) -> Refund:
    return await RefundingMeans(town.database).refund(
        patron=patron,
        number=lot,
        amount=Money(minor, "EUR"),
        reference=reference,
        reason="a test",
        now=town.now,
    )


async def told_by_the_bank(town: "Town", *files: bytes) -> None:
    bank = ImportingStatements(town.database, town.rules, BankAccount("K", IBAN, ""))
    for file in files:
        await bank.import_all(
            read(file).statements,
            now=town.now,
            rehearse=False,
            progress=lambda _done, _all: None,
        )


async def test_money_by_hand_goes_back_by_hand(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)

    await refund(town, ada, 1, 400)

    assert 600 == await town.means(ada)
    assert 600 == await town.balance(chart.cash("by_hand"))
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_a_second_lot_is_refunded_from_itself(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)
    await town.add_means(ada, 300, reference="second")

    await refund(town, ada, 2, 300)

    lots = await RefundingMeans(town.database).lots(patron=ada)
    assert [1000, 0] == [lot.left.minor for lot in lots]


async def test_what_was_given_cannot_go_back(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=800)
    song = await town.thing(1, owner=await town.user(2))
    await town.flattr(ada, song)
    await town.close()

    with pytest.raises(InvalidRequest, match=r"Of this lot 2\.00 EUR are left"):
        await refund(town, ada, 1, 201)


async def test_the_same_refund_is_booked_once(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)
    await refund(town, ada, 1, 400)

    again = await refund(town, ada, 1, 400)

    assert not again.is_new
    assert 600 == await town.means(ada)


async def test_another_amount_under_the_same_reference_is_refused(
    town: "Town",
) -> None:
    ada = await town.patron(1, means=1000, budget=500)
    await refund(town, ada, 1, 400)

    with pytest.raises(IdempotencyMismatch):
        await refund(town, ada, 1, 401)


async def test_two_refunds_at_once_do_not_exceed_the_lot(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)
    ended = await asyncio.gather(
        *(refund(town, ada, 1, 600, reference) for reference in ("a", "b")),
        return_exceptions=True,
    )

    assert 1 == len([each for each in ended if isinstance(each, InvalidRequest)])
    assert 400 == await town.means(ada)


async def test_a_transfer_goes_back_under_a_reference_that_the_bank_tells(
    town: "Town",
) -> None:
    ada = await town.user(1)
    await told_by_the_bank(town, statement(Entry(1000, (means_reference(ada),))))
    given = await refund(town, ada, 1, 400)
    on_its_way = await town.balance(chart.in_transit(return_reference(1)))
    back = Entry(-400, (return_reference(1),), on="2026-01-09")
    file = statement(back, opening=1000, closed_on="2026-01-09", name="2")
    await told_by_the_bank(town, file, file)

    assert "Order a transfer of 4.00 EUR to Some Body" in given.what_to_do
    assert 400 == on_its_way
    assert 0 == await town.balance(chart.in_transit(return_reference(1)))
    assert 600 == await town.balance(CASH_AT_BANK)
    assert 600 == await town.means(ada)
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_one_transfer_of_a_lot_is_on_its_way_at_a_time(town: "Town") -> None:
    """The bank tells only the reference and the amount: two could not be told apart."""
    ada = await town.user(1)
    await told_by_the_bank(town, statement(Entry(1000, (means_reference(ada),))))
    await refund(town, ada, 1, 400)

    with pytest.raises(InvalidRequest, match="is on its way already"):
        await refund(town, ada, 1, 100, "another")


@pytest.mark.parametrize("reference", ["", " ", "a:b"])
async def test_a_reference_without_sense_is_refused(
    town: "Town", reference: str
) -> None:
    ada = await town.patron(1, means=1000, budget=500)

    with pytest.raises(InvalidRequest, match="a reference, without colons"):
        await refund(town, ada, 1, 400, reference)


async def test_a_lot_or_a_user_that_is_not_there_is_refused(town: "Town") -> None:
    ada = await town.patron(1, means=1000, budget=500)

    with pytest.raises(NotFound, match="no lot number 2"):
        await refund(town, ada, 2, 400)
    with pytest.raises(NotFound):
        await refund(town, UserId(99), 1, 400)
