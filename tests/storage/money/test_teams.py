"""A team shares what its thing earns, gives nothing to itself, and is audited."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.refusals import (
    InvalidRequest,
    NotFound,
    OwnThing,
    OwnThingSubscribed,
)
from overallt_server.storage import schema
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.naming_teams import NamingTeams
from overallt_server.use_cases.proving_hosts import ProvingHosts
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.subscribing import Subscribing

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

SONG: Final = ThingId(11)
MONA, NINA, OLGA = UserId(1), UserId(2), UserId(3)
ADA, BEN = UserId(100), UserId(101)


async def _begin(town: "Town") -> None:
    for user in (MONA, NINA, OLGA):
        await town.patron(user, means=1000, budget=500)
    await town.thing(SONG, owner=MONA)


async def _name(town: "Town", /, **weights: int) -> None:
    await NamingTeams(town.database).name(thing=SONG, weights=weights, now=town.now)


async def _settled_month(town: "Town") -> None:
    await _begin(town)
    await _name(town, user1=5, user2=3, user3=2)
    for patron, means in ((ADA, 700), (BEN, 333)):
        await town.patron(patron, means=means, budget=means)
        await town.flattr(patron, SONG)
    await town.close()
    await town.settle()


async def _audit(town: "Town") -> list[tuple[str, str]]:
    found = await Auditing(town.database, town.rules).audit()
    return [(each.table, each.row) for each in found]


async def test_each_member_earns_by_his_weight(town: "Town") -> None:
    await _settled_month(town)

    # 630 and 300 are left of the pots; each is split for itself.
    assert {MONA: 465, NINA: 279, OLGA: 186} == {
        user: await town.revenue(user) for user in (MONA, NINA, OLGA)
    }
    assert [] == await _audit(town)


async def test_a_team_named_later_shares_nothing_of_a_closed_month(
    town: "Town",
) -> None:
    await _begin(town)
    await _name(town, user1=1, user2=1)
    await town.patron(ADA, means=1000, budget=1000)
    await town.flattr(ADA, SONG)
    await town.close()

    await NamingTeams(town.database).name(
        thing=SONG, weights={"user1": 1, "user3": 99}, now=town.closing_time
    )
    await town.settle()

    assert (450, 450, 0) == (
        await town.revenue(MONA),
        await town.revenue(NINA),
        await town.revenue(OLGA),
    )
    assert [] == await _audit(town)


async def test_a_team_that_was_ended_leaves_all_to_the_owner(town: "Town") -> None:
    await _begin(town)
    await _name(town, user1=1, user2=1)
    await NamingTeams(town.database).end(thing=SONG, now=town.now)
    await town.patron(ADA, means=1000, budget=1000)
    await town.flattr(ADA, SONG)
    await town.flattr(NINA, SONG)
    await town.close()
    await town.settle()

    assert 900 + 450 == await town.revenue(MONA)
    assert 0 == await town.balance(chart.revenue(NINA))
    assert [] == await _audit(town)


async def test_a_member_can_neither_flattr_nor_subscribe(town: "Town") -> None:
    await _begin(town)
    await _name(town, user1=1, user2=1)

    with pytest.raises(OwnThing):
        await town.flattr(NINA, SONG)
    with pytest.raises(OwnThingSubscribed):
        await Subscribing(town.database).subscribe(
            patron=NINA, thing=SONG, now=town.now
        )


async def test_what_a_new_member_gave_before_is_undone(town: "Town") -> None:
    await _begin(town)
    await town.flattr(NINA, SONG)
    await Subscribing(town.database).subscribe(patron=NINA, thing=SONG, now=town.now)

    await _name(town, user1=1, user2=1)
    await town.close()

    assert [] == await town.rows(schema.pot_things)
    assert [] == await town.rows(schema.subscriptions)
    assert 1000 == await town.means(NINA)
    assert [] == await _audit(town)


async def test_an_address_of_ones_team_cannot_wait(town: "Town") -> None:
    await _begin(town)
    await _name(town, user1=1, user2=1)
    proving = ProvingHosts(town.database)
    await proving.note(thing=SONG, host="example.org", now=town.now)

    with pytest.raises(OwnThing):
        await Intending(town.database, town.rules).intend(
            patron=NINA, url="https://example.org/new", now=town.now
        )


async def test_what_waits_is_not_claimed_from_a_member(town: "Town") -> None:
    """The host is proved only after the team was named."""
    await _begin(town)
    intending = Intending(town.database, town.rules)
    for patron in (NINA, OLGA):
        await intending.intend(patron=patron, url="https://song.test/", now=town.now)
    song = await RegisteringThings(town.database).register(
        owner=MONA,
        url="https://song.test/",
        title="A song",
        charity=False,
        now=town.now,
    )
    await NamingTeams(town.database).name(
        thing=song.id, weights={"user1": 1, "user2": 1}, now=town.now
    )

    await ProvingHosts(town.database).note(
        thing=song.id, host="song.test", now=town.now
    )

    assert [OLGA] == [row.patron_id for row in await town.rows(schema.flattrs)]
    assert [OLGA] == [row.patron_id for row in await town.rows(schema.intents)]


@pytest.mark.parametrize(
    ("weights", "because"),
    [
        ({"user1": 1}, "two members or more"),
        ({"user2": 1, "user3": 1}, "owner of a thing is one of its team"),
        ({"user1": 0, "user2": 1}, "weighs 1 to 100"),
        ({"user1": 1, "user2": 101}, "weighs 1 to 100"),
    ],
)
async def test_what_is_no_team_is_refused(
    town: "Town", weights: dict[str, int], because: str
) -> None:
    await _begin(town)

    with pytest.raises(InvalidRequest, match=because):
        await _name(town, **weights)


async def test_a_team_of_what_or_whom_there_is_not_is_refused(town: "Town") -> None:
    await _begin(town)
    naming = NamingTeams(town.database)

    with pytest.raises(NotFound, match="no thing 77"):
        await naming.end(thing=ThingId(77), now=town.now)
    with pytest.raises(NotFound, match="no user called nobody"):
        await _name(town, user1=1, nobody=1)


async def test_the_team_is_told(town: "Town") -> None:
    await _begin(town)
    naming = NamingTeams(town.database)
    alone = await naming.team(thing=SONG)
    await _name(town, user2=2, user1=1)

    assert {"user1": 1} == alone
    assert {"user1": 1, "user2": 2} == await naming.team(thing=SONG)


def _members(**changed: Any) -> sa.Update:
    return sa.update(schema.team_members).values(**changed)


@pytest.mark.parametrize("user", [MONA, NINA, OLGA])
@pytest.mark.parametrize("column", ["weight", "team_weight"])
@pytest.mark.parametrize("by", [-1, 1, 7])
async def test_a_changed_row_of_a_team_is_named(
    town: "Town", user: UserId, column: str, by: int
) -> None:
    await _settled_month(town)
    cell = schema.team_members.c[column]
    this = schema.team_members.c.user_id == user

    await town.forge(_members(**{column: cell + by}).where(this))

    assert [
        ("team_members", f"thing_id=11 period=2026-01 user_id={user}")
    ] == await _audit(town)


@pytest.mark.parametrize("user", [MONA, NINA, OLGA])
async def test_a_lost_row_of_a_team_is_named(town: "Town", user: UserId) -> None:
    await _settled_month(town)
    lost = schema.team_members.c.user_id == user

    await town.forge(sa.delete(schema.team_members).where(lost))

    assert [
        ("team_members", f"thing_id=11 period=2026-01 user_id={user}")
    ] == await _audit(town)


@pytest.mark.parametrize("user", [MONA, NINA, OLGA])
async def test_a_changed_or_lost_share_of_a_member_is_named(
    town: "Town", user: UserId
) -> None:
    await _settled_month(town)
    own = schema.shares.c
    this = (own.patron_id == BEN) & (own.owner_id == user)
    key = f"patron_id={BEN} period=2026-01 thing_id=11 revision=0 owner_id={user}"

    await town.forge(
        sa.update(schema.shares).where(this).values(share_minor=own.share_minor + 1),
    )
    changed = await _audit(town)
    await town.forge(sa.delete(schema.shares).where(this))

    assert [("shares", key)] == changed
    assert [("shares", key)] == await _audit(town)


async def test_a_share_of_the_whole_for_the_owner_alone_is_named(
    town: "Town",
) -> None:
    """It adds up like that of a thing without a team, so a glance must not clear it."""
    await _settled_month(town)
    own = schema.shares.c
    bens = own.patron_id == BEN
    others = sa.delete(schema.shares).where(bens, own.owner_id != MONA)
    whole = sa.update(schema.shares).where(bens).values(share_minor=300)

    await town.forge(others, whole)

    assert {"shares"} == {table for table, _row in await _audit(town)}


async def test_a_member_s_flattr_on_his_own_team_is_named(town: "Town") -> None:
    await _settled_month(town)
    february = town.january.next

    await town.forge(
        sa.insert(schema.flattrs).values(
            patron_id=NINA,
            period=february,
            thing_id=SONG,
            weight=1,
            flattred_at=february.start,
        ),
    )

    assert [("flattrs", "patron_id=2 period=2026-02 thing_id=11")] == await _audit(town)


async def test_a_team_of_no_thing_or_without_its_owner_is_named(town: "Town") -> None:
    await _begin(town)
    rows = [
        {
            "thing_id": thing,
            "period": town.january,
            "user_id": NINA,
            "weight": 1,
            "team_weight": 1,
        }
        for thing in (SONG, 77)
    ]

    await town.forge(sa.insert(schema.team_members).values(rows))

    assert [
        ("team_members", "thing_id=11 period=2026-01 user_id=1"),
        ("team_members", "thing_id=77 period=2026-01 user_id=2"),
    ] == await _audit(town)


async def test_a_fee_of_everything_leaves_each_member_nothing(town: "Town") -> None:
    town = town.under(replace(town.rules, fee_bps=10_000))
    await _settled_month(town)

    assert [0] * 6 == [row.share_minor for row in await town.rows(schema.shares)]
    assert [] == await _audit(town)


async def test_a_team_named_in_the_hour_before_the_close_begins_with_the_new_month(
    town: "Town",
) -> None:
    await _begin(town)
    await town.patron(ADA, means=1000, budget=1000)
    await town.flattr(ADA, SONG)
    await town.flattr(NINA, SONG)

    await NamingTeams(town.database).name(
        thing=SONG,
        weights={"user1": 1, "user2": 1},
        now=town.january.end + timedelta(minutes=30),
    )
    await town.close()
    await town.settle()

    assert 900 + 450 == await town.revenue(MONA)
    assert [] == await _audit(town)
