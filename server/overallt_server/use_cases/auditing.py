"""Auditing: every cent of the books is told once more and held against what is stored.

One pass in one snapshot, a few patrons at a time, so that memory does not grow with
their number::

    teams                each against itself, and against what its members have earned
    periods, slices      what was frozen, in which slices, and which are settled
    each patron          at a glance whether everything is in order, and if not:
                         his chain, his balances, his pots with things and shares
    the house            its chain, and each slice's entry against the shares of it
    the bank             its movements against their entries, its balances
    payouts              each against its entries, and against the file that orders it
    intents              each against its thing and its flattr
    users                each, by what is his
    accounts, marks, ... each against its hash
    witnesses            each against its row
    orders by hand       each against who gave it and what it made
    all                  balances that chains share, and the cash
    shares by thing      each sum against the shares, or what the frozen pots bring

What is found is told by ``core.audit`` and its neighbours; here is only the order.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart, gifts
from overallt_server.core.audit import Finding, row
from overallt_server.core.audit_balances import Balances, PatronBalances
from overallt_server.core.audit_chains import ChainAudit
from overallt_server.core.audit_flattrs import audit_budget, audit_flattr
from overallt_server.core.audit_glance import (
    OF_PERIODS,
    ClosedMonth,
    Glimpse,
    glance,
    ledger_account,
)
from overallt_server.core.audit_held import HeldAudit
from overallt_server.core.audit_lots import OF_SHARES, LotsAudit
from overallt_server.core.audit_periods import FrozenPeriod, audit_rate
from overallt_server.core.audit_pots import (
    BookedEntry,
    PotAudit,
    PotRecords,
    evidence_of,
)
from overallt_server.core.audit_slices import SliceAudit, SliceName, Span, audit_slices
from overallt_server.core.audit_teams import NamedTeams
from overallt_server.core.audit_thing_shares import Fingerprints
from overallt_server.core.periods import CLOSE_AFTER, Period
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import closing_key, settling_key
from overallt_server.core.things import Thing
from overallt_server.storage import audit, audit_payouts, budgets, periods, things
from overallt_server.storage.audit import PatronRows, StoredPot
from overallt_server.storage.audit_sums import glimpses
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.periods import StoredPeriod
from overallt_server.storage.plans import plan_for_many
from overallt_server.storage.schema import HOUSE
from overallt_server.use_cases.auditing_house import (
    CASH,
    HouseAudit,
    booked_entries,
    stray,
)
from overallt_server.use_cases.auditing_tables import audit_whole_tables
from overallt_server.use_cases.auditing_teams import audit_all_teams
from overallt_server.use_cases.auditing_thing_shares import audit_all_thing_shares

# How many patrons' rows are read at once.
PATRONS_AT_ONCE: Final = 500


class Auditing:
    """The use case of auditing the books; it changes nothing."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def audit(self) -> list[Finding]:
        """Check everything; empty if every cent is where it belongs."""
        async with self._database.snapshot() as tx:
            one_pass = _Pass(tx, self._rules.currency)
            await one_pass.run()
            # They are told from all the others, and would only tell their faults again.
            found = one_pass.findings or await audit_all_thing_shares(
                tx, one_pass.of_shares
            )
        # A fault of a whole period is met again in each of its pots.
        return list(dict.fromkeys(found))


