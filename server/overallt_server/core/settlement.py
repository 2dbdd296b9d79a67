"""Settlement: what one patron's pot becomes, and how that is written in the books.

A pure function of (pot, fee rate, things with weights, patron, period), so that it can
be repeated, resumed and audited::

    pot ──┬── fee     what of the pot goes to things that are no charities,
          │           times the rate, rounded down in favour of owners
          └── shares  the rest, by largest remainders over the weights after fee

A team's share is split over its members by their weights, by the same rule; the order
of ties is told by a member's id in the place of the thing's.

The fee and the shares sum to exactly the pot (I5). In the books:

    closing     means:<patron>             ▶ reserved:<patron>:<period>      pot
    settling    reserved:<patron>:<period> ▶ clearing:<period>:<slice>       shares
                                           ▶ fee_income                      fee
    a slice     clearing:<period>:<slice>  ▶ revenue:<owner> of each owner,
                                             held:<owner> what a card has paid of it
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.allocation import allocate, tie_key
from overallt_server.core.journal import (
    BrokenBooks,
    EntryKind,
    JournalEntry,
    Posting,
)
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.teams import NO_TEAM, Team

ALL_BPS: Final = 10_000

# A correction is a reversal and the next revision; the first settlement is this one.
FIRST_REVISION: Final = 0

# So does the entry of a slice end of which something is held, with the day.
_HELD_UNTIL: Final = "; held until "


@dataclass(frozen=True, slots=True)
class PotThing:
    """A thing that takes part in a pot; its weight is above zero.

    With a *team*, what it gets is that of the team, else of the *owner*.
    """

    thing: ThingId
    owner: UserId
    weight: int
    charity: bool
    team: Team = NO_TEAM


@dataclass(frozen=True, slots=True)
class PotWeights:
    """The sum of the weights of *every* thing of a pot, and of those *paying* a fee."""

    every: int
    paying: int

    @classmethod
    def of(cls, things: Collection[PotThing]) -> Self:
        """Sum the weights of *things*."""
        return cls(
            sum(each.weight for each in things),
            sum(each.weight for each in things if not each.charity),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """What a thing's owner, or a member of its team, gets of one pot."""

    thing: ThingId
    owner: UserId
    minor: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """The result for one patron; the shares are in the order of thing and owner ids."""

    fee_minor: int
    shares: tuple[Share, ...]

    @property
    def shared_minor(self) -> int:
        """The sum of the shares."""
        return sum(share.minor for share in self.shares)

    def prove(self, pot_minor: int) -> None:
        """Check that nothing of the pot was lost and nothing made (I5).

        Raises:
            BrokenBooks: the fee and the shares are not *pot_minor* together.
        """
        if self.fee_minor + self.shared_minor != pot_minor:
            raise BrokenBooks(
                f"fee {self.fee_minor} and shares {self.shared_minor} "
                f"do not sum to the pot of {pot_minor}"
            )


def settle(
    pot_minor: int,
    fee_bps: int,
    things: Sequence[PotThing],
    *,
    patron: UserId,
    period: Period,
) -> Settlement:
    """Divide the pot of *patron* for *period* over *things*, less the fee.

    Reads no clock, no database and no setting: the same arguments always give the
    same shares, in whatever order the things come.

    Raises:
        ValueError: there is a pot but no thing of a weight above zero.
        BrokenBooks: shares and fee are not the pot, which must never happen.
    """
    if not things and not pot_minor:
        return Settlement(0, ())
    ordered = sorted(things, key=lambda each: each.thing)
    total = PotWeights.of(things)
    if not total.every:
        raise ValueError(f"cannot share a pot of {pot_minor} over weights of zero")
    fee_minor = pot_minor * fee_bps * total.paying // (ALL_BPS * total.every)
    weights = [
        each.weight * (ALL_BPS if each.charity else ALL_BPS - fee_bps)
        for each in ordered
    ]
    if any(weights):
        ties = [
            tie_key(thing=each.thing, patron=patron, period=period) for each in ordered
        ]
        minors = allocate(pot_minor - fee_minor, weights, ties=ties)
    else:
        minors = [0] * len(ordered)  # All is fee.
    settlement = Settlement(
        fee_minor,
        tuple(
            share
            for each, minor in zip(ordered, minors, strict=True)
            for share in _shares_of(each, minor, patron=patron, period=period)
        ),
    )
    settlement.prove(pot_minor)
    return settlement


