"""Settling a slice of patrons by a few statements; nothing of it travels here.

``core.settlement`` settles one patron and says what is right; these statements do the
same to all patrons of a slice at once, in one text for SQLite and PostgreSQL::

    pots, pot_things ──▶ shares ──▶ postings ──▶ journal_entries

Every join and every window stays within one patron (teams are a small table, on every
node), so that Citus can do a patron's part where his rows are. All numbers are 64-bit
integers, and tests hold every share, posting and hash to the core's. An entry is booked
only where fee and shares, each told for itself, are the pot (I5); who has none then
breaks the books.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.chart import Side
from overallt_server.core.journal import BrokenBooks
from overallt_server.core.money import Money
from overallt_server.core.settlement import (
    FIRST_REVISION,
    Settlement,
    Share,
    patron_entry,
)
from overallt_server.storage import teams
from overallt_server.storage.column_types import Instant
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import (
    ADD_OWNERS_SHARES,
    ADD_SHARES,
    ADD_TEAM_SHARES,
    CURRENCY,
    FIRST,
    LAST,
    PERIOD,
    Number,
    of_slice,
    sum_of,
    totals_of_patrons,
)
from overallt_server.storage.periods import Slice, StoredPeriod
from overallt_server.storage.plans import plan_for_many
from overallt_server.storage.schema import (
    journal_entries,
    postings,
    pots,
    shares,
)

type _Words = sa.ColumnElement[str]

_KEY: Final = sa.bindparam("entry_key", type_=sa.Text)
_KIND: Final = sa.bindparam("entry_kind", type_=sa.Text)
_MEMO: Final = sa.bindparam("entry_memo", type_=sa.Text)
_MADE_AT: Final = sa.bindparam("entry_made_at", type_=Instant)
_SECONDS: Final = sa.bindparam("entry_seconds", type_=sa.Text)
_MONTH: Final = sa.bindparam("month", type_=sa.Text)
_CLEARING: Final = sa.bindparam("clearing", type_=sa.Text)
_FEE_INCOME: Final = sa.literal(str(chart.FEE_INCOME))


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
    await plan_for_many(tx)
    if await teams.in_any(tx, stored.period):
        await tx.execute(ADD_OWNERS_SHARES, values)
        await tx.execute(ADD_TEAM_SHARES, values)
    else:
        await tx.execute(ADD_SHARES, values)
    await tx.execute(_ADD_POSTINGS, values)
    await tx.execute(_ADD_ENTRIES, values)
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
        PERIOD.key: stored.period,
        FIRST.key: slice_.first,
        LAST.key: slice_.last,
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
        PERIOD.key: stored.period,
        FIRST.key: slice_.first,
        LAST.key: slice_.last,
        _KEY.key: entry.natural_key,
        _KIND.key: str(entry.kind),
        _MEMO.key: entry.memo,
        _MADE_AT.key: entry.made_at,
        _SECONDS.key: str(int(entry.made_at.timestamp())),
        _MONTH.key: str(stored.period),
        _CLEARING.key: str(chart.clearing(stored.period, slice_.number)),
    }


def _shared() -> sa.Subquery:
    return (
        sa.select(
            shares.c.patron_id,
            sum_of(shares.c.share_minor).label("minor"),
            sa.func.min(shares.c.share_minor).label("least"),
        )
        .where(of_slice(shares), shares.c.revision == FIRST_REVISION)
        .group_by(shares.c.patron_id)
        .subquery("shared")
    )


def _newest() -> sa.Subquery:
    return (
        sa.select(
            journal_entries.c.patron_id,
            sa.func.max(journal_entries.c.number).label("number"),
        )
        .where(journal_entries.c.patron_id.between(FIRST, LAST))
        .group_by(journal_entries.c.patron_id)
        .subquery("newest")
    )


def _add_entries() -> sa.Insert:
    # Each patron's postings, which have a number that no entry has yet, in one row.
    newest, head = _newest(), journal_entries.alias("head")
    booked = (
        sa.select(
            postings.c.patron_id,
            postings.c.number,
            sa.func.min(postings.c.currency).label("currency"),
            _posted(postings.c.side == str(Side.DEBIT)).label("pot_minor"),
            _posted(postings.c.ledger_account == _CLEARING).label("shared_minor"),
            _posted(postings.c.ledger_account == _FEE_INCOME).label("fee_minor"),
        )
        .join(
            newest,
            sa.and_(
                newest.c.patron_id == postings.c.patron_id,
                newest.c.number + 1 == postings.c.number,
            ),
        )
        .where(postings.c.patron_id.between(FIRST, LAST))
        .group_by(postings.c.patron_id, postings.c.number)
        .subquery("booked")
    )
    return sa.insert(journal_entries).from_select(
        [column.name for column in journal_entries.c],
        sa.select(
            booked.c.patron_id,
            booked.c.number,
            _KEY,
            _KIND,
            _MEMO,
            _MADE_AT,
            head.c.hash,
            sa.func.sha256(sa.func.convert_to(_hashed(head.c.hash, booked.c), "UTF8")),
        )
        .join(
            head,
            sa.and_(
                head.c.patron_id == booked.c.patron_id,
                head.c.number + 1 == booked.c.number,
            ),
        )
        .where(head.c.patron_id.between(FIRST, LAST)),
    )


def _posted(chosen: sa.ColumnElement[bool]) -> Number:
    return sum_of(sa.case((chosen, postings.c.amount_minor), else_=0))


def _hashed(previous: sa.ColumnElement[bytes], of: Any) -> _Words:
    # The text that core.journal.digest hashes, of an entry that core.settlement makes.
    in_clearing = _line(Side.CREDIT, _CLEARING, of.shared_minor, of.currency)
    in_fee = _line(Side.CREDIT, _FEE_INCOME, of.fee_minor, of.currency)
    return (
        _fields(sa.func.encode(previous, "hex", type_=sa.Text), _KIND, _KEY)
        + _fields(_MEMO, _SECONDS)
        + _line(Side.DEBIT, _reserved(of.patron_id), of.pot_minor, of.currency)
        + sa.case((of.shared_minor > 0, in_clearing), else_="")
        + sa.case((of.fee_minor > 0, in_fee), else_="")
    )


def _line(
    side: Side, ledger_account: _Words, minor: Number, currency: _Words
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


def _reserved(patron: Number) -> _Words:
    prefix = sa.literal(f"{chart.AccountName.RESERVED}:")
    return prefix + sa.cast(patron, sa.Text) + sa.literal(":") + _MONTH


def _add_postings() -> sa.Insert:
    totals, shared, newest = totals_of_patrons(), _shared(), _newest()
    settled = (
        sa.select(
            totals.c.patron_id,
            (newest.c.number + 1).label("number"),
            totals.c.pot_minor,
            totals.c.fee_minor,
            shared.c.minor.label("shared_minor"),
        )
        .join(shared, shared.c.patron_id == totals.c.patron_id)
        .join(newest, newest.c.patron_id == totals.c.patron_id)
        .where(
            totals.c.pot_minor > 0,
            shared.c.least >= 0,
            totals.c.fee_minor + shared.c.minor == totals.c.pot_minor,
        )
        .cte("settled")
    ).c
    fee_line = sa.case((settled.shared_minor > 0, 3), else_=2)

    def line(number: Any, side: Side, ledger_account: _Words, minor: Number) -> Any:
        return sa.select(
            settled.patron_id,
            settled.number,
            sa.cast(number, sa.BigInteger),
            sa.literal(str(side)),
            ledger_account,
            minor,
            CURRENCY,
        ).where(minor > 0)

    return sa.insert(postings).from_select(
        [column.name for column in postings.c],
        sa.union_all(
            line(1, Side.DEBIT, _reserved(settled.patron_id), settled.pot_minor),
            line(2, Side.CREDIT, _CLEARING, settled.shared_minor),
            line(fee_line, Side.CREDIT, _FEE_INCOME, settled.fee_minor),
        ),
    )


_ADD_ENTRIES: Final = _add_entries()
_ADD_POSTINGS: Final = _add_postings()
_UNDIVIDED: Final = (
    sa.select(pots.c.patron_id, pots.c.pot_minor, pots.c.currency)
    .where(
        of_slice(pots),
        pots.c.pot_minor != 0,
        ~sa.exists().where(
            journal_entries.c.patron_id == pots.c.patron_id,
            journal_entries.c.natural_key == _KEY,
        ),
    )
    .limit(1)
)
_EARNED: Final = (
    sa.select(shares.c.owner_id, sum_of(shares.c.share_minor))
    .where(of_slice(shares), shares.c.revision == FIRST_REVISION)
    .group_by(shares.c.owner_id)
)
