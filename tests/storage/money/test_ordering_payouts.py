"""Each payout is ordered in one file, and what the bank tells of it is booked once."""

import asyncio
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from bank_files import IBAN, Entry, report, statement

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.bank_bookings import CASH_AT_BANK, Fate, Reason
from overallt_server.core.money import Money
from overallt_server.core.payouts import Payout, PayoutState
from overallt_server.core.references import means_reference, payout_reference
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.payments import pain001, pain002
from overallt_server.payments.camt import read
from overallt_server.storage.payouts import PayoutFile
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.importing_statements import (
    Imported,
    ImportingStatements,
)
from overallt_server.use_cases.ordering_payouts import OrderingPayouts

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

MONA, ADA = UserId(1), UserId(2)
KASSA = BankAccount("Kassa", IBAN, "")
EARNED = 9000
# What the clients' money at the bank was before anything was paid out.
PAID_IN = statement(Entry(EARNED, (means_reference(ADA),)), closed_on="2026-01-05")


@pytest.fixture(autouse=True)
async def mona_has_earned(town: "Town") -> None:
    await town.user(MONA)
    await town.user(ADA)
    await town.paying_out.name_account(
        owner=MONA, iban=IBAN, name="Mona M", now=town.now
    )
    await town.earn(MONA, 10_000)
    await import_files(town, PAID_IN)


async def import_files(town: "Town", *files: bytes) -> Imported:
    importing = ImportingStatements(town.database, town.rules, KASSA)
    return await importing.import_all(
        [each for file in files for each in read(file).statements],
        now=town.closing_time,
        rehearse=False,
        progress=lambda _done, _all: None,
    )


async def order(town: "Town") -> tuple[PayoutFile, list[Payout]]:
    ordering = OrderingPayouts(town.database)
    due = [each.number for each in await ordering.due()]
    return await ordering.make_file(KASSA, due, now=town.closing_time)


async def take(town: "Town", answer: bytes) -> list[Payout]:
    return await OrderingPayouts(town.database).take(
        pain002.read(answer), now=town.closing_time
    )


async def request(town: "Town", minor: int = 3000) -> Payout:
    return await town.paying_out.request(
        owner=MONA, amount=Money(minor, "EUR"), now=town.closing_time
    )


async def states(town: "Town") -> list[PayoutState]:
    return [each.state for each in await town.paying_out.of(owner=MONA)][::-1]


async def audit(town: "Town") -> list[str]:
    return [str(each) for each in await Auditing(town.database, town.rules).audit()]


def left(payout: Payout) -> bytes:
    return statement(
        Entry(-payout.amount.minor, end_to_end=payout.reference),
        opening=EARNED,
        closed_on="2026-02-02",
        name="2",
    )


def came_back(payout: Payout) -> bytes:
    return statement(
        Entry(payout.amount.minor, end_to_end=payout.reference, returned="AC04"),
        opening=EARNED - payout.amount.minor,
        closed_on="2026-02-03",
        name="3",
    )


async def test_a_file_orders_all_that_is_due_and_is_kept(town: "Town") -> None:
    first, second = await request(town, 1000), await request(town, 2000)

    file, ordered = await order(town)

    kept = await OrderingPayouts(town.database).file(1)
    assert [first, second] == ordered
    assert file == kept
    assert [(each.reference, each.amount) for each in (first, second)] == [
        (each.reference, each.amount) for each in pain001.read(kept.content).orders
    ]
    assert [PayoutState.SENT] * 2 == await states(town)
    assert [] == await audit(town)


async def test_nothing_is_ordered_twice(town: "Town") -> None:
    await request(town)
    await order(town)

    with pytest.raises(NotFound, match="The last file was 1"):
        await order(town)
    later = await request(town, 1000)
    _file, ordered = await order(town)

    assert [later] == ordered


async def test_without_a_request_there_is_no_file(town: "Town") -> None:
    with pytest.raises(NotFound, match=r"^No payout is due\.$"):
        await order(town)
    with pytest.raises(NotFound):
        await OrderingPayouts(town.database).file(1)


