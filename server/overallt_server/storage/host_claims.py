"""Claims to hosts as they are stored; the key is (thing, host).

Whether one is proved is told by ``thing_hosts``, where an operator may note it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.proofs import HostClaim
from overallt_server.storage.database import Transaction
from overallt_server.storage.proof_schema import host_claims
from overallt_server.storage.schema import thing_hosts, things, users
from overallt_server.storage.uniqueness import inserting

_IS_ITS: Final = (thing_hosts.c.thing_id == host_claims.c.thing_id) & (
    thing_hosts.c.host == host_claims.c.host
)
_IS_PROVED: Final = thing_hosts.c.thing_id.is_not(None)
_CLAIMS: Final = sa.select(host_claims, _IS_PROVED.label("is_proved")).select_from(
    host_claims.outerjoin(thing_hosts, _IS_ITS)
)


@dataclass(frozen=True, slots=True)
class OwnersClaim:
    """A claim, and the username of the owner whose it is."""

    claim: HostClaim
    owner: UserId
    username: str


async def get(tx: Transaction, thing: ThingId, host: str) -> HostClaim | None:
    """Return the claim of that key, or ``None``."""
    rows = await tx.execute(_CLAIMS.where(*_is(thing, host)))
    row = rows.one_or_none()
    return None if row is None else _claim(row)


async def of_thing(tx: Transaction, thing: ThingId) -> list[HostClaim]:
    """List the claims of *thing* by their hosts."""
    rows = await tx.execute(
        _CLAIMS.where(host_claims.c.thing_id == thing).order_by(host_claims.c.host)
    )
    return [_claim(row) for row in rows]


async def to_look_at(tx: Transaction) -> list[OwnersClaim]:
    """List all claims whose proof was seen once, by host and thing."""
    rows = await tx.execute(
        _CLAIMS.add_columns(things.c.owner_id, users.c.username)
        .join(things, things.c.id == host_claims.c.thing_id)
        .join(users, users.c.id == things.c.owner_id)
        .where(_IS_PROVED | host_claims.c.seen_at.is_not(None))
        .order_by(host_claims.c.host, host_claims.c.thing_id)
    )
    return [
        OwnersClaim(_claim(row), UserId(row.owner_id), row.username) for row in rows
    ]


async def others_with(tx: Transaction, host: str, owner: UserId) -> Sequence[str]:
    """Return the usernames of those beside *owner* who have *host* proved.

    Whoever asks so has a turn: of two who prove one host at the same moment, the
    second one sees the first.
    """
    await tx.execute(
        sa.select(host_claims.c.thing_id)
        .where(host_claims.c.host == host)
        .order_by(host_claims.c.thing_id)
        .with_for_update()
    )
    rows = await tx.execute(
        sa.select(users.c.username)
        .select_from(thing_hosts)
        .join(things, things.c.id == thing_hosts.c.thing_id)
        .join(users, users.c.id == things.c.owner_id)
        .where(thing_hosts.c.host == host, things.c.owner_id != owner)
        .distinct()
        .order_by(users.c.username)
    )
    return [row.username for row in rows]


async def add(tx: Transaction, thing: ThingId, host: str, *, at: datetime) -> None:
    """Store a new claim; nothing happens if there is one."""
    insert = inserting(tx, host_claims).values(thing_id=thing, host=host, asked_at=at)
    await tx.execute(insert.on_conflict_do_nothing())


async def note(
    tx: Transaction,
    claim: HostClaim,
    *,
    seen_at: datetime | None,
    missing_since: datetime | None,
) -> None:
    """Store what was seen of the proof of *claim*."""
    await tx.execute(
        sa.update(host_claims)
        .where(*_is(claim.thing, claim.host))
        .values(seen_at=seen_at, missing_since=missing_since)
    )


async def remove(tx: Transaction, thing: ThingId, host: str) -> bool:
    """Forget the claim of that key; ``False``: there is none."""
    deleted = await tx.execute(sa.delete(host_claims).where(*_is(thing, host)))
    return deleted.rowcount == 1


def _claim(row: sa.Row[Any]) -> HostClaim:
    return HostClaim(
        thing=ThingId(row.thing_id),
        host=row.host,
        asked_at=row.asked_at,
        seen_at=row.seen_at,
        missing_since=row.missing_since,
        is_proved=bool(row.is_proved),
    )


def _is(thing: ThingId, host: str) -> "tuple[sa.ColumnElement[bool], ...]":
    return host_claims.c.thing_id == thing, host_claims.c.host == host
