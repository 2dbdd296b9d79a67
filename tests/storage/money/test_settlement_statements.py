"""What the statements book of a slice is what the core says, to the last bit.

The months are made by chance: weights, charities, teams, patrons without means, pots of
less cents than things, ids up to the largest there may be.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit_teams import named_teams
from overallt_server.core.journal import JournalEntry, digest
from overallt_server.core.periods import Period
from overallt_server.core.settlement import PotThing, patron_entry, settle
from overallt_server.core.teams import NO_TEAM, Member
from overallt_server.storage import (
    division,
    journal,
    schema,
    settlement,
    teams,
    things,
)
from overallt_server.storage.periods import Slice, StoredPeriod
from overallt_server.storage.plans import plan_for_many
from overallt_server.use_cases.auditing import Auditing

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

LARGEST = 2**53 - 1
PATRONS = 40
THINGS = 24


@dataclass(frozen=True)
class Booked:
    """What a settlement has left of one patron."""

    shares: dict[tuple[int, int], int]
    entry: JournalEntry | None


async def _make_month(
    town: "Town", chance: random.Random, *, in_teams: int = THINGS // 2
) -> None:
    """Let patrons of all kinds flattr things of all kinds, and close the month."""
    owners = [await town.user(number) for number in (1, 2, 3, 4, LARGEST - 1)]
    made = [
        await town.thing(
            number, owner=chance.choice(owners), charity=chance.random() < 0.3
        )
        for number in [*range(1, THINGS), LARGEST]
    ]
    for thing in chance.sample(made, in_teams):
        await _make_teams(town, chance, thing, owners)
    for number in [*range(100, 100 + PATRONS), LARGEST]:
        means = chance.choice([0, 200, 201, chance.randint(200, 90_000)])
        patron = await town.patron(
            number, means=means, budget=chance.randint(200, 10_000)
        )
        flattred = chance.sample(made, chance.choice([0, 1, 2, 7, THINGS]))
        weights = chance.choice([[1], [1, 2], range(1, 101)])
        if flattred:
            async with town.database.transaction() as tx:
                await tx.execute(
                    sa.insert(schema.flattrs),
                    [
                        {
                            "patron_id": patron,
                            "period": town.january,
                            "thing_id": thing,
                            "weight": chance.choice(weights),
                            "flattred_at": town.now,
                        }
                        for thing in flattred
                    ],
                )
    await town.close()


async def _make_teams(
    town: "Town", chance: random.Random, thing: ThingId, users: list[UserId]
) -> None:
    """Name up to three teams, one after the other; not all begin in time."""
    december = Period(2025, 12)
    for period in (december, town.january, town.january.next):
        others = chance.sample(users, chance.randint(1, len(users)))
        async with town.database.transaction() as tx:
            found = await things.get(tx, thing)
            assert found is not None
            team = sorted({found.owner, *others})
            weights = chance.choice([[1], [1, 2], range(1, 101)])
            members = tuple(Member(user, chance.choice(weights)) for user in team)
            if chance.random() < 0.7:
                await teams.put(tx, thing, period, members)


async def _told_by_the_core(town: "Town") -> dict[int, Booked]:
    async with town.database.snapshot() as tx:
        named = named_teams(await teams.every(tx))
    holding = {each.thing: each.team for each in named if each.period <= town.january}
    in_pot: dict[int, list[PotThing]] = {}
    for row in await town.rows(schema.pot_things):
        in_pot.setdefault(row.patron_id, []).append(
            PotThing(
                ThingId(row.thing_id),
                UserId(row.owner_id),
                row.weight,
                row.charity,
                holding.get(ThingId(row.thing_id), NO_TEAM),
            )
        )
    told = {}
    for pot in await town.rows(schema.pots):
        patron = UserId(pot.patron_id)
        settled = settle(
            pot.pot_minor,
            pot.fee_bps,
            in_pot.get(patron, []),
            patron=patron,
            period=town.january,
        )
        entry = (
            patron_entry(
                settled,
                patron=patron,
                period=town.january,
                slice_=pot.slice,
                currency=pot.currency,
                now=town.closing_time,
            )
            if pot.pot_minor
            else None
        )
        shares: dict[tuple[int, int], int] = {
            (each.thing, each.owner): each.minor for each in settled.shares
        }
        told[pot.patron_id] = Booked(shares, entry)
    return told


async def _booked(town: "Town") -> dict[int, Booked]:
    shares: dict[int, dict[tuple[int, int], int]] = {}
    for row in await town.rows(schema.shares):
        of_patron = shares.setdefault(row.patron_id, {})
        of_patron[row.thing_id, row.owner_id] = row.share_minor
    booked = {}
    for pot in await town.rows(schema.pots):
        async with town.database.snapshot() as tx:
            entry = await journal.find(
                tx, UserId(pot.patron_id), f"settled:{town.january}:0"
            )
        booked[pot.patron_id] = Booked(shares.get(pot.patron_id, {}), entry)
    return booked


@pytest.mark.parametrize("in_teams", [0, THINGS // 2])
@pytest.mark.parametrize("fee_bps", [0, 333, 1000, 10_000])
async def test_every_share_and_entry_is_what_the_core_says(
    town: "Town", fee_bps: int, in_teams: int
) -> None:
    town = town.under(replace(town.rules, fee_bps=fee_bps, slice_patrons=7))
    chance = random.Random(fee_bps)  # noqa: S311 - the same each time.
    await _make_month(town, chance, in_teams=in_teams)

    await town.settle()

    frozen, booked = await town.rows(schema.pot_things), await town.rows(schema.shares)
    assert bool(in_teams) == (len(booked) > 1.5 * len(frozen))
    assert await _told_by_the_core(town) == await _booked(town)
    assert [] == await Auditing(town.database, town.rules).audit()


async def test_every_hash_is_the_core_s(town: "Town") -> None:
    await _make_month(town, random.Random(1))  # noqa: S311 - the same each time.

    await town.settle()

    settled = [
        row
        for row in await town.rows(schema.journal_entries)
        if row.kind == "patron_settled"
    ]
    async with town.database.snapshot() as tx:
        expected = []
        for row in settled:
            entry = await journal.find(tx, UserId(row.patron_id), row.natural_key)
            assert entry is not None
            expected.append(digest(entry, row.previous_hash))
    assert len(settled) > PATRONS // 2
    assert expected == [row.hash for row in settled]


@pytest.mark.parametrize(
    "statement",
    [
        division.ADD_SHARES,
        division.ADD_OWNERS_SHARES,
        division.ADD_TEAM_SHARES,
        settlement._ADD_POSTINGS,
        settlement._ADD_ENTRIES,
        settlement._UNDIVIDED,
    ],
    ids=["shares", "owners_shares", "team_shares", "postings", "entries", "undivided"],
)
async def test_the_plan_on_postgresql_stays_within_one_patron(
    postgres_town: "Town", statement: sa.Insert | sa.Select[Any]
) -> None:
    """So Citus can do a patron's part where his rows are.

    The tables are as they have just been filled, without statistics: a nested loop
    over a slice would take its square.
    """
    await _make_month(postgres_town, random.Random(1))  # noqa: S311 - as above.

    plan = await _plan(postgres_town, statement)

    joins = [
        node
        for node in _nodes(plan)
        if node["Node Type"] in {"Hash Join", "Merge Join"}
    ]
    groups = [node for node in _nodes(plan) if "Group Key" in node]
    windows = [node for node in _nodes(plan) if node["Node Type"] == "WindowAgg"]
    assert joins or windows
    for join in joins:
        condition = join.get("Hash Cond") or join["Merge Cond"]
        # Teams are a small table, on every node.
        if "team_members" in condition:
            continue
        assert 2 == condition.count("patron_id"), condition
    for group in groups:
        assert re.search(r"patron_id$|^team_members", group["Group Key"][0])
    for window in windows:
        (sort,) = window["Plans"]
        assert sort["Sort Key"][0].endswith("patron_id")
    assert not [node for node in _nodes(plan) if node["Node Type"] == "Nested Loop"]


async def _plan(town: "Town", statement: sa.Insert | sa.Select[Any]) -> dict[str, Any]:
    stored = StoredPeriod(town.january, 1000, "EUR", town.now, None, None)
    values = settlement._values(
        stored, Slice(town.january, 0, UserId(1), UserId(LARGEST)), town.closing_time
    )
    async with town.database.transaction() as tx:
        await plan_for_many(tx)
        compiled = statement.compile(dialect=tx.dialect)
        # Numbers, as the columns' types would write them.
        given = {
            **compiled.construct_params(values),
            "of_period": town.january.number,
            "entry_made_at": 0,
        }
        rows = await tx.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", given)
        (told,) = rows.scalar_one()
        await tx.rollback()
    plan: dict[str, Any] = told["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
