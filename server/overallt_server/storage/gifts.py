"""Gifts as the journal tells of them: entries of their kind, and what ended them."""

from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.gifts import ENDED_KEY, GIVEN_KEY, Gift, gift_of
from overallt_server.core.journal import EntryKind
from overallt_server.storage import journal
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import journal_entries

_ENDING = journal_entries.alias("ending")
_GIFTS = (
    sa.select(
        journal_entries.c.patron_id, journal_entries.c.natural_key, _ENDING.c.kind
    )
    .outerjoin(
        _ENDING,
        (_ENDING.c.patron_id == journal_entries.c.patron_id)
        & (
            _ENDING.c.natural_key
            == sa.literal(ENDED_KEY)
            + sa.func.substr(journal_entries.c.natural_key, len(GIVEN_KEY) + 1)
        ),
    )
    .where(journal_entries.c.kind == str(EntryKind.GIFT_GIVEN))
    .order_by(journal_entries.c.made_at, journal_entries.c.natural_key)
)


async def get(tx: Transaction, patron: UserId, id_: str) -> Gift | None:
    """Return the gift *id_* of *patron*, or ``None``."""
    found = await _read(
        tx,
        _GIFTS.where(
            journal_entries.c.patron_id == patron,
            journal_entries.c.natural_key == f"{GIVEN_KEY}{id_}",
        ),
    )
    return found[0] if found else None


async def of_patron(tx: Transaction, patron: UserId, *, count: int) -> list[Gift]:
    """List the last *count* gifts of *patron*, newest first."""
    newest = _GIFTS.order_by(None).order_by(journal_entries.c.number.desc())
    return await _read(
        tx, newest.where(journal_entries.c.patron_id == patron).limit(count)
    )


async def held(tx: Transaction, *, until: datetime, count: int) -> list[Gift]:
    """List *count* gifts that were given *until* then and are still held."""
    due = _GIFTS.where(journal_entries.c.made_at <= until, _ENDING.c.kind.is_(None))
    return await _read(tx, due.limit(count))


async def _read(
    tx: Transaction, chosen: "sa.Select[tuple[int, str, str]]"
) -> list[Gift]:
    gifts = []
    for row in (await tx.execute(chosen)).all():
        patron = UserId(row.patron_id)
        entry = await journal.find(tx, patron, row.natural_key)
        ended_by = None if row.kind is None else EntryKind(row.kind)
        if entry is not None:
            gifts.append(gift_of(entry, patron, ended_by))
    return gifts
