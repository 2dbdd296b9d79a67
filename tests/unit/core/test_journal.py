"""Entries balance, or they do not exist; their hashes chain them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import Side
from overallt_server.core.journal import (
    NO_PREVIOUS,
    BrokenBooks,
    EntryKind,
    JournalEntry,
    Posting,
    digest,
)
from overallt_server.core.money import Money

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
CASH, MEANS = chart.cash("by_hand"), chart.means(UserId(17))


def _entry(*postings: tuple[Side, int, str]) -> JournalEntry:
    return JournalEntry(
        EntryKind.MEANS_ADDED,
        "means_added:by_hand:1",
        "a gift",
        NOW,
        tuple(
            Posting(side, CASH if side is Side.DEBIT else MEANS, Money(minor, currency))
            for side, minor, currency in postings
        ),
    )


def _transfer(memo: str = "a gift", natural_key: str = "k") -> JournalEntry:
    return JournalEntry.transfer(
        kind=EntryKind.MEANS_ADDED,
        natural_key=natural_key,
        memo=memo,
        made_at=NOW,
        debit=CASH,
        credit=MEANS,
        amount=Money(1000, "EUR"),
    )


def test_a_transfer_debits_one_account_and_credits_the_other() -> None:
    entry = _transfer()

    assert (
        Posting(Side.DEBIT, CASH, Money(1000, "EUR")),
        Posting(Side.CREDIT, MEANS, Money(1000, "EUR")),
    ) == entry.postings


def test_an_entry_that_does_not_balance_cannot_exist() -> None:
    with pytest.raises(BrokenBooks, match=r"by 0\.01 EUR"):
        _entry((Side.DEBIT, 1000, "EUR"), (Side.CREDIT, 999, "EUR"))


def test_each_currency_balances_by_itself() -> None:
    with pytest.raises(BrokenBooks, match="does not balance"):
        _entry((Side.DEBIT, 1000, "EUR"), (Side.CREDIT, 1000, "JPY"))


@pytest.mark.parametrize("minor", [0, -5])
def test_a_posting_is_above_zero(minor: int) -> None:
    with pytest.raises(BrokenBooks, match="posts"):
        _entry((Side.DEBIT, minor, "EUR"), (Side.CREDIT, minor, "EUR"))


def test_an_entry_without_postings_cannot_exist() -> None:
    with pytest.raises(BrokenBooks, match="no postings"):
        _entry()


def test_the_same_entry_after_the_same_has_the_same_digest() -> None:
    later_within_the_second = replace(
        _transfer(), made_at=NOW + timedelta(microseconds=7)
    )

    assert digest(_transfer(), NO_PREVIOUS) == digest(
        later_within_the_second, NO_PREVIOUS
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(_transfer(), kind=EntryKind.PERIOD_CLOSED),
        _transfer(natural_key="l"),
        _transfer(memo="a loan"),
        replace(_transfer(), made_at=NOW + timedelta(seconds=1)),
        replace(_transfer(), postings=_transfer().postings[::-1]),
        _transfer(natural_key="ka gift", memo=""),
    ],
)
def test_another_entry_has_another_digest(other: JournalEntry) -> None:
    assert digest(_transfer(), NO_PREVIOUS) != digest(other, NO_PREVIOUS)


def test_the_digest_depends_on_the_entry_before() -> None:
    first = digest(_transfer(), NO_PREVIOUS)

    assert first != digest(_transfer(), first)
