"""Teams: who shares what a thing earns, and in which proportion.

A team is named for a thing in a period, and holds for that whole period and those that
follow, until another is named. What is over stays with the team that it had, so naming
one never changes what was given before. The owner, who has registered the thing, is a
member like the others; a thing for which nobody ever named a team is his alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.flattrs import WEIGHTS
from overallt_server.core.refusals import InvalidRequest

_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Member:
    """A user with a part in what a thing earns."""

    user: UserId
    weight: int


# In the order of user ids.
type Team = tuple[Member, ...]

# No team: all is the owner's.
NO_TEAM: Final[Team] = ()


def team_of(members: Iterable[Member], *, owner: UserId) -> Team:
    """Return the team of *members* for a thing of *owner*.

    Raises:
        InvalidRequest: there can be no such team.
    """
    team = tuple(sorted(members, key=lambda each: each.user))
    users = {each.user for each in team}
    if len(users) < len(team):
        raise InvalidRequest("Nobody can be in a team twice.")
    if len(team) < _FEWEST:
        raise InvalidRequest("A team has two members or more.")
    if owner not in users:
        raise InvalidRequest("The owner of a thing is one of its team.")
    if any(each.weight not in WEIGHTS for each in team):
        raise InvalidRequest("A member of a team weighs 1 to 100.")
    return team


def owners_of(owner: UserId, team: Team) -> frozenset[UserId]:
    """Return who earns by a thing of *owner*, and so may not give to it."""
    return frozenset({owner, *(each.user for each in team)})


def alone(owner: UserId) -> Team:
    """Return the team that ends a team: *owner*, and nobody else."""
    return (Member(owner, 1),)
