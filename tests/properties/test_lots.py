"""What holds of lots whatever is booked: they are the means, none is below zero."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.lots import Lots, naming
from overallt_server.core.money import Money

ADA = UserId(17)
BY_HAND = chart.cash("by_hand")

# What is done (added, given, refunded), how much of what can be, and which lot.
deeds = st.tuples(st.sampled_from("agr"), st.integers(1, 1000), st.integers(0, 9))


def transfer(kind: EntryKind, key: str, minor: int) -> JournalEntry:
    debit, credit = chart.means(ADA), BY_HAND
    if kind is EntryKind.MEANS_ADDED:
        debit, credit = credit, debit
    return JournalEntry.transfer(
        kind=kind,
        natural_key=key,
        memo="",
        made_at=datetime(2026, 1, 5, tzinfo=UTC),
        debit=debit,
        credit=credit,
        amount=Money(minor, "EUR"),
    )


@given(st.lists(deeds, max_size=30))
def test_the_lots_are_the_means_and_none_is_below_zero(
    done: list[tuple[str, int, int]],
) -> None:
    lots, means = Lots(ADA), 0
    for number, (deed, wanted, which) in enumerate(done):
        key, minor = f"deed {number}", min(wanted, means)
        if deed == "a":
            lots.book(transfer(EntryKind.MEANS_ADDED, key, wanted))
            means += wanted
        elif minor and deed == "g":
            lots.book(transfer(EntryKind.PERIOD_CLOSED, key, minor))
            means -= minor
        elif minor:
            named = list(lots)[which % len(list(lots))].key
            lots.book(transfer(EntryKind.MEANS_REFUNDED, naming(key, named), minor))
            means -= minor

    assert means == sum(lot.left.minor for lot in lots)
    assert all(0 <= lot.left.minor <= lot.amount.minor for lot in lots)