async def test_two_runs_at_once_order_each_payout_in_one_file(
    town: "Town", same_town: "Town"
) -> None:
    asked = [await request(town, 1000) for _ in range(5)]

    done = await asyncio.gather(
        *[order(each) for each in (town, same_town)], return_exceptions=True
    )

    (made,) = [each for each in done if isinstance(each, tuple)]
    assert [NotFound] == [type(each) for each in done if isinstance(each, Exception)]
    assert asked == made[1]
    assert [] == await audit(town)


async def test_what_has_left_is_paid(town: "Town") -> None:
    payout = await request(town)
    await order(town)

    imported = await import_files(town, left(payout))

    assert [Fate.PAYOUT] == [each.fate for each in imported.booked]
    assert [PayoutState.PAID] == await states(town)
    assert 0 == await town.balance(payout.on_its_way)
    assert EARNED - 3000 == await town.balance(CASH_AT_BANK)
    assert [] == await audit(town)


async def test_what_an_operator_transferred_without_a_file_is_paid(
    town: "Town",
) -> None:
    payout = await request(town)

    await import_files(town, left(payout))

    assert [PayoutState.PAID] == await states(town)
    with pytest.raises(NotFound):
        await order(town)


async def test_what_came_back_is_revenue_again(town: "Town") -> None:
    payout = await request(town)
    await order(town)

    await import_files(town, left(payout), came_back(payout))

    (returned,) = await town.paying_out.of(owner=MONA)
    assert (PayoutState.RETURNED, "AC04") == (returned.state, returned.reason)
    assert 9000 == await town.revenue(MONA)
    assert EARNED == await town.balance(CASH_AT_BANK)
    assert [] == await audit(town)


@pytest.mark.parametrize("order_of_files", list(itertools.permutations(range(3))))
async def test_files_in_any_order_and_again_book_the_same(
    town: "Town", order_of_files: tuple[int, ...]
) -> None:
    payout = await request(town)
    file, _ordered = await order(town)
    accepted = report((payout.reference, "ACCP", ""), message=file.message)
    deeds = [
        lambda: import_files(town, left(payout)),
        lambda: import_files(town, came_back(payout)),
        lambda: take(town, accepted),
    ]

    for number in (*order_of_files, *order_of_files):
        await deeds[number]()  # type: ignore[no-untyped-call]

    assert [PayoutState.RETURNED] == await states(town)
    assert 9000 == await town.revenue(MONA)
    assert 0 == await town.balance(payout.on_its_way)
    assert EARNED == await town.balance(CASH_AT_BANK)
    assert [] == await audit(town)


@pytest.mark.parametrize("is_known_to_be_paid", [True, False])
async def test_it_comes_back_once(town: "Town", is_known_to_be_paid: bool) -> None:  # noqa: FBT001 - a parameter of pytest.
    payout = await request(town)
    await order(town)
    again = statement(
        *[Entry(3000, end_to_end=payout.reference)] * 2,
        opening=6000,
        closed_on="2026-02-03",
        name="3",
    )
    if is_known_to_be_paid:
        await import_files(town, left(payout))

    imported = await import_files(town, again)

    assert [Reason.NOT_PAID_OUT] == [each.reason for each in imported.of(Fate.SUSPENSE)]
    assert 9000 == await town.revenue(MONA)
    assert 3000 == await town.balance(chart.SUSPENSE)


@pytest.mark.parametrize("minor", [-2999, -3001])
async def test_another_amount_is_a_cost_and_not_the_payout(
    town: "Town", minor: int
) -> None:
    payout = await request(town)
    await order(town)
    other = statement(
        Entry(minor, end_to_end=payout.reference),
        opening=EARNED,
        closed_on="2026-02-02",
        name="2",
    )

    imported = await import_files(town, other)

    assert [Fate.COST] == [each.fate for each in imported.booked]
    assert [PayoutState.SENT] == await states(town)
    assert 3000 == await town.balance(payout.on_its_way)