class _Pass:
    """One audit: what has been found so far, and what later checks need of it."""

    def __init__(self, tx: Transaction, currency: str) -> None:
        self.findings: list[Finding] = []
        self.of_shares = Fingerprints()
        self._tx = tx
        self._currency = currency
        self._frozen: dict[Period, FrozenPeriod] = {}
        self._teams = NamedTeams({})
        self._spans: dict[Period, Mapping[int, Span]] = {}
        self._months: dict[int, ClosedMonth] = {}
        self._slices: dict[SliceName, SliceAudit] = {}
        self._balances = Balances()
        # What each chain may have put on its way, or noted to have left.
        self._on_their_way: Mapping[int, Sequence[chart.LedgerAccount]] = {}
        # False once some chain could not be told: what chains share proves nothing.
        self._is_certain = True

    async def run(self) -> None:
        await plan_for_many(self._tx)
        self._on_their_way = await audit_payouts.on_their_way(self._tx)
        found, self._teams = await audit_all_teams(self._tx)
        self.findings += found
        await self._check_periods()
        last = HOUSE
        while patrons := await audit.patrons_after(
            self._tx, last, count=PATRONS_AT_ONCE
        ):
            await self._check_patrons(await self._doubted(patrons))
            await self._check_budgets(patrons)
            last = patrons[-1]
        await self._check_house()
        self.findings += await audit_whole_tables(self._tx, self.findings)
        if self._is_certain:
            self.findings += self._balances.findings()

    def _find(
        self, table: str, row_: str, problem: str, expected: object, found: object
    ) -> None:
        self.findings.append(Finding(table, row_, problem, str(expected), str(found)))

    # --- Periods and slices ---------------------------------------------------------

    async def _check_periods(self) -> None:
        stored = sorted(await periods.every(self._tx), key=lambda each: each.period)
        missing = await audit.periods_without_row(self._tx)
        missing += [
            before.period.next
            for before, after in pairwise(stored)
            if after.period != before.period.next
        ]
        for period in sorted(set(missing)):
            self._find("periods", row(period=period), "it is missing", "", "")
        house_keys = await audit.house_keys(self._tx)
        for each in stored:
            await self._check_period(each, house_keys)

    async def _check_period(self, stored: StoredPeriod, house_keys: set[str]) -> None:
        period = stored.period
        earliest = period.end + CLOSE_AFTER
        if stored.closed_at < earliest:
            problem = "it was closed too early"
            self._find(
                "periods", row(period=period), problem, earliest, stored.closed_at
            )
        self._frozen[period] = await self._freeze(stored)
        slices = await audit.slices_of(self._tx, period)
        in_slices = await audit.pot_slices(self._tx, period)
        found, spans = audit_slices(period, slices, in_slices)
        self.findings += found
        self._spans[period] = spans
        by_number = {each.number: each for each in slices}
        for number, span in spans.items():
            name, each = SliceName(period, number), by_number.get(number)
            slice_ = SliceAudit(
                name,
                span,
                settled_at=each.settled_at if each else None,
                released_at=each.released_at if each else None,
                is_booked=name.key in house_keys,
                has_things=await audit.has_things(self._tx, period, span),
                has_shares=await audit.has_shares(self._tx, period, span),
            )
            self.findings += slice_.findings
            self._slices[name] = slice_
        is_settled = {n: self._slices[SliceName(period, n)].is_settled for n in spans}
        self._months[period.number] = ClosedMonth.of(
            self._frozen[period],
            {number: (span, is_settled[number]) for number, span in spans.items()},
        )
        left = [number for number in spans if not is_settled[number]]
        if stored.settled_at is not None and left:
            problem = "it is marked as settled, but some slices are not"
            self._find("periods", row(period=period), problem, "", stored.settled_at)

    async def _freeze(self, stored: StoredPeriod) -> FrozenPeriod:
        told = await audit.rates(self._tx, stored.period)
        teams = self._teams.of(stored.period)
        found, frozen = audit_rate(
            FrozenPeriod(
                stored.period,
                stored.fee_bps,
                stored.currency,
                stored.closed_at,
                stored.held_until,
                teams,
            ),
            told,
        )
        self.findings += found
        return frozen

    # --- Patrons --------------------------------------------------------------------

    async def _doubted(self, patrons: list[UserId]) -> list[UserId]:
        # Books what is in order at a glance; the others are to be told in full. So is
        # the first, always: a fault of the sums themselves would show in him.
        seen = await glimpses(self._tx, Span(patrons[0], patrons[-1]))
        doubted = patrons[:1]
        for each in seen.values():
            self.of_shares.add(each.shares)
        for patron in patrons[1:]:
            sums = glance(patron, seen.get(patron, Glimpse()), self._months)
            if sums is None:
                doubted.append(patron)
                continue
            for (text, currency), minor in sums.items():
                if minor and (account := ledger_account(text)):
                    self._balances.add(account, minor, currency)
        return doubted

    async def _check_budgets(self, patrons: list[UserId]) -> None:
        before = UserId(patrons[0] - 1)
        given = await budgets.after(self._tx, before, count=len(patrons))
        for patron in patrons:
            if patron in given:
                self.findings += audit_budget(patron, given[patron], self._currency)

    async def _check_patrons(self, patrons: list[UserId]) -> None:
        rows = await audit.rows_of(self._tx, Span(patrons[0], patrons[-1]))
        flattred = {
            thing
            for each in rows.values()
            for in_period in each.flattrs.values()
            for thing in in_period
        }
        registered = await things.many(self._tx, flattred)
        for patron in patrons:
            self._check_patron(patron, rows.get(patron, PatronRows()), registered)

    def _check_patron(
        self, patron: UserId, rows: PatronRows, registered: Mapping[ThingId, Thing]
    ) -> None:
        chain = ChainAudit(patron, self._accounts_of(patron, rows))
        own, lots, held = PatronBalances(patron), LotsAudit(patron), HeldAudit(patron)
        by_key: dict[str, BookedEntry] = {}
        for booked in booked_entries(chain, rows.entries, rows.entries[1:]):
            own.book(booked)
            self.findings += lots.check(booked)
            held.book(booked)
            self._balances.book(booked)
            by_key[booked.entry.natural_key] = booked
        chain.finish(rows.lost_numbers)
        self._take(chain, own)
        for period, frozen in self._frozen.items():
            pot = rows.pots.get(period)
            if pot is None:
                self._check_no_pot(patron, frozen, rows, by_key)
                continue
            slice_ = self._slice_of(patron, period, pot)
            in_pot = frozen.with_teams(rows.things[period])
            records = PotRecords(
                patron=patron,
                frozen=frozen,
                slice_=slice_.name.number,
                is_settled=slice_.is_settled,
                pot=pot.pot,
                fee_bps=pot.fee_bps,
                weights=pot.weights,
                things=in_pot,
                evidence=evidence_of(frozen, rows.flattrs[period], in_pot, registered),
                shares=rows.shares[period],
                closing=by_key.get(closing_key(period)),
                settling=by_key.get(settling_key(period)),
                chain_is_certain=chain.is_certain,
            )
            pot_audit = PotAudit(records)
            self.findings += pot_audit.findings
            slice_.add(records, pot_audit)
            held.add_to(slice_.held, records, pot_audit)
        self.findings += held.findings()
        self._check_strays(patron, rows, by_key)
        for period, flattrs in rows.flattrs.items():
            closed = self._frozen.get(period)
            for thing, flattr in flattrs.items():
                self.findings += audit_flattr(
                    flattr,
                    registered.get(thing),
                    self._teams.of_thing(thing, period),
                    closed_at=closed.closed_at if closed else None,
                    is_frozen=thing in rows.things[period],
                )

    def _check_strays(
        self, patron: UserId, rows: PatronRows, by_key: Mapping[str, BookedEntry]
    ) -> None:
        # What says that it is of a closed period, and is of none.
        for table, periods_ in (("pot_things", rows.things), ("shares", rows.shares)):
            for period in sorted(periods_.keys() - self._frozen.keys()):
                key = row(patron_id=patron, period=period)
                self._find(table, key, "its period is not closed", "", "")
        keys = {closing_key(period) for period in self._frozen}
        keys |= {settling_key(period) for period in self._frozen}
        for natural_key, booked in by_key.items():
            if booked.entry.kind in OF_PERIODS and natural_key not in keys:
                self.findings.append(stray(booked))

    def _accounts_of(
        self, patron: UserId, rows: PatronRows
    ) -> Iterable[chart.LedgerAccount]:
        yield from (chart.means(patron), chart.revenue(patron))
        yield from self._on_their_way.get(patron, ())
        yield from (chart.receivable(patron), chart.CHARGEBACK_LOSS)
        yield from (chart.FEE_INCOME, chart.PAYMENT_COST, chart.SUSPENSE, *CASH)
        for period, pot in rows.pots.items():
            yield chart.reserved(patron, period)
            yield chart.clearing(period, pot.slice_)
        for entry in rows.entries:
            yield from gifts.accounts_told(entry.memo)
        if any(entry.kind in OF_SHARES for entry in rows.entries):
            for share in (each for some in rows.shares.values() for each in some):
                yield from (chart.held(share.owner), chart.revenue(share.owner))

    def _slice_of(self, patron: UserId, period: Period, pot: StoredPot) -> SliceAudit:
        spans = self._spans[period]
        number = pot.slice_
        if number not in spans or not spans[number].covers(patron):
            number = next(n for n, span in spans.items() if span.covers(patron))
        return self._slices[SliceName(period, number)]

    def _check_no_pot(
        self,
        patron: UserId,
        frozen: FrozenPeriod,
        rows: PatronRows,
        by_key: Mapping[str, BookedEntry],
    ) -> None:
        period = frozen.period
        booked = by_key.get(closing_key(period))
        given = [each for each in rows.flattrs[period].values() if not each.undone_at]
        if booked or given or rows.things[period] or rows.shares[period]:
            amount = booked.entry.postings[0].amount if booked else ""
            key = row(patron_id=patron, period=period)
            self._find("pots", key, "it is missing", amount, "")

    async def _check_house(self) -> None:
        house = HouseAudit(self._tx, self._frozen, self._slices, self._balances)
        chain, own = await house.run(self._on_their_way.get(HOUSE, ()))
        self.findings += house.findings
        self._take(chain, own)

    def _take(self, chain: ChainAudit, own: PatronBalances) -> None:
        # Balances are proof only if every entry of the chain could be told.
        self.findings += chain.findings
        if chain.is_certain:
            self.findings += own.findings
        else:
            self._is_certain = False
