"""What an audit reads: rows as they stand, of a few patrons at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit_chains import StoredEntry, StoredPosting
from overallt_server.core.audit_pots import StoredShare
from overallt_server.core.audit_slices import Span, StoredSlice
from overallt_server.core.flattrs import Flattr
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import PotThing, PotWeights
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import sum_of
from overallt_server.storage.schema import (
    HOUSE,
    budgets,
    flattrs,
    journal_entries,
    periods,
    postings,
    pot_things,
    pots,
    shares,
    slices,
    team_members,
    things,
)

_OF_PATRONS: Final = (
    budgets,
    flattrs,
    journal_entries,
    postings,
    pot_things,
    pots,
    shares,
)


@dataclass(frozen=True, slots=True)
class StoredPot:
    """A row of pots."""

    slice_: int
    pot: Money
    fee_bps: int
    weights: PotWeights


@dataclass(frozen=True, slots=True)
class PatronRows:
    """All rows of one patron that an audit looks at."""

    entries: list[StoredEntry] = field(default_factory=list)
    # Numbers of postings whose entry is not there.
    lost_numbers: set[int] = field(default_factory=set)
    pots: dict[Period, StoredPot] = field(default_factory=dict)
    things: defaultdict[Period, dict[ThingId, PotThing]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    shares: defaultdict[Period, list[StoredShare]] = field(
        default_factory=lambda: defaultdict(list)
    )
    flattrs: defaultdict[Period, dict[ThingId, Flattr]] = field(
        default_factory=lambda: defaultdict(dict)
    )


async def patrons_after(tx: Transaction, patron: int, *, count: int) -> list[UserId]:
    """List the next *count* patrons after *patron* of whom there is any row."""
    found: set[int] = set()
    for table in _OF_PATRONS:
        ids = await tx.execute(
            sa.select(table.c.patron_id)
            .where(table.c.patron_id > patron)
            .distinct()
            .order_by(table.c.patron_id)
            .limit(count)
        )
        found.update(row.patron_id for row in ids)
    return [UserId(each) for each in sorted(found)[:count]]


async def rows_of(tx: Transaction, span: Span) -> Mapping[UserId, PatronRows]:
    """Return the rows of each patron of *span*."""
    found: defaultdict[UserId, PatronRows] = defaultdict(PatronRows)
    for row in await _rows(tx, pots, span):
        found[UserId(row.patron_id)].pots[row.period] = StoredPot(
            row.slice,
            Money(row.pot_minor, row.currency),
            row.fee_bps,
            PotWeights(row.weight, row.paying_weight),
        )
    for row in await _rows(tx, pot_things, span):
        thing = ThingId(row.thing_id)
        found[UserId(row.patron_id)].things[row.period][thing] = PotThing(
            thing, UserId(row.owner_id), row.weight, row.charity
        )
    for row in await _rows(tx, shares, span):
        found[UserId(row.patron_id)].shares[row.period].append(
            StoredShare(
                ThingId(row.thing_id),
                row.revision,
                UserId(row.owner_id),
                Money(row.share_minor, row.currency),
            )
        )
    for row in await _rows(tx, flattrs, span):
        patron, thing = UserId(row.patron_id), ThingId(row.thing_id)
        found[patron].flattrs[row.period][thing] = Flattr(
            patron, thing, row.period, row.weight, row.flattred_at, row.undone_at
        )
    for entry in await entries_of(tx, span):
        found[UserId(entry.chain)].entries.append(entry)
    for patron, number in await _lost_numbers(tx, span):
        found[patron].lost_numbers.add(number)
    return found


async def entries_of(tx: Transaction, span: Span) -> list[StoredEntry]:
    """List the entries of the patrons of *span*, by patron and number."""
    return await stored_entries(
        tx, _between(journal_entries, span), _between(postings, span)
    )


async def house_entries(
    tx: Transaction, *, after: int, count: int
) -> list[StoredEntry]:
    """List the next *count* entries of the house's chain after the number *after*."""
    numbers = await tx.execute(
        sa.select(journal_entries.c.number)
        .where(journal_entries.c.patron_id == HOUSE, journal_entries.c.number > after)
        .order_by(journal_entries.c.number)
        .limit(count)
    )
    chosen = [row.number for row in numbers]
    return await stored_entries(
        tx,
        (journal_entries.c.patron_id == HOUSE) & journal_entries.c.number.in_(chosen),
        (postings.c.patron_id == HOUSE) & postings.c.number.in_(chosen),
    )


async def house_keys(tx: Transaction) -> set[str]:
    """Return the natural keys of the house's entries."""
    keys = await tx.execute(
        sa.select(journal_entries.c.natural_key).where(
            journal_entries.c.patron_id == HOUSE
        )
    )
    return {row.natural_key for row in keys}


async def lost_house_numbers(tx: Transaction) -> set[int]:
    """Return the numbers of the house's postings whose entry is not there."""
    lost = await _lost_numbers(tx, Span(UserId(HOUSE), UserId(HOUSE)))
    return {number for _patron, number in lost}


