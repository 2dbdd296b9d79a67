"""Auditing periods: what was frozen for all pots together, and whether they agree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from overallt.protocol.ids import ThingId
from overallt_server.core.audit import Finding, row
from overallt_server.core.periods import Period
from overallt_server.core.settlement import PotThing
from overallt_server.core.teams import NO_TEAM, Team


@dataclass(frozen=True, slots=True)
class FrozenPeriod:
    """What holds for all pots of a closed period."""

    period: Period
    fee_bps: int
    currency: str
    closed_at: datetime
    held_until: datetime | None
    teams: Mapping[ThingId, Team]

    def with_teams(
        self, things: Mapping[ThingId, PotThing]
    ) -> Mapping[ThingId, PotThing]:
        """Return *things* with the teams that they have in this period."""
        return {
            id_: replace(each, team=self.teams.get(id_, NO_TEAM))
            for id_, each in things.items()
        }


def audit_rate(
    stored: FrozenPeriod, told: Mapping[tuple[int, str], int]
) -> tuple[list[Finding], FrozenPeriod]:
    """Hold a period's rate and currency against those that its pots name.

    *told* is how many pots name each. Where none agrees with the period, it is wrong.

    Returns:
        What was found, and the period as it is believed.
    """
    if not told:
        return [], stored
    fee_bps, currency = max(told, key=lambda each: told[each])
    if stored.fee_bps in {rate for rate, _currency in told}:
        fee_bps = stored.fee_bps
    if stored.currency in {currency for _rate, currency in told}:
        currency = stored.currency
    believed = replace(stored, fee_bps=fee_bps, currency=currency)
    key = row(period=stored.period)
    columns = (
        ("fee_bps", fee_bps, stored.fee_bps),
        ("currency", currency, stored.currency),
    )
    found = [
        Finding(
            "periods",
            key,
            f"its {column} is not that of its pots",
            str(due),
            str(there),
        )
        for column, due, there in columns
        if due != there
    ]
    return found, believed
