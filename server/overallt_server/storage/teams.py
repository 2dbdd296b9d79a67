"""Teams as they are stored: the key is (thing, period, user).

Rows of a period hold from it on, until there are rows of a later one; those of closed
periods are never touched again. So a close has nothing to freeze, and the table stays
small. Each row also says what the team weighs in all: a settlement divides by it, and
an audit knows by it when a row was changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit_teams import StoredMember
from overallt_server.core.periods import Period
from overallt_server.core.teams import Member, Team
from overallt_server.storage.database import Transaction
from overallt_server.storage.division import sum_of
from overallt_server.storage.schema import shares, team_members, things

_later: Final = team_members.alias("later")

# No later team was named for the thing.
IS_NEWEST: Final = ~sa.exists().where(
    _later.c.thing_id == team_members.c.thing_id,
    _later.c.period > team_members.c.period,
)


def members_of(
    thing: sa.ColumnElement[int],
) -> "sa.Select[str]":
    """Tell the ids of who is in the newest team of *thing*, with commas between."""
    ids = sa.cast(team_members.c.user_id, sa.Text)
    return sa.select(sa.func.aggregate_strings(ids, ",")).where(
        team_members.c.thing_id == thing, IS_NEWEST
    )


def things_of(user: UserId) -> "sa.Select[int]":
    """Choose the things in whose newest team *user* is."""
    return sa.select(team_members.c.thing_id).where(
        team_members.c.user_id == user, IS_NEWEST
    )


async def newest(tx: Transaction, ids: Iterable[ThingId]) -> Mapping[ThingId, Team]:
    """Return the team of each thing of *ids* that ever had one."""
    rows = await tx.execute(
        sa.select(team_members)
        .where(team_members.c.thing_id.in_(set(ids)), IS_NEWEST)
        .order_by(team_members.c.user_id)
    )
    teams: defaultdict[ThingId, Team] = defaultdict(tuple)
    for row in rows:
        member = Member(UserId(row.user_id), row.weight)
        teams[ThingId(row.thing_id)] += (member,)
    return teams


async def put(tx: Transaction, thing: ThingId, period: Period, team: Team) -> None:
    """Let *team* hold for *thing* from *period* on, which is not closed."""
    await tx.execute(
        sa.delete(team_members).where(
            team_members.c.thing_id == thing, team_members.c.period >= period
        )
    )
    await tx.execute(
        sa.insert(team_members),
        [
            {
                "thing_id": thing,
                "period": period,
                "user_id": member.user,
                "weight": member.weight,
                "team_weight": sum(each.weight for each in team),
            }
            for member in team
        ],
    )


async def in_any(tx: Transaction, period: Period) -> bool:
    """Tell whether any thing has a team in *period*."""
    rows = await tx.execute(
        sa.select(team_members.c.thing_id)
        .where(team_members.c.period <= period)
        .limit(1)
    )
    return rows.first() is not None


async def every(tx: Transaction) -> list[StoredMember]:
    """List all rows, by thing, period and user, each with the thing's owner."""
    rows = await tx.execute(
        sa.select(team_members, things.c.owner_id)
        .outerjoin(things, things.c.id == team_members.c.thing_id)
        .order_by(*team_members.primary_key)
    )
    return [
        StoredMember(
            ThingId(row.thing_id),
            row.period,
            UserId(row.user_id),
            row.weight,
            row.team_weight,
            None if row.owner_id is None else UserId(row.owner_id),
        )
        for row in rows
    ]


async def earned(
    tx: Transaction, thing: ThingId, first: Period, until: Period | None
) -> Mapping[UserId, int]:
    """Sum the shares of *thing* by owner, in minor units.

    Of the periods from *first* on, to the one before *until*.
    """
    total = sum_of(shares.c.share_minor).label("minor")
    chosen = sa.select(shares.c.owner_id, total).where(
        shares.c.thing_id == thing, shares.c.period >= first
    )
    if until is not None:
        chosen = chosen.where(shares.c.period < until)
    rows = await tx.execute(chosen.group_by(shares.c.owner_id))
    return {UserId(row.owner_id): row.minor for row in rows}
