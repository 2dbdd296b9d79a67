"""Auditing held shares: what cards have paid of a patron's pots, told once more.

The entries that hold, take and release it are guarded by their chains. What they say
is held against what lots and settlements tell: a slice's entries against the sums of
its patrons (``core.audit_slices``), what was taken of one patron's against his own.
Until when it is held the house's entries say, too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_periods import FrozenPeriod
from overallt_server.core.audit_pots import (
    BookedEntry,
    PotAudit,
    PotRecords,
    told,
)
from overallt_server.core.held_shares import (
    ByLot,
    ByOwner,
    HeldShares,
    divided,
    owners_of,
    period_of,
    released_entry,
    returned_key,
    summed,
)
from overallt_server.core.journal import EntryKind, Posting
from overallt_server.core.lots import lot_named_by
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import told_until


class HeldAudit:
    """One pass over one patron's entries, and then over his settled pots."""

    def __init__(self, patron: UserId) -> None:
        """Begin before the first entry of *patron*."""
        self._held: Final = HeldShares(patron)
        self._of_period: Final[dict[Period, ByLot]] = {}
        self._taken: Final[dict[str, BookedEntry]] = {}
        self._returned: Final[dict[str, BookedEntry]] = {}

    def book(self, booked: BookedEntry) -> None:
        """Tell the next entry of the chain."""
        entry = booked.entry
        self._held.book(entry)
        if entry.kind is EntryKind.SHARES_TAKEN:
            self._taken[returned_key(entry)] = booked
        elif entry.kind is EntryKind.SHARES_RETURNED:
            self._returned[entry.natural_key] = booked

    def add_to(self, slice_: "SliceHeld", records: PotRecords, pot: PotAudit) -> None:
        """Tell *slice_* what is held of a *pot* of it, once all entries are told."""
        if not records.is_settled:
            return
        if pot.settlement is None or not records.chain_is_certain:
            slice_.is_certain = False
            return
        became = divided(pot.settlement, records.frozen.period)
        held = self._held.of(became)
        self._of_period[became.period] = held
        slice_.add(held, self._held.left(became))

    def findings(self) -> Iterator[Finding]:
        """Check what was taken and returned, once all pots are told."""
        for booked in self._taken.values():
            period, lot = period_of(booked.entry), lot_named_by(booked.entry) or ""
            held = self._of_period.get(period, {}).get(lot, {})
            taken = self._held.taken_of(period)[lot]
            yield from _check(booked, "it takes more than was held", held, taken)
        for key, booked in self._returned.items():
            returned = owners_of(booked.entry)
            taken = owners_of(self._taken[key].entry) if key in self._taken else {}
            yield from _check(booked, "it returns more than was taken", taken, returned)


class SliceHeld:
    """What is held of the pots of one slice, whose row is *row_*."""

    def __init__(
        self, period: Period, slice_: int, row_: str, released_at: datetime | None
    ) -> None:
        """Begin before the first pot of it."""
        # False once what is held of a pot cannot be told.
        self.is_certain = True
        self.until: datetime | None = None
        self.by_owner: Final = Counter[UserId]()
        self._period: Final = period
        self._slice: Final = slice_
        self._row: Final = row_
        self._released_at: Final = released_at
        self._left: Final = Counter[UserId]()

    def add(self, held: ByLot, left: ByLot) -> None:
        """Take in what is held of one pot, and what of that was not taken."""
        self.by_owner.update(summed([held]))
        self._left.update(summed([left]))

    def check_until(
        self, booked: BookedEntry, frozen: FrozenPeriod
    ) -> Iterator[Finding]:
        """Check until when it is held, by the house's entry that is *booked* of it."""
        self.until = told_until(booked.entry)
        if self.until != frozen.held_until and self.by_owner:
            yield Finding(
                "periods",
                row(period=self._period),
                "its held_until is not what its slices were booked with",
                str(self.until or "nothing"),
                str(frozen.held_until or "nothing"),
            )

    def check_release(
        self, booked: BookedEntry | None, currency: str
    ) -> Iterator[Finding]:
        """Check the entry that releases it, if there is one, and when that was."""
        if not self.is_certain:
            return
        due = self._left if self.until else {}
        if booked is not None:
            yield from self._check_entry(booked, due, currency)
        at = booked.entry.made_at if booked else None
        released_at = self._released_at
        if any(due.values()) and at != released_at:
            problem = "its released_at is not when it was released"
            yield self._found(problem, at or "nothing", released_at or "nothing")
        elif released_at and self.until and released_at < self.until:
            yield self._found("it was released too early", self.until, released_at)

    def _check_entry(
        self, booked: BookedEntry, due: ByOwner, currency: str
    ) -> Iterator[Finding]:
        expected: Sequence[Posting] = ()
        if any(due.values()):
            expected = released_entry(
                due,
                period=self._period,
                slice_=self._slice,
                currency=currency,
                now=booked.entry.made_at,
            ).postings
        if booked.entry.postings != expected:
            yield Finding(
                "journal_entries",
                booked.row,
                "it does not release what is held",
                told(expected),
                told(booked.entry.postings),
            )

    def _found(self, problem: str, expected: object, found: object) -> Finding:
        return Finding("slices", self._row, problem, str(expected), str(found))


def _check(
    booked: BookedEntry, problem: str, most: ByOwner, found: ByOwner
) -> Iterator[Finding]:
    if any(minor > most.get(owner, 0) for owner, minor in found.items()):
        currency = booked.entry.postings[0].amount.currency
        both = (_told(most, currency), _told(found, currency))
        yield Finding("journal_entries", booked.row, problem, *both)


def _told(by_owner: ByOwner, currency: str) -> str:
    return ", ".join(
        f"{Money(minor, currency)} for owner {owner}"
        for owner, minor in sorted(by_owner.items())
    )
