"""Auditing a pot: what one patron gave in one closed period, settled once more.

What is held against what, and which of the two is believed::

    pots.pot_minor       the entry that reserved it        the entry (it has a hash)
    pots.fee_bps         the rate of the period            the period
    pots.weight          the pot_things, and the flattrs   whichever agrees
    pot_things           the flattrs and their things      whichever explains the shares
    shares               settle(pot, rate, pot_things)     settle
    the settling entry   settle(pot, rate, pot_things)     settle

Neither the owner of a thing nor its being a charity can change, so a thing as it is
registered is as good a witness as the flattr. Teams are told before (``audit_teams``):
the pot has those that hold in its period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_periods import FrozenPeriod
from overallt_server.core.flattrs import Flattr
from overallt_server.core.journal import JournalEntry, Posting
from overallt_server.core.money import Money
from overallt_server.core.settlement import (
    FIRST_REVISION,
    PotThing,
    PotWeights,
    Settlement,
    Share,
    closing_entry,
    patron_entry,
    settle,
)
from overallt_server.core.teams import NO_TEAM
from overallt_server.core.things import Thing

type PotThings = Mapping[ThingId, PotThing]


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry as it was booked, with the key of its row."""

    row: str
    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class StoredShare:
    """A row of shares."""

    thing: ThingId
    revision: int
    owner: UserId
    amount: Money


@dataclass(frozen=True, slots=True)
class PotRecords:
    """All that is stored of what *patron* gave in one closed period.

    ``things`` are the frozen rows, ``evidence`` what they should be by the flattrs
    that are not undone and the things as they are registered now. ``closing`` and
    ``settling`` prove nothing by their absence unless ``chain_is_certain``.
    """

    patron: UserId
    frozen: FrozenPeriod
    slice_: int
    is_settled: bool
    pot: Money
    fee_bps: int
    weights: PotWeights
    things: PotThings
    evidence: PotThings
    shares: Sequence[StoredShare]
    closing: BookedEntry | None
    settling: BookedEntry | None
    chain_is_certain: bool


