"""Lots: means by where they came from, spent oldest first."""

from datetime import UTC, datetime

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.chart import LedgerAccount
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.lots import Lots, Part, naming
from overallt_server.core.money import Money
from overallt_server.core.periods import Period

ADA = UserId(17)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
BY_HAND = chart.cash("by_hand")
JANUARY = Period(2026, 1)


def entry(
    kind: EntryKind, key: str, debit: LedgerAccount, credit: LedgerAccount, minor: int
) -> JournalEntry:
    return JournalEntry.transfer(
        kind=kind,
        natural_key=key,
        memo="",
        made_at=NOW,
        debit=debit,
        credit=credit,
        amount=Money(minor, "EUR"),
    )


def added(key: str, minor: int, source: LedgerAccount = BY_HAND) -> JournalEntry:
    return entry(EntryKind.MEANS_ADDED, key, source, chart.means(ADA), minor)


def given(key: str, minor: int) -> JournalEntry:
    reserved = chart.reserved(ADA, JANUARY)
    return entry(EntryKind.PERIOD_CLOSED, key, chart.means(ADA), reserved, minor)


def refunded(key: str, lot: str, minor: int) -> JournalEntry:
    named = naming(key, lot)
    return entry(EntryKind.MEANS_REFUNDED, named, chart.means(ADA), BY_HAND, minor)


def told(*entries: JournalEntry) -> Lots:
    lots = Lots(ADA)
    for each in entries:
        lots.book(each)
    return lots


def left(lots: Lots) -> list[tuple[str, int]]:
    return [(lot.key, lot.left.minor) for lot in lots]


def test_the_oldest_lot_is_spent_first() -> None:
    lots = told(added("a", 300), added("b", 500), given("pot", 400))

    assert [("a", 0), ("b", 400)] == left(lots)


def test_what_an_entry_took_is_known_by_lot() -> None:
    lots = told(added("a", 300), added("b", 500), given("pot", 400))

    expected = (Part("a", Money(300, "EUR")), Part("b", Money(100, "EUR")))
    assert expected == lots.parts["pot"]


def test_a_refund_takes_from_the_lot_that_it_names() -> None:
    lots = told(added("a", 300), added("b", 500), refunded("r", "b", 200))

    assert [("a", 300), ("b", 300)] == left(lots)


def test_only_a_refund_names_a_lot() -> None:
    """An operator may call a payment whatever he likes."""
    lots = told(added("a", 300), added("cash:of:a", 500))

    assert [("a", 300), ("cash:of:a", 500)] == left(lots)


def test_a_key_cannot_be_read_in_two_ways() -> None:
    with pytest.raises(ValueError, match="names a lot already"):
        naming("refund:of", "lot")


@pytest.mark.parametrize("account", [BY_HAND, CASH_AT_BANK, chart.revenue(ADA)])
def test_a_lot_comes_from_what_it_was_taken_off(account: LedgerAccount) -> None:
    (lot,) = told(added("a", 300, account))

    assert account == lot.source


def test_what_was_in_suspense_came_from_the_bank() -> None:
    (lot,) = told(added("a", 300, chart.SUSPENSE))

    assert CASH_AT_BANK == lot.source


def test_lots_of_another_currency_are_left_alone() -> None:
    dollars = JournalEntry.transfer(
        kind=EntryKind.MEANS_ADDED,
        natural_key="dollars",
        memo="",
        made_at=NOW,
        debit=BY_HAND,
        credit=chart.means(ADA),
        amount=Money(500, "USD"),
    )
    lots = told(dollars, added("a", 300), given("pot", 300))

    assert [("dollars", 500), ("a", 0)] == left(lots)


def test_what_others_do_touches_no_lot() -> None:
    of_ben = entry(
        EntryKind.MEANS_ADDED, "b", BY_HAND, chart.means(UserId(18)), minor=5
    )

    assert [] == left(told(of_ben))


def test_a_gift_that_was_undone_goes_back_to_its_lots() -> None:
    held = chart.held(UserId(18))
    gift = entry(EntryKind.GIFT_GIVEN, "gift:1", chart.means(ADA), held, 400)
    undone = entry(EntryKind.GIFT_UNDONE, "gift_ended:1", held, chart.means(ADA), 400)
    lots = told(added("a", 300), added("b", 500), gift, added("c", 100), undone)

    assert [("a", 300), ("b", 500), ("c", 100)] == left(lots)
