"""What holds of every entry (I1) and of every chain."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.journal import (
    NO_PREVIOUS,
    BrokenBooks,
    EntryKind,
    JournalEntry,
    Posting,
    digest,
)
from overallt_server.core.money import Money

users = st.builds(UserId, st.integers(1, 2**53 - 1))
accounts: st.SearchStrategy[LedgerAccount] = st.one_of(
    st.builds(chart.means, users),
    st.builds(chart.revenue, users),
    st.just(chart.FEE_INCOME),
    st.just(chart.cash("by_hand")),
)
amounts = st.builds(Money, st.integers(1, 10**12), st.sampled_from(["EUR", "JPY"]))
postings = st.builds(Posting, st.sampled_from(Side), accounts, amounts)
moments = st.datetimes(
    datetime(2010, 1, 1),  # noqa: DTZ001 - the strategy adds the time zone.
    datetime(2100, 1, 1),  # noqa: DTZ001 - as above.
    timezones=st.just(UTC),
)
transfers = st.builds(
    JournalEntry.transfer,
    kind=st.sampled_from(EntryKind),
    natural_key=st.text(max_size=20),
    memo=st.text(max_size=20),
    made_at=moments,
    debit=accounts,
    credit=accounts,
    amount=amounts,
)


@given(st.lists(postings, max_size=6), moments)
def test_an_entry_exists_just_when_it_balances(
    lines: list[Posting], moment: datetime
) -> None:
    excess = Counter[str]()
    for line in lines:
        sign = 1 if line.side is Side.DEBIT else -1
        excess[line.amount.currency] += sign * line.amount.minor

    if lines and not any(excess.values()):
        JournalEntry(EntryKind.MEANS_ADDED, "k", "", moment, tuple(lines))
    else:
        with pytest.raises(BrokenBooks):
            JournalEntry(EntryKind.MEANS_ADDED, "k", "", moment, tuple(lines))


@given(st.lists(transfers, min_size=2, max_size=6), st.data())
def test_a_changed_entry_changes_every_hash_that_follows(
    chain: list[JournalEntry], data: st.DataObject
) -> None:
    changed_at = data.draw(st.integers(0, len(chain) - 1))
    changed = list(chain)
    changed[changed_at] = replace(
        chain[changed_at], memo=chain[changed_at].memo + " forged"
    )

    before, after = _hashes(chain), _hashes(changed)

    assert before[:changed_at] == after[:changed_at]
    assert all(
        old != new
        for old, new in zip(before[changed_at:], after[changed_at:], strict=True)
    )


@given(transfers, transfers)
def test_two_entries_have_two_digests(one: JournalEntry, other: JournalEntry) -> None:
    same = replace(one, made_at=one.made_at.replace(microsecond=0)) == replace(
        other, made_at=other.made_at.replace(microsecond=0)
    )

    assert same == (digest(one, NO_PREVIOUS) == digest(other, NO_PREVIOUS))


def _hashes(chain: list[JournalEntry]) -> list[bytes]:
    hashes: list[bytes] = []
    for entry in chain:
        hashes.append(digest(entry, hashes[-1] if hashes else NO_PREVIOUS))
    return hashes
