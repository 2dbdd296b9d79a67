"""One patron's pot, as money's rules share it, and its entries."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.chart import Side
from overallt_server.core.journal import BrokenBooks, Posting
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import (
    PotThing,
    Settlement,
    Share,
    closing_entry,
    patron_entry,
    settle,
    slice_entry,
    told_until,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "allocation.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]

ADA, BEN, EVA = UserId(1), UserId(2), UserId(3)
JANUARY = Period(2026, 1)
NOW = datetime(2026, 2, 10, tzinfo=UTC)


def _thing(number: int, *, weight: int = 1, charity: bool = False) -> PotThing:
    return PotThing(ThingId(number), BEN, weight, charity)


def _posting(side: Side, account: chart.LedgerAccount, minor: int) -> Posting:
    return Posting(side, account, Money(minor, "EUR"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_settled_examples_hold(case: dict[str, Any]) -> None:
    settlement = settle(
        case["pot"],
        case["fee_bps"],
        [
            _thing(t["thing"], weight=t["weight"], charity=t["charity"])
            for t in case["things"]
        ],
        patron=UserId(case["patron"]),
        period=Period.from_number(case["period"]),
    )

    expected = dict(
        zip((t["thing"] for t in case["things"]), case["shares"], strict=True)
    )
    assert case["fee"] == settlement.fee_minor
    assert expected == {share.thing: share.minor for share in settlement.shares}


def test_the_order_in_which_things_come_changes_nothing() -> None:
    things = [_thing(number) for number in (5, 3, 8, 1)]

    forwards = settle(1000, 1000, things, patron=ADA, period=JANUARY)
    backwards = settle(1000, 1000, things[::-1], patron=ADA, period=JANUARY)

    assert forwards == backwards


def test_a_pot_of_zero_without_things_settles_to_nothing() -> None:
    settlement = settle(0, 1000, [], patron=ADA, period=JANUARY)

    assert Settlement(0, ()) == settlement


def test_a_pot_without_a_thing_to_share_it_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="weights of zero"):
        settle(500, 1000, [], patron=ADA, period=JANUARY)


def test_a_settlement_that_loses_a_cent_is_broken() -> None:
    settlement = Settlement(100, (Share(ThingId(1), BEN, 899),))

    with pytest.raises(BrokenBooks, match="pot of 1000"):
        settlement.prove(1000)


def test_closing_sets_the_pot_aside() -> None:
    entry = closing_entry(patron=ADA, period=JANUARY, pot=Money(500, "EUR"), now=NOW)

    assert "closed:2026-01" == entry.natural_key
    assert (
        _posting(Side.DEBIT, chart.means(ADA), 500),
        _posting(Side.CREDIT, chart.reserved(ADA, JANUARY), 500),
    ) == entry.postings


@pytest.mark.parametrize(
    ("settlement", "credits_"),
    [
        (
            Settlement(100, (Share(ThingId(1), BEN, 900),)),
            [(chart.clearing(JANUARY, 0), 900), (chart.FEE_INCOME, 100)],
        ),
        (
            Settlement(0, (Share(ThingId(1), BEN, 9),)),
            [(chart.clearing(JANUARY, 0), 9)],
        ),
        (Settlement(9, (Share(ThingId(1), BEN, 0),)), [(chart.FEE_INCOME, 9)]),
    ],
    ids=["both", "no fee", "all fee"],
)
def test_a_patron_is_settled_to_clearing_and_fee(
    settlement: Settlement, credits_: list[tuple[chart.LedgerAccount, int]]
) -> None:
    entry = patron_entry(
        settlement, patron=ADA, period=JANUARY, slice_=0, currency="EUR", now=NOW
    )

    debit = _posting(
        Side.DEBIT, chart.reserved(ADA, JANUARY), sum(minor for _, minor in credits_)
    )
    assert "settled:2026-01:0" == entry.natural_key
    assert (
        debit,
        *(_posting(Side.CREDIT, account, minor) for account, minor in credits_),
    ) == entry.postings


def test_a_slice_is_settled_to_each_owner_who_got_something() -> None:
    entry = slice_entry(
        {EVA: 7, UserId(9): 0, BEN: 5},
        held_by_owner={},
        held_until=None,
        period=JANUARY,
        slice_=4,
        currency="EUR",
        now=NOW,
    )

    assert "settled:2026-01:4:0" == entry.natural_key
    assert (
        _posting(Side.DEBIT, chart.clearing(JANUARY, 4), 12),
        _posting(Side.CREDIT, chart.revenue(BEN), 5),
        _posting(Side.CREDIT, chart.revenue(EVA), 7),
    ) == entry.postings
    assert told_until(entry) is None


def test_what_a_card_has_paid_of_a_slice_is_held() -> None:
    entry = slice_entry(
        {EVA: 7, BEN: 5},
        held_by_owner={EVA: 3, BEN: 5},
        held_until=JANUARY.end,
        period=JANUARY,
        slice_=4,
        currency="EUR",
        now=NOW,
    )

    assert (
        _posting(Side.DEBIT, chart.clearing(JANUARY, 4), 12),
        _posting(Side.CREDIT, chart.held(BEN), 5),
        _posting(Side.CREDIT, chart.revenue(EVA), 4),
        _posting(Side.CREDIT, chart.held(EVA), 3),
    ) == entry.postings
    assert "settlement of 2026-01, slice 4; held until 2026-02-01" == entry.memo
    assert JANUARY.end == told_until(entry)
