"""Intents as they are stored; the key is (patron, url).

What has expired is not read any more, and deleted when there is occasion to: a row's
age decides, not whether somebody came by.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.intents import KEPT_FOR, Claim, Intent, host_to_prove
from overallt_server.core.periods import Period
from overallt_server.storage.database import Transaction
from overallt_server.storage.flattrs import IS_KEPT
from overallt_server.storage.proof_schema import proved_pages
from overallt_server.storage.schema import flattrs, intents, thing_hosts, things

IS_WAITING: Final = intents.c.thing_id.is_(None)

# As ``core.intents.claimable_by``, for a URL that stands in a row: what follows
# "http:" there is put behind "https:". Of an https URL that makes none.
_BY_HTTPS: Final = sa.literal("https:") + sa.func.substr(intents.c.url, 6)


@dataclass(frozen=True, slots=True)
class Claimants:
    """Which things may claim: that one, those of one owner, or all (``None``)."""

    thing: ThingId | None
    owner: UserId | None


@dataclass(frozen=True, slots=True)
class Claimable:
    """A waiting intent and the thing that may claim it."""

    patron: UserId
    url: str
    thing: ThingId
    owner: UserId


async def get(tx: Transaction, patron: UserId, url: str) -> Intent | None:
    """Return the intent of that key, claimed or not, or ``None``."""
    rows = await tx.execute(sa.select(intents).where(*_is(patron, url)))
    row = rows.one_or_none()
    return None if row is None else intent_of(row)


async def add(tx: Transaction, patron: UserId, url: str, *, at: datetime) -> None:
    """Store a new intent, which waits.

    Raises:
        sqlalchemy.exc.IntegrityError: there is one of its key.
    """
    await tx.execute(
        sa.insert(intents).values(
            patron_id=patron, url=url, host=host_to_prove(url), made_at=at
        )
    )


async def remove(tx: Transaction, patron: UserId, url: str) -> None:
    """Forget the intent of that key."""
    await tx.execute(sa.delete(intents).where(*_is(patron, url)))


async def forget_expired(
    tx: Transaction, now: datetime, patron: UserId | None = None
) -> None:
    """Forget what has waited too long, of *patron* or of everybody."""
    expired = sa.delete(intents).where(IS_WAITING, ~_lasts(now))
    if patron is not None:
        expired = expired.where(intents.c.patron_id == patron)
    await tx.execute(expired)


async def forget_claimed_in(tx: Transaction, period: Period) -> None:
    """Forget what was claimed in *period*: the flattrs say all of it."""
    await tx.execute(sa.delete(intents).where(intents.c.period == period))


async def of_patron(
    tx: Transaction, patron: UserId, now: datetime, *, page: int, count: int
) -> list[Intent]:
    """List what *patron* waits for or sees claimed, newest first; pages from 1.

    What he has taken back is left out, be it after it was claimed.
    """
    its_flattr = sa.exists().where(
        flattrs.c.patron_id == intents.c.patron_id,
        flattrs.c.period == intents.c.period,
        flattrs.c.thing_id == intents.c.thing_id,
        IS_KEPT,
    )
    rows = await tx.execute(
        sa.select(intents)
        .where(intents.c.patron_id == patron, (IS_WAITING & _lasts(now)) | its_flattr)
        .order_by(intents.c.made_at.desc(), intents.c.url)
        .limit(count)
        .offset((page - 1) * count)
    )
    return [intent_of(row) for row in rows]


async def whose(tx: Transaction, by: Claimants, *, now: datetime) -> list[UserId]:
    """List the patrons of whom anything may be claimed, in the order of ids."""
    found: set[UserId] = set()
    for way in _claimable(by, now, intents.c.patron_id):
        rows = await tx.execute(way.distinct())
        found |= {UserId(row.patron_id) for row in rows}
    return sorted(found)


async def claimable(
    tx: Transaction, by: Claimants, patrons: Collection[UserId], *, now: datetime
) -> list[Claimable]:
    """List what of *patrons* may be claimed, each once."""
    columns = (intents.c.patron_id, intents.c.url, things.c.id, things.c.owner_id)
    found: dict[tuple[int, str], Claimable] = {}
    for way in _claimable(by, now, *columns, things.c.url.label("at")):
        rows = await tx.execute(way.where(intents.c.patron_id.in_(patrons)))
        for row in rows:
            key = (row.patron_id, row.url)
            # Of two things the one at the very address wins.
            if row.at == row.url or key not in found:
                found[key] = Claimable(
                    UserId(row.patron_id),
                    row.url,
                    ThingId(row.id),
                    UserId(row.owner_id),
                )
    return [found[key] for key in sorted(found)]


async def claim(tx: Transaction, claimed: Sequence[Claimable], period: Period) -> None:
    """Note of what was *claimed*, at least one, that it counts in *period*."""
    statement = (
        sa.update(intents)
        .where(
            intents.c.patron_id == sa.bindparam("patron"),
            intents.c.url == sa.bindparam("address"),
        )
        .values(thing_id=sa.bindparam("thing"), period=period)
    )
    await tx.execute(
        statement,
        [
            {"patron": each.patron, "address": each.url, "thing": each.thing}
            for each in claimed
        ],
    )


def intent_of(row: sa.Row[Any]) -> Intent:
    """Return the intent whose columns *row* has, maybe among others."""
    claim = None if row.thing_id is None else Claim(ThingId(row.thing_id), row.period)
    return Intent(UserId(row.patron_id), row.url, row.made_at, claim)


def _claimable(
    by: Claimants, now: datetime, *columns: "sa.ColumnElement[Any]"
) -> "Iterator[sa.Select[Any]]":
    is_its_page = things.c.url.in_([intents.c.url, _BY_HTTPS])
    # From the hosts that are proved, which are few, over what waits there, to the
    # things: so it costs little, however many things and intents there are.
    proving = things.alias("proving")
    by_host = (
        sa.select(*columns)
        .select_from(thing_hosts)
        .join(proving, proving.c.id == thing_hosts.c.thing_id)
        .join(intents, intents.c.host == thing_hosts.c.host)
        .join(things, is_its_page & (things.c.owner_id == proving.c.owner_id))
    )
    by_page = (
        sa.select(*columns)
        .select_from(proved_pages)
        .join(intents, intents.c.host == proved_pages.c.host)
        .join(things, is_its_page & (things.c.id == proved_pages.c.thing_id))
    )
    for found in (by_host, by_page):
        its = found.where(IS_WAITING, _lasts(now))
        if by.thing is not None:
            its = its.where(things.c.id == by.thing)
        if by.owner is not None:
            its = its.where(things.c.owner_id == by.owner)
        yield its


def _lasts(now: datetime) -> "sa.ColumnElement[bool]":
    return intents.c.made_at > now - KEPT_FOR


def _is(patron: UserId, url: str) -> "tuple[sa.ColumnElement[bool], ...]":
    return intents.c.patron_id == patron, intents.c.url == url
