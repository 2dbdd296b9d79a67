"""Mails as they are stored, and which of them are due.

A mail is put off as it is taken, before it is sent: whoever takes it may be killed, and
it is due again. Those who take at the same time get different ones.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.mails import Mail, MailKind, next_try
from overallt_server.storage.database import Transaction
from overallt_server.storage.mail_schema import mails
from overallt_server.storage.uniqueness import inserting


async def add(tx: Transaction, mail: Mail) -> None:
    """Queue *mail*, unless one of its key is there."""
    values = {
        "key": mail.key,
        "kind": str(mail.kind),
        "user_id": mail.user,
        "address": mail.address,
        "language": mail.language,
        "names": dict(mail.names),
        "made_at": mail.made_at,
        "due": mail.made_at,
        "tries": 0,
    }
    await tx.execute(inserting(tx, mails).values(values).on_conflict_do_nothing())


async def waiting(tx: Transaction, *, now: datetime | None = None) -> int:
    """Return how many mails are not sent yet; with *now*, how many are due by then."""
    is_waiting = mails.c.due.is_not(None) if now is None else mails.c.due <= now
    counted = await tx.execute(sa.select(sa.func.count()).where(is_waiting))
    return int(counted.scalar_one())


async def take(tx: Transaction, *, now: datetime) -> Mail | None:
    """Take the mail that is due longest, and put it off until the next try."""
    rows = await tx.execute(
        sa.select(mails)
        .where(mails.c.due <= now)
        .order_by(mails.c.due, mails.c.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    tries = row.tries + 1
    again = next_try(tries, now=now)
    await tx.execute(_one(row.key).values(tries=tries, due=again))
    return _mail(row)


async def note_sent(tx: Transaction, key: str, *, now: datetime) -> None:
    """Note that the mail called *key* was sent."""
    await tx.execute(_one(key).values(due=None, sent_at=now))


async def give_up(tx: Transaction, key: str) -> None:
    """Let the mail called *key* never be tried again."""
    await tx.execute(_one(key).values(due=None))


async def forget(tx: Transaction, *, before: datetime) -> None:
    """Forget the mails made *before* that time which wait no more."""
    await tx.execute(
        sa.delete(mails).where(mails.c.due.is_(None), mails.c.made_at < before)
    )


def _one(key: str) -> sa.Update:
    return sa.update(mails).where(mails.c.key == key)


def _mail(row: sa.Row[Any]) -> Mail:
    return Mail(
        key=row.key,
        kind=MailKind(row.kind),
        user=UserId(row.user_id),
        address=row.address,
        language=row.language,
        names=row.names,
        made_at=row.made_at,
    )