class PotAudit:
    """Checks one patron's records of one closed period.

    ``settlement`` is what is due by all that is believed; ``None`` if that cannot be
    told, or if the pot is not settled yet.
    """

    def __init__(self, records: PotRecords) -> None:
        """Check *records*."""
        self.findings: list[Finding] = []
        self.settlement: Settlement | None = None
        self._records = records
        self._period = records.frozen.period
        self._row = row(patron_id=records.patron, period=self._period)
        self._pot_minor = self._check_pot()
        self._check_rate_and_currency()
        things = self._check_things()
        if records.is_settled:
            self.settlement = self._settle(things)
        if records.is_settled and self.settlement is None:
            problem = "there is nothing in it that it could be shared over"
            self._find("pots", self._row, problem, "", self._money(self._pot_minor))
        else:
            self._check_weights()
            self._check_shares()
            self._check_settling()

    def _find(
        self, table: str, row_: str, problem: str, expected: object, found: object
    ) -> None:
        self.findings.append(Finding(table, row_, problem, str(expected), str(found)))

    def _money(self, minor: int) -> Money:
        return Money(minor, self._records.frozen.currency)

    def _check_pot(self) -> int:
        records, booked = self._records, self._records.closing
        stored = records.pot.minor
        if booked is None:
            if not records.chain_is_certain:
                return stored
            minor = 0
        else:
            pot = booked.entry.postings[0].amount
            minor = pot.minor
            expected = closing_entry(
                patron=records.patron,
                period=self._period,
                pot=pot,
                now=records.frozen.closed_at,
            )
            self._check_entry(booked, expected)
            if expected.made_at != booked.entry.made_at:
                self._find(
                    "periods",
                    row(period=self._period),
                    "its closed_at is not when its pots were reserved",
                    booked.entry.made_at,
                    expected.made_at,
                )
        if stored != minor:
            self._find(
                "pots",
                self._row,
                "the pot is not what was reserved",
                self._money(minor),
                self._money(stored),
            )
        return minor

    def _check_entry(self, booked: BookedEntry, expected: JournalEntry) -> None:
        if booked.entry.postings != expected.postings:
            self._find(
                "journal_entries",
                booked.row,
                "it does not book what is due",
                told(expected.postings),
                told(booked.entry.postings),
            )

    def _check_rate_and_currency(self) -> None:
        frozen, records = self._records.frozen, self._records
        if records.fee_bps != frozen.fee_bps:
            self._find(
                "pots",
                self._row,
                "its fee_bps is not the rate of the period",
                frozen.fee_bps,
                records.fee_bps,
            )
        if records.pot.currency != frozen.currency:
            self._find(
                "pots",
                self._row,
                "its currency is not that of the period",
                frozen.currency,
                records.pot.currency,
            )

    def _settle(self, things: PotThings) -> Settlement | None:
        try:
            return settle(
                self._pot_minor,
                self._records.frozen.fee_bps,
                list(things.values()),
                patron=self._records.patron,
                period=self._period,
            )
        except ValueError:
            return None

    def _explains_shares(self, things: PotThings) -> bool:
        settlement = self._settle(things)
        stored = {
            Share(share.thing, share.owner, share.amount.minor)
            for share in self._records.shares
        }
        return settlement is not None and stored == set(settlement.shares)

    def _check_things(self) -> PotThings:
        """Hold pot things against flattrs; return those that are believed."""
        stored, evidence = self._records.things, self._records.evidence
        differing = [
            thing
            for thing in sorted({*stored, *evidence})
            if stored.get(thing) != evidence.get(thing)
        ]
        is_settled = self._records.is_settled
        if is_settled and not self._explains_shares(stored):
            for chosen in (differing, *([thing] for thing in differing)):
                believed = _put_back(stored, evidence, chosen)
                if chosen and self._explains_shares(believed):
                    for thing in chosen:
                        self._find_thing(thing)
                    return believed
        for thing in differing:
            instead = _put_back(stored, evidence, [thing])
            if is_settled and not self._explains_shares(instead):
                self._find_witness(thing)
            else:
                self._find_thing(thing)
        return stored

    def _check_weights(self) -> None:
        records = self._records
        due, stored = PotWeights.of(records.evidence.values()), records.weights
        # A thing or a flattr that is wrong has been named for itself.
        if stored not in {due, PotWeights.of(records.things.values())}:
            problem = "its weights are not those of its things"
            self._find(
                "pots", self._row, problem, _weights_told(due), _weights_told(stored)
            )

    def _find_thing(self, thing: ThingId) -> None:
        self._find(
            "pot_things",
            f"{self._row} thing_id={thing}",
            "it is not what was flattred",
            _thing_told(self._records.evidence.get(thing)),
            _thing_told(self._records.things.get(thing)),
        )

    def _find_witness(self, thing: ThingId) -> None:
        # The pot thing explains the shares, so its flattr or its thing is at fault.
        records = self._records
        frozen, evidence = records.things.get(thing), records.evidence.get(thing)
        values = _thing_told(frozen), _thing_told(evidence)
        problem = "it is not what was frozen in the pot"
        if frozen and evidence and frozen.weight == evidence.weight:
            self._find("things", row(id=thing), problem, *values)
        else:
            self._find("flattrs", f"{self._row} thing_id={thing}", problem, *values)

    def _check_shares(self) -> None:
        settled = self.settlement.shares if self.settlement else ()
        due = {
            (share.thing, FIRST_REVISION, share.owner): StoredShare(
                share.thing, FIRST_REVISION, share.owner, self._money(share.minor)
            )
            for share in settled
        }
        stored = {
            (share.thing, share.revision, share.owner): share
            for share in self._records.shares
        }
        for key in sorted({*due, *stored}):
            if due.get(key) != stored.get(key):
                thing, revision, owner = key
                self._find(
                    "shares",
                    f"{self._row} thing_id={thing} revision={revision} "
                    f"owner_id={owner}",
                    "it is not the thing's share of the pot",
                    _share_told(due.get(key)),
                    _share_told(stored.get(key)),
                )

    def _check_settling(self) -> None:
        records, booked = self._records, self._records.settling
        if self.settlement is None or not self._pot_minor:
            if booked is not None:
                problem = "it books a settlement that is not due"
                found = told(booked.entry.postings)
                self._find("journal_entries", booked.row, problem, "", found)
            return
        expected = patron_entry(
            self.settlement,
            patron=records.patron,
            period=self._period,
            slice_=records.slice_,
            currency=records.frozen.currency,
            now=records.frozen.closed_at,
        )
        if booked is not None:
            self._check_entry(booked, expected)
        elif records.chain_is_certain:
            row_ = row(patron_id=records.patron, natural_key=expected.natural_key)
            due = told(expected.postings)
            self._find("journal_entries", row_, "it is missing", due, "")


def evidence_of(
    frozen: FrozenPeriod,
    flattrs: Mapping[ThingId, Flattr],
    in_pot: PotThings,
    registered: Mapping[ThingId, Thing],
) -> PotThings:
    """Tell the things of a pot by the *flattrs* and the things as they are now.

    A flattr's thing that is not *registered* is what it is *in_pot*: that there is no
    such thing is the flattr's finding, not the pot's.
    """
    evidence: dict[ThingId, PotThing] = {}
    for id_, flattr in flattrs.items():
        if flattr.undone_at is not None and flattr.undone_at <= frozen.closed_at:
            continue
        thing = registered.get(id_)
        if thing is not None:
            team = frozen.teams.get(id_, NO_TEAM)
            evidence[id_] = PotThing(
                id_, thing.owner, flattr.weight, thing.charity, team
            )
        elif id_ in in_pot:
            evidence[id_] = in_pot[id_]
    return evidence


def _weights_told(weights: PotWeights) -> str:
    return f"weight={weights.every} paying_weight={weights.paying}"


def _put_back(
    stored: PotThings, evidence: PotThings, chosen: Sequence[ThingId]
) -> PotThings:
    kept = {thing: each for thing, each in stored.items() if thing not in chosen}
    return kept | {thing: evidence[thing] for thing in chosen if thing in evidence}


def _thing_told(thing: PotThing | None) -> str:
    if thing is None:
        return "nothing"
    charity = ", charity" if thing.charity else ""
    return f"owner {thing.owner}, weight {thing.weight}{charity}"


def _share_told(share: StoredShare | None) -> str:
    return "nothing" if share is None else f"{share.amount} for owner {share.owner}"


def told(postings: Sequence[Posting]) -> str:
    """Write *postings* in one line, for people."""
    return ", ".join(
        f"{posting.side} {posting.ledger_account} {posting.amount}"
        for posting in postings
    )
