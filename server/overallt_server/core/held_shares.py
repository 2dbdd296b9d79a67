"""Held shares: what a card has paid of a settlement, until its money is safe.

What was paid by card can be taken back for weeks. So the part of a pot that came from
a card lot is not its owners' revenue at once; it is held for them until a day that is
fixed for all pots of a period as that is closed::

    a slice     clearing:<period>:<slice>  ▶ held:<owner>, revenue:<owner> the rest
    released    held:<owner>               ▶ revenue:<owner>   the slice, when it is due
    taken       held:<owner>               ▶ means:<patron>    for what the card takes,
                                             receivable:<patron>  or took, as it is due
    returned    means:<patron>             ▶ revenue:<owner>   what came again of that

Whose shares they are is not stored. A patron's entries tell his lots, and these what
each of them has paid of the pot; that is spread over the fee and what each owner has
got by the rule of all shares (``core.allocation``), the oldest card lot first. What is
taken is taken from the newest period first, there from all owners in proportion.

A chargeback may come before there are shares that it could take: after the close of a
period and before its settlement. What the patron still owes for it as they are due is
taken of them then; so he, or the operator, has had until that day to pay it.

What was taken is for good: what comes again is revenue at once, as a bank that has
decided a dispute takes no more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.allocation import allocate
from overallt_server.core.cards import CASH_AT_PROVIDER
from overallt_server.core.chart import AccountName, LedgerAccount, Side
from overallt_server.core.journal import EntryKind, JournalEntry, Posting
from overallt_server.core.lots import Lots, lot_named_by, naming
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import Settlement, closing_key

# Minor units of each owner, and these of each lot by its name.
type ByOwner = Mapping[UserId, int]
type ByLot = Mapping[str, ByOwner]

_TAKEN: Final = f"{EntryKind.SHARES_TAKEN}:"
_RETURNED: Final = f"{EntryKind.SHARES_RETURNED}:"


@dataclass(frozen=True, slots=True)
class DividedPot:
    """A patron's pot of a settled *period*: what of it each owner has *earned*."""

    period: Period
    earned: ByOwner
    fee_minor: int


class HeldShares:
    """The held shares of one patron's pots, as his entries are told one by one."""

    def __init__(self, patron: UserId) -> None:
        """Begin before the first entry of *patron*."""
        self._patron: Final = patron
        self._lots: Final = Lots(patron)
        self._taken: Final = Counter[tuple[Period, str, UserId]]()
        # What he owes in all, and what it was when what was taken of a lot made it so.
        self._debt_minor = 0
        self._owed: Final = Counter[tuple[str, str]]()

    def book(self, entry: JournalEntry) -> None:
        """Tell the next entry of the patron's chain that touches means or debts."""
        self._lots.book(entry)
        if entry.kind is EntryKind.SHARES_TAKEN:
            lot = lot_named_by(entry) or ""
            for owner, minor in owners_of(entry).items():
                self._taken[period_of(entry), lot, owner] += minor
        for posting in entry.postings:
            if posting.ledger_account != chart.receivable(self._patron):
                continue
            if posting.side is Side.CREDIT:
                self._debt_minor -= posting.amount.minor
            else:
                because = entry.natural_key.split(":")[1]
                self._debt_minor += posting.amount.minor
                self._owed[lot_named_by(entry) or "", because] += posting.amount.minor

    def of(self, pot: DividedPot) -> ByLot:
        """Return what each card lot has paid of *pot*, by owner; zeros left out."""
        owners = sorted(pot.earned)
        left = [*(pot.earned[owner] for owner in owners), pot.fee_minor]
        held: dict[str, ByOwner] = {}
        for part in self._lots.taken_from(CASH_AT_PROVIDER, closing_key(pot.period)):
            *of_owners, of_fee = allocate(
                part.amount.minor, left, ties=range(len(left))
            )
            paid = (*of_owners, of_fee)
            left = [before - minor for before, minor in zip(left, paid, strict=True)]
            by_owner = dict(zip(owners, of_owners, strict=True))
            held[part.lot] = {o: minor for o, minor in by_owner.items() if minor}
        return held

    def left(self, pot: DividedPot) -> ByLot:
        """Return the same less what was taken of it."""
        return {
            lot: {
                owner: minor - self._taken[pot.period, lot, owner]
                for owner, minor in by_owner.items()
                if minor > self._taken[pot.period, lot, owner]
            }
            for lot, by_owner in self.of(pot).items()
        }

    def pay_debts(
        self, pot: DividedPot, currency: str, *, now: datetime
    ) -> Iterator[JournalEntry]:
        """Tell, and give, the entries that pay for *pot* what is owed for its lots."""
        for (lot, because), owed_minor in self._owed.items():
            for entry in taken_entries(
                [(pot.period, self.left(pot).get(lot, {}))],
                Money(min(owed_minor, self._debt_minor), currency),
                to=chart.receivable(self._patron),
                lot=lot,
                because=because,
                now=now,
            ):
                self.book(entry)
                yield entry

    def taken_of(self, period: Period) -> ByLot:
        """Return what was taken of the pot of *period*."""
        taken: dict[str, dict[UserId, int]] = {}
        for (of, lot, owner), minor in self._taken.items():
            if of == period:
                taken.setdefault(lot, {})[owner] = minor
        return taken


