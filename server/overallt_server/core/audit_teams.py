"""Auditing teams: every row against what its team weighs, and against the shares.

Each row of a team says what the whole team weighs. If the rows are not that together,
one of them was changed, or is gone; which one, that say the shares, which are no more
changed than the books that were made of them: of all teams that one change away would
be in order, the one is believed that comes nearest to what its members have earned.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.audit import Finding, row
from overallt_server.core.flattrs import WEIGHTS
from overallt_server.core.periods import Period
from overallt_server.core.teams import NO_TEAM, Member, Team

_TABLE: Final = "team_members"


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A row of team members; *owner* is the thing's, ``None`` if there is none such."""

    thing: ThingId
    period: Period
    user: UserId
    weight: int
    team_weight: int
    owner: UserId | None

    @property
    def row(self) -> str:
        """The key of the row."""
        return row(thing_id=self.thing, period=self.period, user_id=self.user)


@dataclass(frozen=True, slots=True)
class NamedTeam:
    """The rows, at least one, of a team that was named in one period."""

    rows: tuple[StoredMember, ...]

    @property
    def thing(self) -> ThingId:
        """Whose team it is."""
        return self.rows[0].thing

    @property
    def period(self) -> Period:
        """The first one in which it holds."""
        return self.rows[0].period

    @property
    def team(self) -> Team:
        """The team as it is stored."""
        return tuple(Member(each.user, each.weight) for each in self.rows)

    @property
    def adds_up(self) -> bool:
        """Whether all rows say what they weigh together."""
        weight = sum(each.weight for each in self.rows)
        return all(each.team_weight == weight for each in self.rows)


@dataclass(frozen=True, slots=True)
class NamedTeams:
    """The teams of each thing as they are believed, with the first period of each."""

    by_thing: Mapping[ThingId, Sequence[tuple[Period, Team]]]

    def of(self, period: Period) -> Mapping[ThingId, Team]:
        """Return the team of each thing that has one in *period*."""
        told = {thing: self.of_thing(thing, period) for thing in self.by_thing}
        return {thing: team for thing, team in told.items() if team}

    def of_thing(self, thing: ThingId, period: Period) -> Team:
        """Return the team that *thing* has in *period*, if any."""
        named = [each for each in self.by_thing.get(thing, ()) if each[0] <= period]
        return max(named, key=lambda each: each[0])[1] if named else NO_TEAM


def named_teams(rows: Sequence[StoredMember]) -> list[NamedTeam]:
    """Return the teams of *rows*, by thing and period."""
    named: defaultdict[tuple[ThingId, Period], list[StoredMember]] = defaultdict(list)
    for each in rows:
        named[each.thing, each.period].append(each)
    return [NamedTeam(tuple(named[key])) for key in sorted(named)]


def audit_owner(named: NamedTeam) -> Iterator[Finding]:
    """Check that a team is one of a thing, and its owner in it."""
    owner = named.rows[0].owner
    if owner is None:
        yield Finding(_TABLE, named.rows[0].row, "there is no such thing", "", "")
    elif owner not in {each.user for each in named.rows}:
        key = row(thing_id=named.thing, period=named.period, user_id=owner)
        yield Finding(_TABLE, key, "it is missing", "", "")


def audit_team(
    named: NamedTeam, earned: Mapping[UserId, int]
) -> tuple[list[Finding], Team]:
    """Find what is wrong in a team that does not add up.

    *earned* is what the thing brought each owner while the team held.

    Returns:
        What was found, at least one finding, and the team as it is believed.
    """
    weight = sum(each.weight for each in named.rows)
    told = [each.team_weight for each in named.rows]
    if weight in told:
        problem = "it does not say what its team weighs"
        return [
            Finding(_TABLE, each.row, problem, str(weight), str(each.team_weight))
            for each in named.rows
            if each.team_weight != weight
        ], named.team
    due = max(told, key=told.count)
    hypotheses = [
        *_changed(named, weight - due),
        *_deleted(named, due - weight, earned),
    ]
    if not hypotheses:
        problem = "it is not what its team weighs, all rows together"
        key = named.rows[0].row
        return [Finding(_TABLE, key, problem, str(due), str(weight))], named.team
    finding, team = min(hypotheses, key=lambda each: _misfit(each[1], earned))
    return [finding], team


def _changed(named: NamedTeam, excess: int) -> Iterator[tuple[Finding, Team]]:
    for index, each in enumerate(named.rows):
        weight = each.weight - excess
        if weight in WEIGHTS:
            problem = "its weight is not what its team and the shares say"
            finding = Finding(_TABLE, each.row, problem, str(weight), str(each.weight))
            team = named.team
            right = Member(each.user, weight)
            yield finding, (*team[:index], right, *team[index + 1 :])


def _deleted(
    named: NamedTeam, missing: int, earned: Mapping[UserId, int]
) -> Iterator[tuple[Finding, Team]]:
    if missing not in WEIGHTS:
        return
    for user in sorted(earned.keys() - {each.user for each in named.rows}):
        key = row(thing_id=named.thing, period=named.period, user_id=user)
        team = sorted((*named.team, Member(user, missing)), key=lambda each: each.user)
        yield Finding(_TABLE, key, "it is missing", str(missing), ""), tuple(team)


def _misfit(team: Team, earned: Mapping[UserId, int]) -> int:
    # How far the team's parts of all that was earned are from what each has earned.
    weights = {each.user: each.weight for each in team}
    every, all_minor = sum(weights.values()), sum(earned.values())
    return sum(
        abs(earned.get(user, 0) * every - all_minor * weights.get(user, 0))
        for user in {*weights, *earned}
    )
