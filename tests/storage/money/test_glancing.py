"""A glance clears whoever is in order, and nobody of whom a cell was changed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa
from forging import this

from overallt.protocol.ids import UserId
from overallt_server.core.audit_glance import ClosedMonth, glance
from overallt_server.core.audit_periods import FrozenPeriod
from overallt_server.core.audit_slices import Span
from overallt_server.storage import audit, periods, schema
from overallt_server.storage.audit_sums import glimpses
from overallt_server.storage.plans import plan_for_many
from overallt_server.use_cases.auditing import Auditing

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

# Of a pot of 200 there are 180 left for seven things: 25 each, and five units more.
PATRONS: Final = (UserId(100), UserId(101), UserId(102))
THINGS: Final = range(1, 8)


async def _give(town: "Town", patron: UserId) -> None:
    async with town.database.transaction() as tx:
        await tx.execute(
            sa.insert(schema.flattrs),
            [
                {
                    "patron_id": patron,
                    "period": town.january,
                    "thing_id": thing,
                    "weight": 1,
                    "flattred_at": town.now,
                }
                for thing in THINGS
            ],
        )


async def _settled_month(town: "Town") -> None:
    owner = await town.user(1)
    for number in THINGS:
        await town.thing(number, owner=owner)
    for number in PATRONS:
        await _give(town, await town.patron(number, means=200, budget=200))
    await town.close()
    await town.settle()


async def _cleared(town: "Town") -> Mapping[UserId, bool]:
    async with town.database.snapshot() as tx:
        await plan_for_many(tx)
        (stored,) = await periods.every(tx)
        slices = {
            each.number: (each.span, each.settled_at is not None)
            for each in await audit.slices_of(tx, stored.period)
        }
        seen = await glimpses(tx, Span(PATRONS[0], PATRONS[-1]))
    month = ClosedMonth.of(
        FrozenPeriod(
            stored.period, stored.fee_bps, stored.currency, stored.closed_at, None, {}
        ),
        slices,
    )
    months = {month.number: month}
    return {
        patron: glance(patron, glimpse, months) is not None
        for patron, glimpse in seen.items()
    }


async def test_whoever_is_in_order_is_cleared(town: "Town") -> None:
    await _settled_month(town)

    assert dict.fromkeys(PATRONS, True) == await _cleared(town)
    assert [] == await Auditing(town.database, town.rules).audit()


def _cells() -> list[Any]:
    of = schema.metadata.tables
    changes: list[tuple[str, dict[str, Any]]] = [
        ("flattrs", {"weight": 2}),
        ("flattrs", {"undone_at": of["flattrs"].c.flattred_at}),
        ("pots", {"pot_minor": 201}),
        ("pots", {"fee_bps": 999}),
        ("pots", {"currency": "SEK"}),
        ("pots", {"slice": 99}),
        ("pot_things", {"owner_id": 2}),
        ("pot_things", {"weight": 2}),
        ("pot_things", {"charity": True}),
        ("shares", {"owner_id": 2}),
        ("shares", {"currency": "SEK"}),
        ("shares", {"revision": 1}),
        ("shares", {"share_minor": of["shares"].c.share_minor + 1}),
        ("journal_entries", {"memo": "another"}),
        ("journal_entries", {"hash": bytes(32)}),
        ("postings", {"amount_minor": of["postings"].c.amount_minor + 1}),
        ("postings", {"side": "none"}),
        ("postings", {"ledger_account": "means:102"}),
    ]
    return [
        pytest.param(of[table], values, id=f"{table}.{next(iter(values))}")
        for table, values in changes
    ]


@pytest.mark.parametrize(("table", "values"), _cells())
async def test_whoever_has_a_changed_row_is_doubted_and_nobody_else(
    town: "Town", table: sa.Table, values: dict[str, Any]
) -> None:
    await _settled_month(town)
    row = next(row for row in await town.rows(table) if row.patron_id == PATRONS[1])

    await town.forge(sa.update(table).where(*this(table, row._asdict())).values(values))

    assert {PATRONS[0]: True, PATRONS[1]: False, PATRONS[2]: True} == (
        await _cleared(town)
    )


async def test_a_row_that_is_gone_is_doubted(town: "Town") -> None:
    await _settled_month(town)
    for table in (schema.shares, schema.pot_things, schema.postings):
        of_patron = table.c.patron_id == PATRONS[1]

        await town.forge(sa.delete(table).where(of_patron))

        assert not (await _cleared(town))[PATRONS[1]]


async def test_an_odd_unit_of_the_wrong_thing_is_doubted(town: "Town") -> None:
    """The shares are still the pot, each is right but for a unit, and two are wrong."""
    await _settled_month(town)
    of_patron = schema.shares.c.patron_id == PATRONS[1]
    rows = [
        row for row in await town.rows(schema.shares) if row.patron_id == PATRONS[1]
    ]
    served = next(row.thing_id for row in rows if row.share_minor == 26)
    unserved = next(row.thing_id for row in rows if row.share_minor == 25)
    swapped = sa.case(
        (schema.shares.c.thing_id == served, 25),
        (schema.shares.c.thing_id == unserved, 26),
        else_=schema.shares.c.share_minor,
    )

    await town.forge(
        sa.update(schema.shares).where(of_patron).values(share_minor=swapped)
    )

    assert not (await _cleared(town))[PATRONS[1]]
    found = await Auditing(town.database, town.rules).audit()
    assert {"shares"} == {finding.table for finding in found}
    assert 2 == len(found)
