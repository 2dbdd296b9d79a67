"""What holds of every settlement (I5)."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.periods import Period
from overallt_server.core.settlement import ALL_BPS, PotThing, settle
from overallt_server.core.teams import NO_TEAM, Member, alone

ids = st.integers(1, 2**53 - 1)
pots = st.integers(0, 10**9)
rates = st.integers(0, ALL_BPS)
patrons = st.builds(UserId, ids)
periods = st.builds(Period, st.integers(2010, 2100), st.integers(1, 12))
teams = st.lists(
    st.builds(Member, st.builds(UserId, ids), st.integers(1, 100)),
    max_size=5,
    unique_by=lambda each: each.user,
).map(lambda members: tuple(sorted(members, key=lambda each: each.user)))
pot_things = st.lists(
    st.builds(
        PotThing,
        st.builds(ThingId, ids),
        st.builds(UserId, ids),
        st.integers(1, 100),
        st.booleans(),
        teams,
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda each: each.thing,
)


@given(pots, rates, pot_things, patrons, periods)
def test_fee_and_shares_are_the_pot(
    pot: int, rate: int, things: list[PotThing], patron: UserId, period: Period
) -> None:
    settlement = settle(pot, rate, things, patron=patron, period=period)

    assert pot == settlement.fee_minor + sum(s.minor for s in settlement.shares)
    assert all(share.minor >= 0 for share in settlement.shares)
    assert 0 <= settlement.fee_minor <= pot * rate // ALL_BPS
    assert [
        (each.thing, owner)
        for each in sorted(things, key=lambda each: each.thing)
        for owner in [member.user for member in each.team] or [each.owner]
    ] == [(share.thing, share.owner) for share in settlement.shares]


@given(pots, rates, pot_things, patrons, periods)
def test_a_team_changes_nothing_for_other_things(
    pot: int, rate: int, things: list[PotThing], patron: UserId, period: Period
) -> None:
    teamless = [replace(each, team=NO_TEAM) for each in things]

    settlement = settle(pot, rate, things, patron=patron, period=period)

    minors = Counter[ThingId]()
    for share in settlement.shares:
        minors[share.thing] += share.minor
    without = settle(pot, rate, teamless, patron=patron, period=period)
    assert {share.thing: share.minor for share in without.shares} == minors
    assert without.fee_minor == settlement.fee_minor


@given(pots, pot_things, patrons, periods)
def test_a_member_gets_his_part_within_one_unit(
    pot: int, things: list[PotThing], patron: UserId, period: Period
) -> None:
    thing = things[0]
    team = thing.team or alone(thing.owner)

    settlement = settle(
        pot, 0, [replace(thing, team=team)], patron=patron, period=period
    )

    pool = sum(member.weight for member in team)
    for member, share in zip(team, settlement.shares, strict=True):
        assert abs(share.minor * pool - pot * member.weight) < pool


@given(pots, rates, pot_things, patrons, periods)
def test_charities_alone_bear_no_fee(
    pot: int, rate: int, things: list[PotThing], patron: UserId, period: Period
) -> None:
    charities = [replace(each, charity=True) for each in things]

    settlement = settle(pot, rate, charities, patron=patron, period=period)

    assert 0 == settlement.fee_minor


@given(pots, st.integers(0, ALL_BPS - 1), pot_things, patrons, periods)
def test_shares_are_within_one_unit_of_their_exact_part(
    pot: int, rate: int, things: list[PotThing], patron: UserId, period: Period
) -> None:
    settlement = settle(pot, rate, things, patron=patron, period=period)

    net = pot - settlement.fee_minor
    minors = Counter[ThingId]()
    for share in settlement.shares:
        minors[share.thing] += share.minor
    effective = {
        each.thing: each.weight * (ALL_BPS if each.charity else ALL_BPS - rate)
        for each in things
    }
    pool = sum(effective.values())
    for thing, minor in minors.items():
        assert abs(minor * pool - net * effective[thing]) < pool


@given(pots, rates, pot_things, patrons, periods, st.randoms(use_true_random=False))
def test_the_order_of_things_changes_no_cent(
    pot: int,
    rate: int,
    things: list[PotThing],
    patron: UserId,
    period: Period,
    random: Random,
) -> None:
    shuffled = random.sample(things, len(things))

    assert settle(pot, rate, things, patron=patron, period=period) == settle(
        pot, rate, shuffled, patron=patron, period=period
    )
