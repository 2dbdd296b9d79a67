"""Auditing slices: who is settled with whom, told by the slices and by the pots.

A slice covers the patrons from its first to its last, each of whose pots names it. If
the two disagree, the slices are believed as long as they cover every pot once.

Whether a slice is settled is told by its shares and by the house's entry, whatever the
slice says of itself; that entry must be the sum of the shares that are due.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_held import SliceHeld
from overallt_server.core.audit_periods import FrozenPeriod
from overallt_server.core.audit_pots import (
    BookedEntry,
    PotAudit,
    PotRecords,
    told,
)
from overallt_server.core.held_shares import released_key
from overallt_server.core.journal import JournalEntry
from overallt_server.core.periods import Period
from overallt_server.core.settlement import slice_entry, slice_key


@dataclass(frozen=True, slots=True)
class Span:
    """The patrons from *first* to *last*, both included."""

    first: UserId
    last: UserId

    def covers(self, patron: UserId) -> bool:
        """Tell whether *patron* is among them."""
        return self.first <= patron <= self.last


@dataclass(frozen=True, slots=True)
class StoredSlice:
    """A row of slices."""

    number: int
    span: Span
    settled_at: datetime | None
    released_at: datetime | None


def spans_of(pots: Iterable[tuple[UserId, int]]) -> dict[int, Span]:
    """Return the span of each slice by what the *pots*, (patron, slice), say."""
    spans: dict[int, Span] = {}
    for patron, number in pots:
        known = spans.get(number, Span(patron, patron))
        spans[number] = Span(min(known.first, patron), max(known.last, patron))
    return spans


def audit_slices(
    period: Period, slices: Sequence[StoredSlice], pots: Sequence[tuple[UserId, int]]
) -> tuple[list[Finding], Mapping[int, Span]]:
    """Hold the slices of *period* against its *pots*, (patron, slice).

    Returns:
        What was found, and the span of each slice that is believed.
    """
    covered = {each.number: each.span for each in slices}
    spans = spans_of(pots)
    if covered == spans:
        return [], covered
    if not _covers_each_once(covered, pots) or _misnumbers(covered, spans):
        return _slices_at_fault(period, covered, spans), spans
    moved = [(patron, number) for patron, number in pots if number not in covered]
    moved += [
        (patron, number)
        for patron, number in pots
        if number in covered and not covered[number].covers(patron)
    ]
    if not moved:
        return _slices_at_fault(period, covered, spans), spans
    findings = [
        Finding(
            "pots",
            row(patron_id=patron, period=period),
            "its slice is not the one that covers the patron",
            str(next(n for n, span in covered.items() if span.covers(patron))),
            str(number),
        )
        for patron, number in moved
    ]
    return findings, covered


@dataclass(frozen=True, slots=True)
class SliceName:
    """A slice of a period."""

    period: Period
    number: int

    @property
    def key(self) -> str:
        """The natural key of the house's entry that settles it."""
        return slice_key(self.period, self.number)

    @property
    def released_key(self) -> str:
        """The natural key of the entry that releases what it holds."""
        return released_key(self.period, self.number)

    @property
    def row(self) -> str:
        """The key of its own row."""
        return row(period=self.period, slice=self.number)


class SliceAudit:
    """Checks one slice: whether it is settled, and what its owners are due."""

    def __init__(
        self,
        name: SliceName,
        span: Span,
        *,
        settled_at: datetime | None,
        released_at: datetime | None,
        is_booked: bool,
        has_things: bool,
        has_shares: bool,
    ) -> None:
        """Tell whether the slice is settled; *span* is the one that is believed."""
        self.findings: Final[list[Finding]] = []
        self.name: Final = name
        self.span: Final = span
        self._settled_at: Final = settled_at
        # A slice in whose pots there is nothing leaves no other trace.
        self.is_settled: Final = (
            is_booked or has_shares or (settled_at is not None and not has_things)
        )
        if self.is_settled != (settled_at is not None):
            self.findings.append(
                Finding(
                    "slices",
                    name.row,
                    "its settled_at is not what the books say",
                    "a time" if self.is_settled else "nothing",
                    str(settled_at or "nothing"),
                )
            )
        # What is due to owners less what their shares say, where the two differ.
        self._missing: Final = Counter[UserId]()
        self._is_certain = True
        self.held: Final = SliceHeld(name.period, name.number, name.row, released_at)

    def add(self, records: PotRecords, audited: PotAudit) -> None:
        """Take in what the audit of one pot of this slice told."""
        if audited.settlement is None:
            self._is_certain = not self.is_settled
            return
        for share in audited.settlement.shares:
            self._missing[share.owner] += share.minor
        for stored in records.shares:
            self._missing[stored.owner] -= stored.amount.minor

    def check_entry(
        self,
        booked: BookedEntry | None,
        *,
        frozen: FrozenPeriod,
        stored_minor_by_owner: Mapping[UserId, int],
        chain_is_certain: bool,
    ) -> Iterator[Finding]:
        """Hold the house's entry of this slice against the shares that are due."""
        due = Counter(stored_minor_by_owner)
        due.update(self._missing)
        if not self._is_certain or not any(due.values()):
            return
        if booked is not None:
            yield from self.held.check_until(booked, frozen)
        if self.held.until and not self.held.is_certain:
            return
        expected = slice_entry(
            due,
            held_by_owner=self.held.by_owner if self.held.until else {},
            held_until=self.held.until,
            period=self.name.period,
            slice_=self.name.number,
            currency=frozen.currency,
            now=self._settled_at or frozen.closed_at,
        )
        if booked is not None:
            yield from self._differences(booked, expected)
        elif chain_is_certain:
            yield Finding(
                "journal_entries",
                row(patron_id=0, natural_key=self.name.key),
                "it is missing",
                told(expected.postings),
                "",
            )

    def _differences(
        self, booked: BookedEntry, expected: JournalEntry
    ) -> Iterator[Finding]:
        if booked.entry.postings != expected.postings:
            yield Finding(
                "journal_entries",
                booked.row,
                "it does not book what is due",
                told(expected.postings),
                told(booked.entry.postings),
            )
        if self._settled_at not in {None, booked.entry.made_at}:
            yield Finding(
                "slices",
                self.name.row,
                "its settled_at is not when it was booked",
                str(booked.entry.made_at),
                str(self._settled_at),
            )


def _covers_each_once(
    covered: Mapping[int, Span], pots: Sequence[tuple[UserId, int]]
) -> bool:
    spans = sorted(covered.values(), key=lambda span: span.first)
    if any(before.last >= after.first for before, after in pairwise(spans)):
        return False
    return all(any(span.covers(patron) for span in spans) for patron, _slice in pots)


def _misnumbers(covered: Mapping[int, Span], spans: Mapping[int, Span]) -> bool:
    # The same patrons under another number: many pots are right, or one slice is.
    return set(covered.values()) == set(spans.values()) and any(
        covered.get(number) != span and span.first != span.last
        for number, span in spans.items()
    )


def _slices_at_fault(
    period: Period, covered: Mapping[int, Span], spans: Mapping[int, Span]
) -> list[Finding]:
    return [
        Finding(
            "slices",
            row(period=period, slice=number),
            "it does not cover the patrons whose pots name it",
            _told(spans.get(number)),
            _told(covered.get(number)),
        )
        for number in sorted({*covered, *spans})
        if covered.get(number) != spans.get(number)
    ]


def _told(span: Span | None) -> str:
    return "nothing" if span is None else f"patrons {span.first} to {span.last}"
