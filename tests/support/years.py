"""Years of a few people with each other: what was done, and what must come of it.

The model keeps figures as a child would, in dictionaries; only the division of a pot is
asked of the core, which is the specification of it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import PotThing, settle
from overallt_server.core.teams import NO_TEAM, Member, Team, owners_of

PEOPLE: Final = tuple(UserId(number) for number in range(1, 4))
# Things by number, with their owners; the last is a charity.
OWNERS: Final = {ThingId(n): UserId(n % 3 + 1) for n in range(1, 5)}
CHARITY: Final = ThingId(4)
# One of the things has a team; only the third of the people may give to it.
TEAM_THING: Final = ThingId(1)
TEAM: Final = (Member(PEOPLE[0], 3), Member(OWNERS[TEAM_THING], 2))


def team_of(thing: ThingId) -> Team:
    """Return who shares what *thing* earns."""
    return TEAM if thing == TEAM_THING else NO_TEAM


def is_own(thing: ThingId, patron: UserId) -> bool:
    """Tell whether *patron* earns by *thing*."""
    return patron in owners_of(OWNERS[thing], team_of(thing))


@dataclass
class Given:
    """A flattr: its weight, and whether it was undone."""

    weight: int
    undone: bool = False


@dataclass
class Subscribed:
    """A subscription: what it weighs, until when, and since when it gives."""

    weight: int
    last: Period | None
    started: datetime
    active: bool = True


@dataclass
class GiftGiven:
    """A gift that is held: its owner, all of it, and his part."""

    owner: UserId
    minor: int
    share: int
    at: datetime


@dataclass
class Years:
    """All figures, in minor units."""

    rules: Rules
    now: datetime
    open: Period
    means: Counter[UserId] = field(default_factory=Counter)
    budget: dict[UserId, tuple[int, bool]] = field(default_factory=dict)
    flattrs: dict[tuple[UserId, Period], dict[ThingId, Given]] = field(
        default_factory=dict
    )
    subscriptions: dict[UserId, dict[ThingId, Subscribed]] = field(default_factory=dict)
    gifts: dict[str, tuple[UserId, GiftGiven]] = field(default_factory=dict)
    reserved: dict[Period, dict[UserId, tuple[int, list[PotThing]]]] = field(
        default_factory=dict
    )
    revenue: Counter[UserId] = field(default_factory=Counter)
    held: Counter[UserId] = field(default_factory=Counter)
    fee: int = 0

    def pot(self, patron: UserId) -> int:
        """Return what a close would set aside now, if there is a flattr."""
        amount, active = self.budget.get(patron, (0, False))
        return min(amount, self.means[patron]) if active else 0

    def given(self, patron: UserId) -> dict[ThingId, Given]:
        """Return what *patron* flattred in the open period, undone or not."""
        return self.flattrs.setdefault((patron, self.taking_in), {})

    @property
    def taking_in(self) -> Period:
        """The period that takes flattrs in now."""
        return max(self.open, Period.of(self.now))

    def may_flattr(self, patron: UserId, thing: ThingId) -> bool:
        """Tell whether a flattr must be taken."""
        return (
            not is_own(thing, patron)
            and thing not in self.given(patron)
            and self.pot(patron) > 0
        )

    def close(self) -> None:
        """Close the open period: give what is subscribed to, set the pots aside."""
        period = self.open
        self._renew(period)
        pots = {}
        for patron in self.budget:
            given = self.flattrs.get((patron, period), {})
            things = [
                PotThing(
                    thing,
                    OWNERS[thing],
                    each.weight,
                    charity=thing == CHARITY,
                    team=team_of(thing),
                )
                for thing, each in given.items()
                if not each.undone
            ]
            pot = self.pot(patron) if things else 0
            self.means[patron] -= pot
            pots[patron] = (pot, things if pot else [])
        self.reserved[period] = pots
        self.open = period.next
        for own in self.subscriptions.values():
            for thing in [t for t, s in own.items() if s.last and s.last < self.open]:
                del own[thing]
        self._renew(self.open)

    def _renew(self, period: Period) -> None:
        for patron, own in self.subscriptions.items():
            if not self.pot(patron):
                continue
            for thing, each in own.items():
                is_due = each.last is None or each.last >= period
                given = self.flattrs.setdefault((patron, period), {})
                if each.active and is_due and each.started < period.end:
                    given.setdefault(thing, Given(each.weight))

    def settle(self, period: Period) -> None:
        """Divide the pots of a closed *period*."""
        for patron, (pot, things) in self.reserved.pop(period).items():
            settlement = settle(
                pot, self.rules.fee_bps, things, patron=patron, period=period
            )
            self.fee += settlement.fee_minor
            for share in settlement.shares:
                self.revenue[share.owner] += share.minor

    def end_gift(self, id_: str, *, undone: bool) -> None:
        """Give a gift back, or make it its owner's."""
        patron, gift = self.gifts.pop(id_)
        self.held[gift.owner] -= gift.share
        if undone:
            self.means[patron] += gift.minor
            self.fee -= gift.minor - gift.share
        else:
            self.revenue[gift.owner] += gift.share

    def due_gifts(self) -> list[str]:
        """List the gifts that were held for long enough."""
        until = self.now - timedelta(days=self.rules.hold_days)
        return [id_ for id_, (_, gift) in self.gifts.items() if gift.at <= until]

    def balances(self) -> dict[str, int]:
        """Return what every ledger account must say, but for those at zero."""
        told = Counter[str]()
        for patron in PEOPLE:
            told[f"means:{patron}"] = self.means[patron]
            told[f"revenue:{patron}"] = self.revenue[patron]
            told[f"held:{patron}"] = self.held[patron]
        for period, pots in self.reserved.items():
            for patron, (pot, _) in pots.items():
                told[f"reserved:{patron}:{period}"] = pot
        told["fee_income"] = self.fee
        told["cash:by_hand"] = sum(told.values())
        return {account: minor for account, minor in told.items() if minor}

    def money(self, minor: int) -> Money:
        """Return *minor* units of the only currency."""
        return Money(minor, self.rules.currency)