def divided(settlement: Settlement, period: Period) -> DividedPot:
    """Return what *settlement* made of a pot of *period*."""
    earned = Counter[UserId]()
    for share in settlement.shares:
        earned[share.owner] += share.minor
    return DividedPot(period, earned, settlement.fee_minor)


def summed(some: Iterable[ByLot]) -> Counter[UserId]:
    """Sum what is held for each owner, of whatever patron and lot."""
    total = Counter[UserId]()
    for by_lot in some:
        for by_owner in by_lot.values():
            total.update(by_owner)
    return total


def held_until(period: Period, rules: Rules) -> datetime | None:
    """Return until when shares of *period* are held; ``None`` if they are not."""
    if not rules.card_hold_days:
        return None
    return period.end + timedelta(days=rules.card_hold_days)


def period_of(entry: JournalEntry) -> Period:
    """Return of which period's shares *entry* has taken or returned some."""
    return Period.parse(entry.natural_key.split(":")[1])


def released_key(period: Period, slice_: int) -> str:
    """Return the natural key of the house's entry that releases a slice."""
    return f"released:{period}:{slice_}"


def released_entry(
    by_owner: ByOwner, *, period: Period, slice_: int, currency: str, now: datetime
) -> JournalEntry:
    """Return the house's entry that makes what a slice holds its owners'.

    At least one of the amounts is above zero.
    """
    return JournalEntry(
        EntryKind.SLICE_RELEASED,
        released_key(period, slice_),
        f"held shares of {period}, slice {slice_}, released",
        now,
        (
            *_lines(Side.DEBIT, chart.held, by_owner, currency),
            *_lines(Side.CREDIT, chart.revenue, by_owner, currency),
        ),
    )


def taken_entries(
    held: Sequence[tuple[Period, ByOwner]],
    wanted: Money,
    *,
    to: LedgerAccount,
    lot: str,
    because: str,
    now: datetime,
) -> Iterator[JournalEntry]:
    """Give the entries that take *wanted* off the *held* shares of a *lot*, for *to*.

    *held* is by period, newest first; *because* is the key of what the card takes.
    If less is held, less is taken.
    """
    for period, by_owner in held:
        taken = min(wanted, Money(sum(by_owner.values()), wanted.currency))
        if not taken.minor:
            continue
        lines = _lines(
            Side.DEBIT, chart.held, _spread(taken.minor, by_owner), wanted.currency
        )
        yield JournalEntry(
            EntryKind.SHARES_TAKEN,
            naming(f"{_TAKEN}{period}:{because}", lot),
            f"held shares of {period}, taken back",
            now,
            (*lines, Posting(Side.CREDIT, to, taken)),
        )
        wanted -= taken


def returned_entries(
    taken: Sequence[JournalEntry], again: Money, *, patron: UserId, now: datetime
) -> Iterator[JournalEntry]:
    """Give the entries that return what the entries *taken* took.

    What came *again* is returned in the order of *taken*, as far as it goes.
    """
    for entry in taken:
        by_owner = owners_of(entry)
        returned = min(again, Money(sum(by_owner.values()), again.currency))
        if not returned.minor:
            continue
        spread = _spread(returned.minor, by_owner)
        yield JournalEntry(
            EntryKind.SHARES_RETURNED,
            returned_key(entry),
            f"held shares of {period_of(entry)}, returned",
            now,
            (
                Posting(Side.DEBIT, chart.means(patron), returned),
                *_lines(Side.CREDIT, chart.revenue, spread, again.currency),
            ),
        )
        again -= returned


def returned_key(taken: JournalEntry) -> str:
    """Return the natural key of the entry that returns what *taken* took."""
    return _RETURNED + taken.natural_key.removeprefix(_TAKEN)


def is_for(taken: JournalEntry, because: str, lot: str) -> bool:
    """Tell whether the entry *taken* took shares of *lot* for *because*."""
    return taken.kind is EntryKind.SHARES_TAKEN and taken.natural_key == naming(
        f"{_TAKEN}{period_of(taken)}:{because}", lot
    )


def owners_of(entry: JournalEntry) -> ByOwner:
    """Return what *entry* has taken of, or returned to, each owner."""
    return {
        UserId(int(each.ledger_account.of)): each.amount.minor
        for each in entry.postings
        if each.ledger_account.name in {AccountName.HELD, AccountName.REVENUE}
    }


def _spread(minor: int, by_owner: ByOwner) -> ByOwner:
    owners = sorted(by_owner)
    weights = [by_owner[owner] for owner in owners]
    return dict(zip(owners, allocate(minor, weights, ties=owners), strict=True))


def _lines(
    side: Side,
    account: Callable[[UserId], LedgerAccount],
    by_owner: ByOwner,
    currency: str,
) -> Iterator[Posting]:
    for owner, minor in sorted(by_owner.items()):
        if minor:
            yield Posting(side, account(owner), Money(minor, currency))
