"""Auditing the house: its chain, and each slice's entries against what is due."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from overallt_server.core import chart
from overallt_server.core.audit import Finding
from overallt_server.core.audit_balances import Balances, PatronBalances
from overallt_server.core.audit_chains import ChainAudit, StoredEntry
from overallt_server.core.audit_glance import OF_PERIODS
from overallt_server.core.audit_periods import FrozenPeriod
from overallt_server.core.audit_pots import BookedEntry
from overallt_server.core.audit_slices import SliceAudit, SliceName
from overallt_server.core.bank_bookings import CASH_AT_BANK
from overallt_server.core.cards import CASH_AT_PROVIDER
from overallt_server.core.periods import Period
from overallt_server.storage import audit
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import HOUSE

# How many of the house's entries are read at once.
ENTRIES_AT_ONCE: Final = 20

CASH: Final = (chart.cash("by_hand"), CASH_AT_BANK, CASH_AT_PROVIDER)


class HouseAudit:
    """One pass over the house's chain, once all patrons have told what is due."""

    def __init__(
        self,
        tx: Transaction,
        frozen: Mapping[Period, FrozenPeriod],
        slices: Mapping[SliceName, SliceAudit],
        balances: Balances,
    ) -> None:
        """Begin before the first entry; what it books goes into *balances*."""
        self.findings: list[Finding] = []
        self._tx: Final = tx
        self._frozen: Final = frozen
        self._slices: Final = slices
        self._balances: Final = balances
        # Slices whose entry, and whose release, have not been met yet.
        self._unmet: Final = {name.key: name for name in slices}
        self._unreleased: Final = {name.released_key: name for name in slices}

    async def run(
        self, on_their_way: Iterable[chart.LedgerAccount]
    ) -> tuple[ChainAudit, PatronBalances]:
        """Check everything; return the chain and what it posts to patrons' accounts."""
        accounts = [chart.clearing(name.period, name.number) for name in self._slices]
        accounts += [*CASH, chart.SUSPENSE, chart.PAYMENT_COST, *on_their_way]
        accounts.append(chart.OPERATOR_EQUITY)
        for owner in await audit.owners(self._tx):
            accounts += [chart.revenue(owner), chart.held(owner)]
        chain, own = ChainAudit(HOUSE, accounts), PatronBalances(HOUSE)
        last = 0
        # One more than is checked: each entry's hash stands in the next one too.
        while entries := await audit.house_entries(
            self._tx, after=last, count=ENTRIES_AT_ONCE + 1
        ):
            checked = entries[:ENTRIES_AT_ONCE]
            for booked in booked_entries(chain, checked, entries[1:]):
                own.book(booked)
                self._balances.book(booked)
                await self._check(booked, chain)
            last = checked[-1].number
        chain.finish(await audit.lost_house_numbers(self._tx))
        for name in self._unmet.values():
            await self._check_slice(name, None, chain)
        if chain.is_certain:
            for name in self._unreleased.values():
                self._check_release(name, None)
        return chain, own

    async def _check(self, booked: BookedEntry, chain: ChainAudit) -> None:
        key = booked.entry.natural_key
        if key in self._unmet:
            await self._check_slice(self._unmet.pop(key), booked, chain)
        elif key in self._unreleased:
            self._check_release(self._unreleased.pop(key), booked)
        elif booked.entry.kind in OF_PERIODS:
            self.findings.append(stray(booked))

    async def _check_slice(
        self, name: SliceName, booked: BookedEntry | None, chain: ChainAudit
    ) -> None:
        slice_ = self._slices[name]
        if not slice_.is_settled:
            return
        self.findings += slice_.check_entry(
            booked,
            frozen=self._frozen[name.period],
            stored_minor_by_owner=await audit.owners_shares(
                self._tx, name.period, slice_.span
            ),
            chain_is_certain=chain.is_certain,
        )

    def _check_release(self, name: SliceName, booked: BookedEntry | None) -> None:
        currency = self._frozen[name.period].currency
        self.findings += self._slices[name].held.check_release(booked, currency)


def stray(booked: BookedEntry) -> Finding:
    """Tell that an entry says that it is of a closed period, and is of none."""
    problem, key = "it is of no closed period", booked.entry.natural_key
    return Finding("journal_entries", booked.row, problem, "", key)


def booked_entries(
    chain: ChainAudit, entries: Sequence[StoredEntry], following: Sequence[StoredEntry]
) -> Iterator[BookedEntry]:
    """Give the entries that could be told; each is checked with the one after it."""
    for stored, after in zip_longest(entries, following):
        entry = chain.check(stored, hash_in_next=after.previous_hash if after else None)
        if entry is not None:
            yield BookedEntry(stored.row, entry)