async def test_another_amount_does_not_bring_it_back(town: "Town") -> None:
    payout = await request(town)
    await order(town)
    less = statement(
        Entry(2995, end_to_end=payout.reference),
        opening=EARNED,
        closed_on="2026-02-02",
        name="2",
    )

    await import_files(town, less)

    assert [PayoutState.SENT] == await states(town)
    assert 2995 == await town.balance(chart.SUSPENSE)
    assert [] == await audit(town)


async def test_a_payout_that_does_not_exist_is_a_cost_or_in_suspense(
    town: "Town",
) -> None:
    told = statement(
        Entry(-100, end_to_end=payout_reference(99)),
        Entry(100, end_to_end=payout_reference(99)),
        opening=EARNED,
        closed_on="2026-02-02",
        name="2",
    )

    imported = await import_files(town, told)

    assert [Fate.COST, Fate.SUSPENSE] == [each.fate for each in imported.booked]


async def test_what_the_bank_rejects_is_revenue_again_once(town: "Town") -> None:
    payout, other = await request(town), await request(town, 1000)
    file, _ordered = await order(town)
    answer = report(
        (payout.reference, "RJCT", "AC01"),
        (other.reference, "ACCP", ""),
        message=file.message,
    )

    rejected = await take(town, answer)
    again = await take(town, answer)

    assert [payout.number] == [each.number for each in rejected]
    assert [] == again
    assert [PayoutState.REJECTED, PayoutState.SENT] == await states(town)
    assert 8000 == await town.revenue(MONA)
    assert 0 == await town.balance(payout.on_its_way)
    assert [] == await audit(town)


@pytest.mark.parametrize("of_whom", ["file", "payment"])
async def test_a_whole_file_or_a_payment_may_be_rejected(
    town: "Town", of_whom: str
) -> None:
    payout = await request(town)
    file, _ordered = await order(town)
    whole = report(message=file.message, group="RJCT")
    payment = report(message=file.message, payments=[(payout.reference, "RJCT", "")])

    rejected = await take(town, whole if of_whom == "file" else payment)

    assert [payout.number] == [each.number for each in rejected]
    assert [] == await audit(town)


async def test_an_answer_after_it_was_paid_changes_nothing(town: "Town") -> None:
    payout = await request(town)
    file, _ordered = await order(town)
    await import_files(town, left(payout))

    rejected = await take(town, report(message=file.message, group="RJCT"))

    assert [] == rejected
    assert [PayoutState.PAID] == await states(town)
    assert [] == await audit(town)


@pytest.mark.parametrize(
    ("message", "reference", "said"),
    [
        ("", "RF97PA11", "no file of ours"),
        ("ours", "RF70PA12", "was not ordered by"),
        ("ours", "nonsense", "was not ordered by"),
    ],
)
async def test_an_answer_to_others_changes_nothing(
    town: "Town", message: str, reference: str, said: str
) -> None:
    await request(town)
    file, _ordered = await order(town)
    await request(town)
    answer = report(
        (payout_reference(1), "RJCT", "AC01"),
        (reference, "RJCT", "AC01"),
        message=file.message if message else "somebody's",
    )

    with pytest.raises(InvalidRequest, match=said):
        await take(town, answer)

    assert [PayoutState.SENT, PayoutState.REQUESTED] == await states(town)


async def test_what_the_bank_has_is_not_paid_by_hand(town: "Town") -> None:
    payout = await request(town)
    await order(town)

    with pytest.raises(InvalidRequest, match="The bank has the order"):
        await town.paying_out.pay_by_hand(
            reference=payout.reference, reason="in cash", now=town.closing_time
        )

    assert 3000 == await town.balance(payout.on_its_way)


async def test_what_the_bank_has_may_be_rejected_by_hand(town: "Town") -> None:
    payout = await request(town)
    await order(town)

    await town.paying_out.reject(
        reference=payout.reference,
        reason="the bank's page says so",
        now=town.closing_time + timedelta(days=1),
    )

    assert 9000 == await town.revenue(MONA)
    assert [] == await audit(town)