async def slices_of(tx: Transaction, period: Period) -> list[StoredSlice]:
    """List the slices of *period*."""
    rows = await tx.execute(
        sa.select(slices).where(slices.c.period == period).order_by(slices.c.slice)
    )
    return [
        StoredSlice(
            row.slice,
            Span(UserId(row.first_patron_id), UserId(row.last_patron_id)),
            row.settled_at,
            row.released_at,
        )
        for row in rows
    ]


async def pot_slices(tx: Transaction, period: Period) -> list[tuple[UserId, int]]:
    """List (patron, slice) of all pots of *period*."""
    rows = await tx.execute(
        sa.select(pots.c.patron_id, pots.c.slice).where(pots.c.period == period)
    )
    return [(UserId(row.patron_id), row.slice) for row in rows]


async def rates(tx: Transaction, period: Period) -> dict[tuple[int, str], int]:
    """Count the pots of *period* for each (fee rate, currency) that they name."""
    rows = await tx.execute(
        sa.select(pots.c.fee_bps, pots.c.currency, sa.func.count().label("pots"))
        .where(pots.c.period == period)
        .group_by(pots.c.fee_bps, pots.c.currency)
    )
    return {(row.fee_bps, row.currency): row.pots for row in rows}


async def periods_without_row(tx: Transaction) -> list[Period]:
    """List the periods of which there are pots or slices, but no period."""
    told = sa.union(sa.select(pots.c.period), sa.select(slices.c.period)).subquery()
    rows = await tx.execute(
        sa.select(told.c.period)
        .where(told.c.period.not_in(sa.select(periods.c.period)))
        .order_by(told.c.period)
    )
    return [row.period for row in rows]


async def has_things(tx: Transaction, period: Period, span: Span) -> bool:
    """Tell whether there is anything in the pots of *span*."""
    return await _has_any(tx, pot_things, period, span)


async def has_shares(tx: Transaction, period: Period, span: Span) -> bool:
    """Tell whether there is any share of the patrons of *span*."""
    return await _has_any(tx, shares, period, span)


async def owners_shares(
    tx: Transaction, period: Period, span: Span
) -> dict[UserId, int]:
    """Sum the shares of the patrons of *span* by owner."""
    total = sum_of(shares.c.share_minor).label("minor")
    rows = await tx.execute(
        sa.select(shares.c.owner_id, total)
        .where(shares.c.period == period, _between(shares, span))
        .group_by(shares.c.owner_id)
    )
    return {UserId(row.owner_id): row.minor for row in rows}


async def owners(tx: Transaction) -> list[UserId]:
    """List everybody who owns a thing, or is or was in a team."""
    owning = sa.select(things.c.owner_id).union(sa.select(team_members.c.user_id))
    rows = await tx.execute(owning)
    return [UserId(row.owner_id) for row in rows]


def _between(table: sa.Table, span: Span) -> "sa.ColumnElement[bool]":
    return table.c.patron_id.between(span.first, span.last)


async def _rows(tx: Transaction, table: sa.Table, span: Span) -> Sequence[sa.Row[Any]]:
    keys = list(table.primary_key)
    rows = await tx.execute(
        sa.select(table).where(_between(table, span)).order_by(*keys)
    )
    return rows.all()


async def _has_any(
    tx: Transaction, table: sa.Table, period: Period, span: Span
) -> bool:
    rows = await tx.execute(
        sa.select(table.c.patron_id)
        .where(table.c.period == period, _between(table, span))
        .limit(1)
    )
    return rows.first() is not None


async def stored_entries(
    tx: Transaction,
    chosen: "sa.ColumnElement[bool]",
    chosen_postings: "sa.ColumnElement[bool]",
) -> list[StoredEntry]:
    """List the *chosen* entries with the *chosen_postings*, by chain and number."""
    lines: defaultdict[tuple[int, int], list[StoredPosting]] = defaultdict(list)
    for row in await tx.execute(
        sa.select(postings).where(chosen_postings).order_by(postings.c.line)
    ):
        lines[row.patron_id, row.number].append(
            StoredPosting(
                row.line, row.side, row.ledger_account, row.amount_minor, row.currency
            )
        )
    rows = await tx.execute(
        sa.select(journal_entries)
        .where(chosen)
        .order_by(journal_entries.c.patron_id, journal_entries.c.number)
    )
    return [
        StoredEntry(
            row.patron_id,
            row.number,
            row.natural_key,
            row.kind,
            row.memo,
            row.made_at,
            bytes(row.previous_hash),
            bytes(row.hash),
            tuple(lines[row.patron_id, row.number]),
        )
        for row in rows
    ]


async def _lost_numbers(tx: Transaction, span: Span) -> list[tuple[UserId, int]]:
    rows = await tx.execute(
        sa.select(postings.c.patron_id, postings.c.number)
        .distinct()
        .outerjoin(
            journal_entries,
            (journal_entries.c.patron_id == postings.c.patron_id)
            & (journal_entries.c.number == postings.c.number),
        )
        .where(_between(postings, span), journal_entries.c.number.is_(None))
    )
    return [(UserId(row.patron_id), row.number) for row in rows]
