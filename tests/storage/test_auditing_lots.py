"""An audit names the entry by which money went elsewhere than to its lot's source."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.audit import Finding
from overallt_server.core.chart import LedgerAccount
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.lots import naming
from overallt_server.core.money import Money
from overallt_server.storage import journal
from overallt_server.storage.database import Database

type Audit = Callable[[Database], Awaitable[list[Finding]]]

ADA = UserId(3)
LOT = "means_added:by_hand:transfer-3"


async def booked(
    books: Database,
    kind: EntryKind,
    key: str,
    debit: LedgerAccount,
    credit: LedgerAccount,
) -> None:
    async with books.transaction() as tx:
        entry = JournalEntry.transfer(
            kind=kind,
            natural_key=key,
            memo="a mistake",
            made_at=datetime(2026, 6, 1, tzinfo=UTC),
            debit=debit,
            credit=credit,
            amount=Money(1, "EUR"),
        )
        await journal.append(tx, ADA, entry)


@pytest.mark.parametrize(
    ("lot", "credit", "fault"),
    [
        (LOT, chart.cash("by_hand"), None),
        (LOT, chart.revenue(ADA), "it is not booked to its lot's source"),
        (
            LOT,
            chart.in_transit("RF52OV217"),
            "it is not booked to its lot's source",
        ),
        ("gone", chart.cash("by_hand"), "it names a lot that is not there"),
    ],
)
async def test_a_refund_that_goes_elsewhere_is_named(
    books: Database,
    audit: Audit,
    lot: str,
    credit: LedgerAccount,
    fault: str | None,
) -> None:
    key = naming("means_refunded:r", lot)
    await booked(books, EntryKind.MEANS_REFUNDED, key, chart.means(ADA), credit)
    found = await audit(books)

    expected = [("patron_id=3 number=5", fault)] if fault else []
    assert expected == [(each.row, each.problem) for each in found]


async def test_means_that_come_from_no_source_are_named(
    books: Database, audit: Audit
) -> None:
    """The fee is income: whoever gives it back takes it out of his own pocket first."""
    await booked(books, EntryKind.MEANS_ADDED, "m", chart.FEE_INCOME, chart.means(ADA))
    found = await audit(books)

    assert (
        "patron_id=3 number=5",
        "it adds means from what is no source of means",
    ) in [(each.row, each.problem) for each in found]
