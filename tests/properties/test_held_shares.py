"""What holds of held shares whatever was given: each lot is spread to the last unit."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.cards import CASH_AT_PROVIDER
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.held_shares import (
    DividedPot,
    HeldShares,
    returned_entries,
    summed,
    taken_entries,
)
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import closing_entry

ADA = UserId(17)
JANUARY = Period(2026, 1)
NOW = datetime(2026, 2, 5, tzinfo=UTC)

# What was added, each by card or by hand; what of it is given; its parts.
lots = st.lists(st.tuples(st.booleans(), st.integers(1, 10_000)), min_size=1)
parts = st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any)


def _added(number: int, minor: int, *, by_card: bool) -> JournalEntry:
    source: LedgerAccount = CASH_AT_PROVIDER if by_card else chart.cash("by_hand")
    return JournalEntry.transfer(
        kind=EntryKind.MEANS_ADDED,
        natural_key=f"means_added:stripe:{number}",
        memo="",
        made_at=NOW,
        debit=source,
        credit=chart.means(ADA),
        amount=Money(minor, "EUR"),
    )


def _told(added: list[tuple[bool, int]], pot_minor: int) -> HeldShares:
    held = HeldShares(ADA)
    for number, (by_card, minor) in enumerate(added):
        held.book(_added(number, minor, by_card=by_card))
    pot = Money(pot_minor, "EUR")
    held.book(closing_entry(patron=ADA, period=JANUARY, pot=pot, now=NOW))
    return held


def _pot(sizes: list[int], pot_minor: int) -> DividedPot:
    """Divide a pot over owners and, the last, the fee, somehow."""
    whole = sum(sizes)
    minors = [pot_minor * size // whole for size in sizes]
    *earned, fee = minors
    by_owner = {UserId(100 + n): minor for n, minor in enumerate(earned)}
    return DividedPot(JANUARY, by_owner, fee + pot_minor - sum(minors))


@given(lots, parts, st.integers(1, 10_000))
def test_no_owner_waits_for_more_than_he_got_or_than_cards_have_paid(
    added: list[tuple[bool, int]], sizes: list[int], wanted: int
) -> None:
    pot_minor = min(wanted, sum(minor for _, minor in added))
    pot = _pot(sizes, pot_minor)
    held = _told(added, pot_minor).of(pot)

    total, left = summed([held]), pot_minor
    paid = {}
    for number, (by_card, minor) in enumerate(added):
        taken = min(minor, left)
        left -= taken
        if by_card and taken:
            paid[f"means_added:stripe:{number}"] = taken
    assert paid.keys() == held.keys()
    assert all(0 < minor for by in held.values() for minor in by.values())
    assert all(minor <= pot.earned[owner] for owner, minor in total.items())
    of_fee = 0
    for lot, minor in paid.items():
        assert sum(held[lot].values()) <= minor
        of_fee += minor - sum(held[lot].values())
    assert of_fee <= pot.fee_minor


@given(lots, parts, st.integers(1, 10_000))
def test_a_pot_of_cards_alone_is_held_whole(
    added: list[tuple[bool, int]], sizes: list[int], wanted: int
) -> None:
    pot_minor = min(wanted, sum(minor for _, minor in added))
    pot = _pot(sizes, pot_minor)
    held = _told([(True, minor) for _, minor in added], pot_minor).of(pot)

    earned = {owner: minor for owner, minor in pot.earned.items() if minor}
    assert earned == summed([held])


@given(parts, st.integers(1, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_what_is_taken_and_returned_is_what_was_wanted(
    sizes: list[int], pot_minor: int, wanted: int, again: int
) -> None:
    pot = _pot(sizes, pot_minor)
    told = _told([(True, pot_minor)], pot_minor)
    (lot,) = told.of(pot)
    held = told.left(pot)[lot]
    taken = list(
        taken_entries(
            [(JANUARY, held)],
            Money(wanted, "EUR"),
            to=chart.means(ADA),
            lot=lot,
            because="dp_1",
            now=NOW,
        )
    )
    for entry in taken:
        told.book(entry)
    came = Money(again, "EUR")
    returned = list(returned_entries(taken, came, patron=ADA, now=NOW))

    lost, back = _by_owner(taken, Side.DEBIT), _by_owner(returned, Side.CREDIT)
    assert min(wanted, sum(held.values())) == lost.total()
    assert min(again, lost.total()) == back.total()
    assert Counter(held) - lost == Counter(told.left(pot)[lot])
    assert not back - lost


def _by_owner(entries: list[JournalEntry], side: Side) -> Counter[UserId]:
    minors = Counter[UserId]()
    for entry in entries:
        for each in entry.postings:
            if each.side is side:
                minors[UserId(int(each.ledger_account.of))] += each.amount.minor
    return minors
