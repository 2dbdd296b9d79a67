"""Auditing flattrs and budgets: what could never have been accepted."""

from collections.abc import Iterator
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding, row
from overallt_server.core.budgets import Budget
from overallt_server.core.flattrs import WEIGHTS, Flattr
from overallt_server.core.periods import Period
from overallt_server.core.teams import Team, owners_of
from overallt_server.core.things import Thing


def audit_flattr(
    flattr: Flattr,
    thing: Thing | None,
    team: Team,
    *,
    closed_at: datetime | None,
    is_frozen: bool,
) -> Iterator[Finding]:
    """Check one flattr.

    *thing* is ``None`` if there is no such thing, *team* what it has in that period;
    *closed_at* is the period's, ``None`` if that is open; *is_frozen* says whether a
    pot names that thing, too.
    """
    key = row(patron_id=flattr.patron, period=flattr.period, thing_id=flattr.thing)
    if thing is None and is_frozen:
        yield Finding("things", row(id=flattr.thing), "it is missing", "", "")
    elif thing is None:
        yield Finding("flattrs", key, "there is no such thing", "", "")
    elif flattr.patron == thing.owner or (
        # Who joins a team has what he gave to its thing before undone.
        not flattr.undone_at and flattr.patron in owners_of(thing.owner, team)
    ):
        yield Finding("flattrs", key, "it is on the patron's own thing", "", "")
    if flattr.weight not in WEIGHTS:
        yield Finding(
            "flattrs", key, "its weight is impossible", "1 to 100", str(flattr.weight)
        )
    if flattr.undone_at and closed_at and flattr.undone_at > closed_at:
        yield Finding(
            "flattrs",
            key,
            "it was undone after its period was closed",
            f"{closed_at} at the latest",
            str(flattr.undone_at),
        )
    made_in = Period.of(flattr.flattred_at)
    if flattr.period < made_in:
        # A late one goes into the next period that is open, none into an earlier one.
        yield Finding(
            "flattrs",
            key,
            "it was made after its period had ended",
            f"{flattr.period} at the latest",
            str(flattr.flattred_at),
        )


def audit_budget(patron: UserId, budget: Budget, currency: str) -> Iterator[Finding]:
    """Check one budget; *currency* is the server's."""
    key = row(patron_id=patron)
    if budget.amount.minor <= 0:
        yield Finding(
            "budgets", key, "it is not above zero", "more", str(budget.amount)
        )
    if budget.amount.currency != currency:
        yield Finding(
            "budgets",
            key,
            "it is in a currency that is not the server's",
            currency,
            budget.amount.currency,
        )
