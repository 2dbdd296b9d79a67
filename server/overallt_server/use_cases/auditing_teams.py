"""Auditing teams: who adds up is believed, the others are held against the shares."""

from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING

from overallt_server.core.audit import Finding
from overallt_server.core.audit_teams import (
    NamedTeams,
    audit_owner,
    audit_team,
    named_teams,
)
from overallt_server.storage import teams
from overallt_server.storage.database import Transaction

if TYPE_CHECKING:
    from overallt.protocol.ids import ThingId
    from overallt_server.core.periods import Period
    from overallt_server.core.teams import Team


async def audit_all_teams(tx: Transaction) -> tuple[list[Finding], NamedTeams]:
    """Check all teams; return what was found, and the teams as they are believed."""
    findings: list[Finding] = []
    believed: defaultdict[ThingId, list[tuple[Period, Team]]] = defaultdict(list)
    stored = named_teams(await teams.every(tx))
    for named, after in zip_longest(stored, stored[1:]):
        team = named.team
        if not named.adds_up:
            is_of_same = after is not None and after.thing == named.thing
            until = after.period if is_of_same else None
            earned = await teams.earned(tx, named.thing, named.period, until)
            found, team = audit_team(named, earned)
            findings += found
        else:
            findings += audit_owner(named)
        believed[named.thing].append((named.period, team))
    return findings, NamedTeams(believed)
