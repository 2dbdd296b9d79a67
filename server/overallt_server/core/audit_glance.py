"""A glance: whether all of a patron's rows add up, told at once.

An audit that makes an object of every row takes several times as long as it took to
book them. Nearly every patron's rows are in order, which a few sums and the hashes of
his entries tell; so the whole audit is for those of whom something is not. A glance
never says what is wrong, and it doubts whatever it does not know: a patron is clear
only if everything is just as it was written. Cells come as they stand in the tables,
times and periods as numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import starmap
from typing import Final, NamedTuple, Self

from overallt.protocol.ids import UserId
from overallt_server.core.audit_balances import OF_PATRONS
from overallt_server.core.audit_lots import ELSEWHERE
from overallt_server.core.audit_periods import FrozenPeriod
from overallt_server.core.audit_slices import Span
from overallt_server.core.cards import CASH_AT_PROVIDER
from overallt_server.core.chart import LedgerAccount, Side
from overallt_server.core.flattrs import WEIGHTS
from overallt_server.core.journal import NO_PREVIOUS, EntryKind, hash_of
from overallt_server.core.lots import OF_A_LOT, SOURCES
from overallt_server.core.periods import Period
from overallt_server.core.settlement import closing_key, settling_key

# Minor units by ledger account and currency, debits above zero.
type Sums = Counter[tuple[str, str]]

KINDS: Final = frozenset(map(str, EntryKind))
# The kinds of entries that are about a closed period.
OF_PERIODS: Final = frozenset(
    {
        EntryKind.PERIOD_CLOSED,
        EntryKind.PATRON_SETTLED,
        EntryKind.SLICE_SETTLED,
        EntryKind.SLICE_RELEASED,
    }
)
_SIGNS: Final = {str(Side.DEBIT): 1, str(Side.CREDIT): -1}
_CARD: Final = str(CASH_AT_PROVIDER)


class PotCells(NamedTuple):
    """A row of pots."""

    slice_: int
    pot_minor: int
    currency: str
    fee_bps: int
    weight: int
    paying_weight: int


class EntryCells(NamedTuple):
    """A row of journal entries."""

    number: int
    natural_key: str
    kind: str
    memo: str
    made_at: int
    previous_hash: bytes
    hash: bytes


class PostingCells(NamedTuple):
    """A row of postings."""

    line: int
    side: str
    ledger_account: str
    amount_minor: int
    currency: str


class FlattrSums(NamedTuple):
    """A patron's flattrs of one period, and what was made of them.

    ``of_things`` are on things that there are, ``own`` on the patron's, or on one with
    a team, of which sums tell nothing. ``frozen`` have
    a pot thing that agrees with flattr and thing, ``shared`` a share that agrees with
    that; ``is_fair`` says that those shares are their parts of the pot, whose weights
    are summed.
    """

    flattrs: int
    undone: int
    of_things: int
    own: int
    least_weight: int
    most_weight: int
    last_flattred_at: int
    last_undone_at: int | None
    frozen: int
    shared: int
    shared_minor: int | None
    weight: int | None
    paying_weight: int | None
    fee_minor: int | None
    is_fair: int


class ShareSums(NamedTuple):
    """How many *shares* a patron has of one period, and their fingerprint."""

    shares: int
    minor: int
    flattrs: int


NOTHING_SHARED: Final = ShareSums(0, 0, 0)
NOTHING_GIVEN: Final = FlattrSums(
    0, 0, 0, 0, 1, 1, 0, None, 0, 0, None, None, None, None, 1
)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What there is to glance at of one patron; periods are numbers.

    ``things`` are how many rows there are, whatever they say.
    """

    pots: dict[int, PotCells] = field(default_factory=dict)
    flattrs: dict[int, FlattrSums] = field(default_factory=dict)
    things: dict[int, int] = field(default_factory=dict)
    shares: dict[int, ShareSums] = field(default_factory=dict)
    entries: list[EntryCells] = field(default_factory=list)
    postings: defaultdict[int, list[PostingCells]] = field(
        default_factory=lambda: defaultdict(list)
    )


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A closed period; ``slices`` says whom each covers and whether it is settled."""

    frozen: FrozenPeriod
    number: int
    name: str
    closed_at: int
    closing_key: str
    settling_key: str
    slices: Mapping[int, tuple[Span, bool]]

    @classmethod
    def of(cls, frozen: FrozenPeriod, slices: Mapping[int, tuple[Span, bool]]) -> Self:
        """Note what would be told again for each patron."""
        period = frozen.period
        return cls(
            frozen,
            period.number,
            str(period),
            int(frozen.closed_at.timestamp()),
            closing_key(period),
            settling_key(period),
            slices,
        )

    def is_clear(
        self, patron: UserId, glimpse: Glimpse, chain: "Mapping[str, Booked]"
    ) -> bool:
        """Tell whether what *patron* gave in it is told alike everywhere."""
        pot = glimpse.pots.get(self.number)
        given = glimpse.flattrs.get(self.number, NOTHING_GIVEN)
        things = glimpse.things.get(self.number, 0)
        shares = glimpse.shares.get(self.number, NOTHING_SHARED).shares
        closing, settling = chain.get(self.closing_key), chain.get(self.settling_key)
        if pot is None:
            kept = given.flattrs - given.undone
            return not (closing or settling or kept or things or shares)
        span, is_settled = self.slices.get(pot.slice_, (None, False))
        return (
            span is not None
            and span.covers(patron)
            and pot.currency == self.frozen.currency
            and pot.fee_bps == self.frozen.fee_bps
            and pot.weight == (given.weight or 0)
            and pot.paying_weight == (given.paying_weight or 0)
            and given.frozen == things == given.flattrs - given.undone
            and (given.last_undone_at or 0) <= self.closed_at
            and given.shared == shares == (things if is_settled else 0)
            and closing == self._closing(patron, pot)
            and (
                self._is_divided(patron, pot, given, settling)
                if is_settled
                else settling is None
            )
        )

    def _closing(self, patron: UserId, pot: PotCells) -> "Booked | None":
        if not pot.pot_minor:
            return None
        amount = (pot.pot_minor, pot.currency)
        return Booked(
            str(EntryKind.PERIOD_CLOSED),
            self.closed_at,
            (
                PostingCells(1, "debit", f"means:{patron}", *amount),
                PostingCells(2, "credit", f"reserved:{patron}:{self.name}", *amount),
            ),
        )

    def _is_divided(
        self,
        patron: UserId,
        pot: PotCells,
        given: FlattrSums,
        settling: "Booked | None",
    ) -> bool:
        shared, fee = given.shared_minor or 0, given.fee_minor or 0
        if not given.is_fair or shared + fee != pot.pot_minor:
            return False
        if not pot.pot_minor:
            return settling is None
        credits_ = [(f"clearing:{self.name}:{pot.slice_}", shared), ("fee_income", fee)]
        lines = [("debit", f"reserved:{patron}:{self.name}", pot.pot_minor)]
        lines += [("credit", account, minor) for account, minor in credits_ if minor]
        due = tuple(
            PostingCells(number, *line, pot.currency)
            for number, line in enumerate(lines, start=1)
        )
        return settling is not None and settling.lines == due


class Booked(NamedTuple):
    """An entry of a chain that is in order."""

    kind: str
    made_at: int
    lines: tuple[PostingCells, ...]


def glance(
    patron: UserId, glimpse: Glimpse, months: Mapping[int, ClosedMonth]
) -> Sums | None:
    """Look whether everything of *patron* is in order; *months* are by number.

    Returns:
        What his chain books in all; ``None`` if something is to be doubted.
    """
    sums: Sums = Counter()
    chain = _chain(patron, glimpse, sums)
    is_clear = (
        chain is not None
        and all(starmap(_is_possible, glimpse.flattrs.items()))
        and months.keys() >= {*glimpse.pots, *glimpse.things, *glimpse.shares}
        and _of_months(months).issuperset(
            key for key, booked in chain.items() if booked.kind in OF_PERIODS
        )
        and all(month.is_clear(patron, glimpse, chain) for month in months.values())
    )
    return sums if is_clear else None


@lru_cache(maxsize=1000)
def ledger_account(text: str) -> LedgerAccount | None:
    """Read *text*; ``None`` if the chart knows no such ledger account."""
    try:
        return LedgerAccount.parse(text)
    except ValueError:
        return None


def _of_months(months: Mapping[int, ClosedMonth]) -> set[str]:
    keys = {month.closing_key for month in months.values()}
    return keys | {month.settling_key for month in months.values()}


def _is_possible(period: int, given: FlattrSums) -> bool:
    return (
        given.flattrs == given.of_things
        and not given.own
        and given.least_weight in WEIGHTS
        and given.most_weight in WEIGHTS
        and given.last_flattred_at < _end_of(period)
    )


@lru_cache
def _end_of(period: int) -> int:
    return int(Period.from_number(period).end.timestamp())


def _chain(patron: UserId, glimpse: Glimpse, sums: Sums) -> dict[str, Booked] | None:
    chain: dict[str, Booked] = {}
    previous = NO_PREVIOUS
    own = str(patron)
    for number, entry in enumerate(glimpse.entries, start=1):
        lines = glimpse.postings.get(number, ())
        follows = entry.number == number and entry.previous_hash == previous
        if not (
            follows
            and entry.kind in KINDS
            # Of lots that are named, a glance knows nothing.
            and entry.kind not in OF_A_LOT
            and (entry.kind in ELSEWHERE or _has_a_source(lines))
            and _digest(entry, lines) == entry.hash
            and _balances(lines)
            and all(_may_post(line.ledger_account, own) for line in lines)
        ):
            return None
        previous = entry.hash
        chain[entry.natural_key] = Booked(entry.kind, entry.made_at, tuple(lines))
        for line in lines:
            sign = _SIGNS[line.side]
            sums[line.ledger_account, line.currency] += sign * line.amount_minor
        for line in lines:
            # What a patron has is a liability: it must not become more than nothing.
            if (
                line.ledger_account.partition(":")[0] in OF_PATRONS
                and sums[line.ledger_account, line.currency] > 0
            ):
                return None
    return None if len(glimpse.postings) > len(glimpse.entries) else chain


def _has_a_source(lines: Sequence[PostingCells]) -> bool:
    # Whether means that are added, if any are, come from where they may.
    names = [(line.side, line.ledger_account.partition(":")[0]) for line in lines]
    return ("credit", "means") not in names or all(
        name in SOURCES for side, name in names if side == "debit"
    )


def _digest(entry: EntryCells, lines: Sequence[PostingCells]) -> bytes:
    fields = [
        entry.previous_hash.hex(),
        entry.kind,
        entry.natural_key,
        entry.memo,
        str(entry.made_at),
    ]
    for line in lines:
        fields += (
            line.side,
            line.ledger_account,
            str(line.amount_minor),
            line.currency,
        )
    return hash_of(fields)


def _balances(lines: Sequence[PostingCells]) -> bool:
    excess: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        sign = _SIGNS.get(line.side)
        if sign is None or line.amount_minor <= 0 or line.line != number:
            return False
        excess[line.currency] = excess.get(line.currency, 0) + sign * line.amount_minor
    return bool(lines) and not any(excess.values())


def _may_post(text: str, own: str) -> bool:
    account = ledger_account(text)
    # Of what is held as a card has paid it, a glance knows nothing.
    if account is None or text == _CARD:
        return False
    return account.name not in OF_PATRONS or account.of.partition(":")[0] == own
