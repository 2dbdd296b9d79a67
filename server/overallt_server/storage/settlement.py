"""Settling a slice of patrons by a few statements; nothing of it travels here.

``core.settlement`` settles one patron and says what is right; these statements do the
same to all patrons of a slice at once, in one text for SQLite and PostgreSQL::

    pots, pot_things ──▶ shares ──▶ journal_entries ──▶ postings

Every join and every window stays within one patron, so that Citus can do a patron's
part where his rows are. All numbers are 64-bit integers, and tests hold every share,
posting and hash to the core's. An entry is booked only where fee and shares, each told
for itself, are the pot (I5); who has none then breaks the books.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.allocation import (
    PATRON_FACTOR,
    PERIOD_FACTOR,
    PRIME,
    THING_FACTOR,
)
from overallt_server.core.chart import Side
from overallt_server.core.journal import BrokenBooks
from overallt_server.core.money import Money
from overallt_server.core.settlement import (
    ALL_BPS,
    FIRST_REVISION,
    Settlement,
    Share,
    patron_entry,
)
from overallt_server.storage.database import Transaction
from overallt_server.storage.periods import Slice, StoredPeriod
from overallt_server.storage.schema import (
    Instant,
    PeriodNumber,
    journal_entries,
    postings,
    pot_things,
    pots,
    shares,
)

type _Number = sa.ColumnElement[int]
type _Words = sa.ColumnElement[str]

_PERIOD: Final = sa.bindparam("of_period", type_=PeriodNumber)
_FIRST: Final = sa.bindparam("first_patron", type_=sa.BigInteger)
_LAST: Final = sa.bindparam("last_patron", type_=sa.BigInteger)
_KEY: Final = sa.bindparam("entry_key", type_=sa.Text)
_KIND: Final = sa.bindparam("entry_kind", type_=sa.Text)
_MEMO: Final = sa.bindparam("entry_memo", type_=sa.Text)
_MADE_AT: Final = sa.bindparam("entry_made_at", type_=Instant)
_SECONDS: Final = sa.bindparam("entry_seconds", type_=sa.Text)
_MONTH: Final = sa.bindparam("month", type_=sa.Text)
_CLEARING: Final = sa.bindparam("clearing", type_=sa.Text)


async def settle_patrons(
    tx: Transaction, stored: StoredPeriod, slice_: Slice, now: datetime
) -> None:
    """Book each patron of *slice_*: his shares, and the entry of his pot.

    Their locks are held.

    Raises:
        BrokenBooks: a pot and what it becomes are not the same.
        sqlalchemy.exc.IntegrityError: one of them is settled already.
    """
    values = _values(stored, slice_, now)
    await tx.execute(_ADD_SHARES, values)
    await tx.execute(_ADD_ENTRIES, values)
    await tx.execute(_ADD_POSTINGS, values)
    undivided = (await tx.execute(_UNDIVIDED, values)).first()
    if undivided is not None:
        pot = Money(undivided.pot_minor, undivided.currency)
        raise BrokenBooks(
            f"the pot of {pot} of patron {undivided.patron_id} for "
            f"{stored.period} cannot be divided"
        )


async def earned(
    tx: Transaction, stored: StoredPeriod, slice_: Slice
) -> Mapping[UserId, int]:
    """Sum what the patrons of *slice_* bring each owner, in minor units."""
    values = {
        _PERIOD.key: stored.period,
        _FIRST.key: slice_.first,
        _LAST.key: slice_.last,
    }
    rows = await tx.execute(_EARNED, values)
    return {UserId(owner): minor for owner, minor in rows}


def _values(stored: StoredPeriod, slice_: Slice, now: datetime) -> dict[str, object]:
    # What all entries of a slice have in common is read off one that the core makes.
    entry = patron_entry(
        Settlement(0, (Share(ThingId(1), slice_.first, 1),)),
        patron=slice_.first,
        period=stored.period,
        slice_=slice_.number,
        currency=stored.currency,
        now=now,
    )
    return {
        _PERIOD.key: stored.period,
        _FIRST.key: slice_.first,
        _LAST.key: slice_.last,
        _KEY.key: entry.natural_key,
        _KIND.key: str(entry.kind),
        _MEMO.key: entry.memo,
        _MADE_AT.key: entry.made_at,
        _SECONDS.key: str(int(entry.made_at.timestamp())),
        _MONTH.key: str(stored.period),
        _CLEARING.key: str(chart.clearing(stored.period, slice_.number)),
    }


def _of_slice(table: sa.Table) -> sa.ColumnElement[bool]:
    # Told of each table, not left to a join: each is read by its own key.
    return sa.and_(table.c.period == _PERIOD, table.c.patron_id.between(_FIRST, _LAST))


def _sum(number: _Number) -> _Number:
    # PostgreSQL sums bigint to numeric.
    return sa.cast(sa.func.sum(number), sa.BigInteger)


def _effective(fee_bps: _Number) -> _Number:
    # The weight of a thing after fee, which charities do not bear.
    return pot_things.c.weight * sa.case(
        (pot_things.c.charity, ALL_BPS), else_=ALL_BPS - fee_bps
    )


def _tie_key(row: Any) -> _Number:
    # core.allocation.tie_key; every product stays under 2**62.
    mixed = (
        row.thing_id % PRIME * THING_FACTOR
        + row.patron_id % PRIME * PATRON_FACTOR
        + sa.type_coerce(row.period, sa.BigInteger) * PERIOD_FACTOR
    ) % PRIME
    key: _Number = mixed * mixed % PRIME * mixed % PRIME
    return key


def _totals() -> sa.CTE:
    # Of each patron: the fee, and the sum of the weights after it. A pot whose weights
    # are all zero has no fee, and so no entry.
    pot, rate = sa.func.min(pots.c.pot_minor), sa.func.min(pots.c.fee_bps)
    paying = _sum(sa.case((pot_things.c.charity, 0), else_=pot_things.c.weight))
    every = sa.func.nullif(_sum(pot_things.c.weight), 0, type_=sa.BigInteger)
    return (
        sa.select(
            pots.c.patron_id,
            pot.label("pot_minor"),
            rate.label("fee_bps"),
            sa.func.min(pots.c.currency).label("currency"),
            (pot * rate * paying // (ALL_BPS * every)).label("fee_minor"),
            sa.func.nullif(
                _sum(_effective(pots.c.fee_bps)), 0, type_=sa.BigInteger
            ).label("pool"),
        )
        .join(pot_things, pot_things.c.patron_id == pots.c.patron_id)
        .where(_of_slice(pots), _of_slice(pot_things))
        .group_by(pots.c.patron_id)
        .cte("totals")
    )


def _add_shares() -> sa.Insert:
    totals = _totals()
    effective = _effective(totals.c.fee_bps)
    parts = (
        sa.select(
            pot_things.c.patron_id,
            pot_things.c.period,
            pot_things.c.thing_id,
            pot_things.c.owner_id,
            totals.c.currency,
            totals.c.pool,
            ((totals.c.pot_minor - totals.c.fee_minor) * effective).label("part"),
        )
        .join(totals, totals.c.patron_id == pot_things.c.patron_id)
        .where(_of_slice(pot_things))
        .cte("parts")
    )
    remainder = parts.c.part % parts.c.pool
    # One window for both, so that each patron's things are sorted once.
    in_order: Any = {
        "partition_by": parts.c.patron_id,
        "order_by": (remainder.desc(), _tie_key(parts.c), parts.c.thing_id),
        "rows": (None, None),
    }
    served = (
        sa.select(
            parts,
            sa.func.row_number().over(**in_order).label("place"),
            sa.cast(sa.func.sum(remainder).over(**in_order), sa.BigInteger).label(
                "remainders"
            ),
        )
    ).cte("served")
    # As many units are left over as the remainders are whole pools together. There is
    # no pool if all is fee.
    odd_unit = sa.case(
        (served.c.place * served.c.pool <= served.c.remainders, 1), else_=0
    )
    return sa.insert(shares).from_select(
        [column.name for column in shares.c],
        sa.select(
            served.c.patron_id,
            served.c.period,
            served.c.thing_id,
            sa.literal(FIRST_REVISION, sa.BigInteger),
            served.c.owner_id,
            sa.func.coalesce(served.c.part // served.c.pool, 0) + odd_unit,
            served.c.currency,
        ),
    )


def _shared() -> sa.Subquery:
    return (
        sa.select(
            shares.c.patron_id,
            _sum(shares.c.share_minor).label("minor"),
            sa.func.min(shares.c.share_minor).label("least"),
        )
        .where(_of_slice(shares), shares.c.revision == FIRST_REVISION)
        .group_by(shares.c.patron_id)
        .subquery("shared")
    )


def _add_entries() -> sa.Insert:
    totals, shared = _totals(), _shared()
    newest = (
        sa.select(
            journal_entries.c.patron_id,
            sa.func.max(journal_entries.c.number).label("number"),
        )
        .where(journal_entries.c.patron_id.between(_FIRST, _LAST))
        .group_by(journal_entries.c.patron_id)
        .subquery("newest")
    )
    head = journal_entries.alias("head")
    text = _hashed(head.c.hash, totals.c, shared.c.minor)
    return sa.insert(journal_entries).from_select(
        [column.name for column in journal_entries.c],
        sa.select(
            totals.c.patron_id,
            head.c.number + 1,
            _KEY,
            _KIND,
            _MEMO,
            _MADE_AT,
            head.c.hash,
            sa.func.sha256(sa.func.convert_to(text, "UTF8")),
        )
        .join(shared, shared.c.patron_id == totals.c.patron_id)
        .join(newest, newest.c.patron_id == totals.c.patron_id)
        .join(
            head,
            sa.and_(
                head.c.patron_id == newest.c.patron_id,
                head.c.number == newest.c.number,
            ),
        )
        .where(
            totals.c.pot_minor > 0,
            shared.c.least >= 0,
            totals.c.fee_minor + shared.c.minor == totals.c.pot_minor,
        ),
    )


def _hashed(previous: sa.ColumnElement[bytes], of: Any, shared: _Number) -> _Words:
    # The text that core.journal.digest hashes, of an entry that core.settlement makes.
    in_clearing = _line(Side.CREDIT, _CLEARING, shared, of.currency)
    in_fee = _line(
        Side.CREDIT, sa.literal(str(chart.FEE_INCOME)), of.fee_minor, of.currency
    )
    return (
        _fields(sa.func.encode(previous, "hex", type_=sa.Text), _KIND, _KEY)
        + _fields(_MEMO, _SECONDS)
        + _line(Side.DEBIT, _reserved(of.patron_id), of.pot_minor, of.currency)
        + sa.case((shared > 0, in_clearing), else_="")
        + sa.case((of.fee_minor > 0, in_fee), else_="")
    )


def _line(
    side: Side, ledger_account: _Words, minor: _Number, currency: _Words
) -> _Words:
    return _fields(
        sa.literal(str(side)), ledger_account, sa.cast(minor, sa.Text), currency
    )


def _fields(*words: _Words) -> _Words:
    text = _field(words[0])
    for each in words[1:]:
        text += _field(each)
    return text


def _field(word: _Words) -> _Words:
    length = sa.cast(sa.func.length(word), sa.Text)
    return length + sa.literal(":") + word + sa.literal(",")


def _reserved(patron: _Number) -> _Words:
    prefix = sa.literal(f"{chart.AccountName.RESERVED}:")
    return prefix + sa.cast(patron, sa.Text) + sa.literal(":") + _MONTH


def _add_postings() -> sa.Insert:
    shared = _shared()
    settled = (
        sa.select(
            pots.c.patron_id,
            journal_entries.c.number,
            pots.c.pot_minor,
            pots.c.currency,
            shared.c.minor.label("shared_minor"),
        )
        .join(shared, shared.c.patron_id == pots.c.patron_id)
        .join(journal_entries, journal_entries.c.patron_id == pots.c.patron_id)
        .where(_of_slice(pots), journal_entries.c.natural_key == _KEY)
        .cte("settled")
    ).c
    fee = settled.pot_minor - settled.shared_minor
    fee_line = sa.case((settled.shared_minor > 0, 3), else_=2)

    def line(number: Any, side: Side, ledger_account: _Words, minor: _Number) -> Any:
        return sa.select(
            settled.patron_id,
            settled.number,
            sa.cast(number, sa.BigInteger),
            sa.literal(str(side)),
            ledger_account,
            minor,
            settled.currency,
        ).where(minor > 0)

    return sa.insert(postings).from_select(
        [column.name for column in postings.c],
        sa.union_all(
            line(1, Side.DEBIT, _reserved(settled.patron_id), settled.pot_minor),
            line(2, Side.CREDIT, _CLEARING, settled.shared_minor),
            line(fee_line, Side.CREDIT, sa.literal(str(chart.FEE_INCOME)), fee),
        ),
    )


_ADD_SHARES: Final = _add_shares()
_ADD_ENTRIES: Final = _add_entries()
_ADD_POSTINGS: Final = _add_postings()
_UNDIVIDED: Final = (
    sa.select(pots.c.patron_id, pots.c.pot_minor, pots.c.currency)
    .where(
        _of_slice(pots),
        pots.c.pot_minor != 0,
        ~sa.exists().where(
            journal_entries.c.patron_id == pots.c.patron_id,
            journal_entries.c.natural_key == _KEY,
        ),
    )
    .limit(1)
)
_EARNED: Final = (
    sa.select(shares.c.owner_id, _sum(shares.c.share_minor))
    .where(_of_slice(shares), shares.c.revision == FIRST_REVISION)
    .group_by(shares.c.owner_id)
)
