"""Subscriptions as they are stored; the key is (patron, thing)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.chart import Side
from overallt_server.core.periods import Period
from overallt_server.core.subscriptions import Subscription, Terms
from overallt_server.storage import journal
from overallt_server.storage.column_types import Instant, PeriodNumber
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import (
    budgets,
    flattrs,
    postings,
    subscriptions,
)


async def get(tx: Transaction, patron: UserId, thing: ThingId) -> Subscription | None:
    """Return the subscription of that key, paused or not, or ``None``."""
    rows = await tx.execute(sa.select(subscriptions).where(*_is(patron, thing)))
    row = rows.one_or_none()
    return None if row is None else _subscription(row)


async def add(tx: Transaction, subscription: Subscription) -> None:
    """Store a new *subscription*.

    Raises:
        sqlalchemy.exc.IntegrityError: there is one of its key.
    """
    await tx.execute(
        sa.insert(subscriptions).values(
            patron_id=subscription.patron,
            thing_id=subscription.thing,
            active=subscription.active,
            created_at=subscription.created_at,
            started_at=subscription.started_at,
            **_columns(subscription.terms),
        )
    )


async def change(tx: Transaction, patron: UserId, thing: ThingId, terms: Terms) -> bool:
    """Give a subscription other *terms*; ``False``: there is none."""
    changed = await tx.execute(
        sa.update(subscriptions).where(*_is(patron, thing)).values(_columns(terms))
    )
    return changed.rowcount == 1


async def start(
    tx: Transaction, patron: UserId, thing: ThingId, *, at: datetime
) -> None:
    """Let a paused subscription give again."""
    await tx.execute(
        sa.update(subscriptions)
        .where(*_is(patron, thing))
        .values(active=True, started_at=at)
    )


async def pause(tx: Transaction, patron: UserId, thing: ThingId) -> None:
    """Let a subscription give nothing until it is started again."""
    await tx.execute(
        sa.update(subscriptions).where(*_is(patron, thing)).values(active=False)
    )


async def remove(tx: Transaction, patron: UserId, thing: ThingId) -> bool:
    """Forget a subscription; ``False``: there was none."""
    deleted = await tx.execute(sa.delete(subscriptions).where(*_is(patron, thing)))
    return deleted.rowcount == 1


async def remove_ended(tx: Transaction, period: Period) -> None:
    """Forget all whose last period is before *period*."""
    await tx.execute(
        sa.delete(subscriptions).where(subscriptions.c.last_period < period)
    )


async def of_patron(
    tx: Transaction, patron: UserId, *, page: int, count: int
) -> list[Subscription]:
    """List the subscriptions of *patron*, newest first; pages from 1."""
    rows = await tx.execute(
        sa.select(subscriptions)
        .where(subscriptions.c.patron_id == patron)
        .order_by(subscriptions.c.created_at.desc(), subscriptions.c.thing_id.desc())
        .limit(count)
        .offset((page - 1) * count)
    )
    return [_subscription(row) for row in rows]


async def renew(tx: Transaction, period: Period, currency: str) -> None:
    """Flattr in *period* all that is subscribed to and was not flattred in it.

    A patron without an active budget, or without means, gives nothing. The lock of
    everybody is held, or somebody's own click could come in between.
    """
    its = subscriptions.c
    of_this_period = sa.exists().where(
        flattrs.c.patron_id == its.patron_id,
        flattrs.c.period == period,
        flattrs.c.thing_id == its.thing_id,
    )
    free_means = journal.sum_of(
        journal.means_of(its.patron_id), currency, Side.CREDIT
    ).where(postings.c.patron_id == its.patron_id)
    start = sa.literal(period.start, Instant())
    due = (
        sa.select(
            its.patron_id,
            sa.literal(period, PeriodNumber()),
            its.thing_id,
            its.weight,
            sa.case((its.started_at > start, its.started_at), else_=start),
        )
        .join(budgets, budgets.c.patron_id == its.patron_id)
        .where(
            its.active,
            its.last_period.is_(None) | (its.last_period >= period),
            budgets.c.active,
            free_means.scalar_subquery() > 0,
            its.started_at < period.end,
            ~of_this_period,
        )
    )
    columns = ["patron_id", "period", "thing_id", "weight", "flattred_at"]
    await tx.execute(sa.insert(flattrs).from_select(columns, due))


def _is(patron: UserId, thing: ThingId) -> tuple[sa.ColumnElement[bool], ...]:
    return subscriptions.c.patron_id == patron, subscriptions.c.thing_id == thing


def _subscription(row: sa.Row[Any]) -> Subscription:
    return Subscription(
        patron=UserId(row.patron_id),
        thing=ThingId(row.thing_id),
        active=row.active,
        created_at=row.created_at,
        started_at=row.started_at,
        terms=Terms(row.weight, row.last_period),
    )


def _columns(terms: Terms) -> dict[str, Any]:
    return {"weight": terms.weight, "last_period": terms.last_period}