def _shares_of(
    each: PotThing, minor: int, *, patron: UserId, period: Period
) -> list[Share]:
    if not each.team:
        return [Share(each.thing, each.owner, minor)]
    ties = [
        tie_key(thing=ThingId(member.user), patron=patron, period=period)
        for member in each.team
    ]
    minors = allocate(minor, [member.weight for member in each.team], ties=ties)
    return [
        Share(each.thing, member.user, part)
        for member, part in zip(each.team, minors, strict=True)
    ]


def settles_from(period: Period, rules: Rules) -> datetime:
    """Return until when the preliminary figures of *period* may be looked at."""
    return period.end + timedelta(days=rules.hold_days)


def closing_key(period: Period) -> str:
    """Return the natural key of the entry that reserves a pot of *period*."""
    return f"closed:{period}"


def settling_key(period: Period) -> str:
    """Return the natural key of the entry that settles a pot of *period*."""
    return f"settled:{period}:{FIRST_REVISION}"


def slice_key(period: Period, slice_: int) -> str:
    """Return the natural key of the house's entry that settles a slice of *period*."""
    return f"settled:{period}:{slice_}:{FIRST_REVISION}"


def closing_entry(
    *, patron: UserId, period: Period, pot: Money, now: datetime
) -> JournalEntry:
    """Return the entry that sets a *pot* above zero aside as *period* is closed."""
    return JournalEntry.transfer(
        kind=EntryKind.PERIOD_CLOSED,
        natural_key=closing_key(period),
        memo=f"pot of {period}",
        made_at=now,
        debit=chart.means(patron),
        credit=chart.reserved(patron, period),
        amount=pot,
    )


def patron_entry(
    settlement: Settlement,
    *,
    patron: UserId,
    period: Period,
    slice_: int,
    currency: str,
    now: datetime,
) -> JournalEntry:
    """Return the entry of the *settlement* of a patron's pot above zero."""
    shared, fee = settlement.shared_minor, settlement.fee_minor
    credits_ = ((chart.clearing(period, slice_), shared), (chart.FEE_INCOME, fee))
    debit = Posting(
        chart.Side.DEBIT,
        chart.reserved(patron, period),
        Money(shared + fee, currency),
    )
    return JournalEntry(
        EntryKind.PATRON_SETTLED,
        settling_key(period),
        f"settlement of {period}",
        now,
        (debit, *_credits(credits_, currency)),
    )


def slice_entry(
    minor_by_owner: Mapping[UserId, int],
    *,
    held_by_owner: Mapping[UserId, int],
    held_until: datetime | None,
    period: Period,
    slice_: int,
    currency: str,
    now: datetime,
) -> JournalEntry:
    """Return the house's entry of a slice: what it brought each owner, by owner id.

    At least one of the amounts is above zero. Those that are held are part of them
    (``core.held_shares``); if there are any, *held_until* is known.
    """
    debit = Posting(
        chart.Side.DEBIT,
        chart.clearing(period, slice_),
        Money(sum(minor_by_owner.values()), currency),
    )
    credits_ = [
        line
        for owner, minor in sorted(minor_by_owner.items())
        for line in (
            (chart.revenue(owner), minor - held_by_owner.get(owner, 0)),
            (chart.held(owner), held_by_owner.get(owner, 0)),
        )
    ]
    memo = f"settlement of {period}, slice {slice_}"
    if held_until is not None and any(held_by_owner.values()):
        memo += f"{_HELD_UNTIL}{held_until.date()}"
    return JournalEntry(
        EntryKind.SLICE_SETTLED,
        slice_key(period, slice_),
        memo,
        now,
        (debit, *_credits(credits_, currency)),
    )


def told_until(slice_entry_: JournalEntry) -> datetime | None:
    """Return until when the entry of a slice holds some of it, if it does."""
    day = slice_entry_.memo.partition(_HELD_UNTIL)[2]
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None


def _credits(
    minors: Sequence[tuple[chart.LedgerAccount, int]], currency: str
) -> list[Posting]:
    # A posting of zero cannot exist: who got nothing has no line.
    return [
        Posting(chart.Side.CREDIT, ledger_account, Money(minor, currency))
        for ledger_account, minor in minors
        if minor
    ]
