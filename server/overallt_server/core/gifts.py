"""Single gifts: from a patron's free means to one owner, once.

A gift is held for a while, in which it can be undone, and then released::

    given      means:<patron>             ▶ held:<owner>, fee_income
    undone     held:<owner>, fee_income   ▶ means:<patron>
    released   held:<owner>               ▶ revenue:<owner>

There is no record of it but these entries, all in the patron's chain. What ends a gift
has one natural key, however it ends: so it is undone or released, and never both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import AccountName, LedgerAccount, Side
from overallt_server.core.journal import (
    BrokenBooks,
    EntryKind,
    JournalEntry,
    Posting,
)
from overallt_server.core.money import Money
from overallt_server.core.refusals import GiftEnded, InvalidRequest, NoMeans
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import ALL_BPS

LEAST_MINOR: Final = 200
MOST_MINOR: Final = 5000

GIVEN_KEY: Final = "gift:"
ENDED_KEY: Final = "gift_ended:"
_TOLD: Final = re.compile("gift to user ([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Gift:
    """What *patron* gave to *owner*: *share* reaches him, the rest is the fee.

    ``ended_by`` is the kind of the entry that ended it; ``None`` while it is held.
    """

    id: str
    patron: UserId
    owner: UserId
    amount: Money
    share: Money
    given_at: datetime
    ended_by: EntryKind | None

    @property
    def fee(self) -> Money:
        """The platform's part."""
        return self.amount - self.share

    def is_due(self, now: datetime, rules: Rules) -> bool:
        """Tell whether it is held, and has been for long enough."""
        return self.ended_by is None and now >= self.given_at + held_for(rules)


def held_for(rules: Rules) -> timedelta:
    """Return how long a gift is held."""
    return timedelta(days=rules.hold_days)


def refuse_gift(
    amount: Money, *, patron: UserId, owner: UserId, means: Money, rules: Rules
) -> None:
    """Refuse a gift that *patron* may not make.

    Raises:
        InvalidRequest: it is too small, too large or in another currency, or to
            himself.
        NoMeans: his free *means* are less.
    """
    least = Money(LEAST_MINOR, rules.currency)
    most = Money(MOST_MINOR, rules.currency)
    if amount.currency != rules.currency or not least <= amount <= most:
        raise InvalidRequest(f"A gift is between {least} and {most}.")
    if owner == patron:
        raise InvalidRequest("You cannot give to yourself.")
    if means < amount:
        raise NoMeans(f"You have means of {means}, less than {amount}.")


def refuse_undo(gift: Gift) -> None:
    """Refuse to undo a *gift* that is held no longer.

    Raises:
        GiftEnded: it is undone already, or its owner's.
    """
    if gift.ended_by is not None:
        raise GiftEnded


def given_entry(
    id_: str,
    amount: Money,
    *,
    patron: UserId,
    owner: UserId,
    rules: Rules,
    now: datetime,
) -> JournalEntry:
    """Return the entry of a new gift; its fee is rounded down in favour of owners."""
    fee = Money(amount.minor * rules.fee_bps // ALL_BPS, amount.currency)
    return JournalEntry(
        EntryKind.GIFT_GIVEN,
        f"{GIVEN_KEY}{id_}",
        _memo(owner),
        now,
        (
            Posting(Side.DEBIT, chart.means(patron), amount),
            *_parts(Side.CREDIT, owner, amount - fee, fee),
        ),
    )


def gift_of(entry: JournalEntry, patron: UserId, ended_by: EntryKind | None) -> Gift:
    """Return the gift that its first *entry*, in the chain of *patron*, tells of.

    Raises:
        BrokenBooks: it is no such entry.
    """
    by_name = {each.ledger_account.name: each for each in entry.postings}
    try:
        held, means = by_name[AccountName.HELD], by_name[AccountName.MEANS]
    except KeyError:
        raise BrokenBooks(f"{entry.natural_key} is no gift") from None
    return Gift(
        entry.natural_key.removeprefix(GIVEN_KEY),
        patron,
        UserId(int(held.ledger_account.of)),
        means.amount,
        held.amount,
        entry.made_at,
        ended_by,
    )


def accounts_told(memo: str) -> Iterator[LedgerAccount]:
    """Give the ledger accounts that an entry with this *memo* may post to.

    So an audit can tell which account stood where another one stands now.
    """
    told = _TOLD.match(memo)
    if told is not None:
        owner = UserId(int(told[1]))
        yield from (chart.held(owner), chart.revenue(owner))


def undone_entry(gift: Gift, *, now: datetime) -> JournalEntry:
    """Return the entry that gives *gift* back."""
    return JournalEntry(
        EntryKind.GIFT_UNDONE,
        f"{ENDED_KEY}{gift.id}",
        f"{_memo(gift.owner)}, undone",
        now,
        (
            *_parts(Side.DEBIT, gift.owner, gift.share, gift.fee),
            Posting(Side.CREDIT, chart.means(gift.patron), gift.amount),
        ),
    )


def released_entry(gift: Gift, *, now: datetime) -> JournalEntry:
    """Return the entry that makes *gift* its owner's."""
    return JournalEntry.transfer(
        kind=EntryKind.GIFT_RELEASED,
        natural_key=f"{ENDED_KEY}{gift.id}",
        memo=f"{_memo(gift.owner)}, released",
        made_at=now,
        debit=chart.held(gift.owner),
        credit=chart.revenue(gift.owner),
        amount=gift.share,
    )


def _memo(owner: UserId) -> str:
    return f"gift to user {owner}"


def _parts(side: Side, owner: UserId, share: Money, fee: Money) -> list[Posting]:
    lines = [Posting(side, chart.held(owner), share)]
    # A posting of zero cannot exist: without a fee it has no line.
    return [*lines, Posting(side, chart.FEE_INCOME, fee)] if fee.minor else lines
