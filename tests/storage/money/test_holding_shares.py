"""What a card has paid of a settlement is held, released when due, and taken before."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from card_payments import Cards

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind
from overallt_server.core.money import Money
from overallt_server.core.refusals import NoRevenue
from overallt_server.storage import lots, schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.releasing_shares import ReleasingShares

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

ADA, BEN, CYD = UserId(1), UserId(2), UserId(3)
MONA, NINA = UserId(11), UserId(12)
SONG, FILM, ESSAY = ThingId(21), ThingId(22), ThingId(23)


async def _begin(town: "Town") -> None:
    for user in (ADA, BEN, CYD, MONA, NINA):
        await town.user(user)
    await town.thing(SONG, owner=MONA)
    await town.thing(FILM, owner=NINA)
    await town.thing(ESSAY, owner=MONA)


async def _give(town: "Town", patron: UserId, minor: int, *things: ThingId) -> None:
    await town.set_budget(patron, minor)
    for thing in things:
        await town.flattr(patron, thing)


async def _january(cards: Cards) -> str:
    """Let ada give 6.00 of a card and 4.00 of her own; return her payment."""
    town = cards.town
    await _begin(town)
    await town.add_means(ADA, 400)
    key = await cards.pay(ADA, 1500)
    await town.add_means(BEN, 1000)
    await _give(town, ADA, 1000, SONG, FILM)
    await _give(town, BEN, 1000, SONG)
    await town.close()
    await town.settle()
    return key


async def _of(town: "Town", owner: UserId) -> tuple[int, int]:
    """Return what *owner* has as revenue, and what is held for him."""
    return await town.revenue(owner), await town.balance(chart.held(owner))


async def _release(town: "Town", *, days: int = 60) -> int:
    now = town.january.end + timedelta(days=days)
    return (await ReleasingShares(town.database, town.rules).release(now=now)).minor


async def test_what_a_card_has_paid_is_held_and_nothing_else(cards: Cards) -> None:
    await _january(cards)

    # Of 10.00 by ada the card has paid 6.00, of the fee its part.
    assert (180 + 900, 270) == await _of(cards.town, MONA)
    assert (180, 270) == await _of(cards.town, NINA)
    assert [] == await cards.faults()


async def test_held_shares_are_released_when_they_are_due_and_once(
    cards: Cards,
) -> None:
    await _january(cards)

    too_early = await _release(cards.town, days=59)
    released = [await _release(cards.town) for _ in range(2)]

    assert 0 == too_early
    assert [540, 0] == released
    assert (450 + 900, 0) == await _of(cards.town, MONA)
    assert (450, 0) == await _of(cards.town, NINA)
    assert [] == await cards.faults()


async def test_two_who_release_at_once_release_once(
    cards: Cards, same_town: "Town"
) -> None:
    await _january(cards)

    released = await asyncio.gather(_release(cards.town), _release(same_town))

    assert 540 == sum(released)
    assert (450, 0) == await _of(cards.town, NINA)
    assert [] == await cards.faults()


async def test_a_chargeback_as_shares_are_released_comes_before_or_after(
    cards: Cards, same_town: "Town"
) -> None:
    key = await _january(cards)
    event = cards.stripe.dispute(key)

    released, _ = await asyncio.gather(_release(same_town), cards.hear(event))

    # Of 15.00 there were 9.00 free, and the fee had 0.60 of the rest.
    owed = await cards.owed(ADA)
    assert (released, owed) in {(540, 600), (0, 60)}
    assert [] == await cards.faults()


async def test_only_revenue_can_be_asked_for(cards: Cards) -> None:
    await _begin(cards.town)
    await cards.pay(ADA, 1500)
    await _give(cards.town, ADA, 1500, SONG)
    await cards.town.close()
    await cards.town.settle()

    await cards.town.paying_out.name_account(
        owner=MONA, iban="DE89370400440532013000", name="Mona", now=cards.town.now
    )

    assert (0, 1350) == await _of(cards.town, MONA)
    with pytest.raises(NoRevenue):
        await cards.town.paying_out.request(
            owner=MONA, amount=Money(1000, "EUR"), now=cards.town.closing_time
        )


async def test_how_long_is_fixed_as_the_period_is_closed(cards: Cards) -> None:
    town = cards.town
    await _begin(town)
    await cards.pay(ADA, 1500)
    await _give(town, ADA, 1500, SONG)
    await town.close()
    later = town.under(replace(town.rules, card_hold_days=0))
    await later.settle()

    assert 0 == await _release(later, days=59)
    assert 1350 == await _release(later, days=60)
    assert [] == await cards.faults()


async def test_an_operator_may_hold_nothing(cards: Cards) -> None:
    await _begin(cards.town)
    await cards.pay(ADA, 1500)
    await _give(cards.town, ADA, 1500, SONG)
    town = cards.town.under(replace(cards.town.rules, card_hold_days=0))
    await town.close()
    await town.settle()

    assert (1350, 0) == await _of(town, MONA)
    assert 0 == await _release(town, days=3650)
    assert [] == await cards.faults()


async def test_a_chargeback_takes_its_own_held_shares_and_no_others(
    cards: Cards,
) -> None:
    town = cards.town
    await _begin(town)
    first = await cards.pay(ADA, 1000)
    await cards.pay(ADA, 1000)
    await _give(town, ADA, 2000, SONG, FILM)
    await town.close()
    await town.settle()
    event = cards.stripe.dispute(first)
    for _ in range(2):
        await cards.hear(event)

    assert 100 == await cards.owed(ADA)
    assert (0, 450) == await _of(town, MONA)
    assert (0, 450) == await _of(town, NINA)
    assert [] == await cards.faults()


async def test_a_chargeback_takes_no_more_than_it_needs(cards: Cards) -> None:
    key = await _january(cards)
    await cards.town.add_means(ADA, 461, reference="r2")
    await cards.hear(cards.stripe.dispute(key))

    # 1.39 are wanting, and come from both owners alike.
    assert 0 == await cards.owed(ADA)
    assert (1080, 270 - 70) == await _of(cards.town, MONA)
    assert (180, 270 - 69) == await _of(cards.town, NINA)
    assert [] == await cards.faults()


async def test_who_wins_a_dispute_has_taken_nothing_from_owners(cards: Cards) -> None:
    key = await _january(cards)
    created = cards.stripe.dispute(key)
    await cards.hear(created)
    closed = cards.stripe.close_dispute(created["data"]["object"]["id"], won=True)
    for event in (closed, created, closed):
        await cards.hear(event)
    released = await _release(cards.town)

    assert 0 == released
    assert 0 == await cards.owed(ADA)
    assert 900 == await cards.town.means(ADA)
    assert (450 + 900, 0) == await _of(cards.town, MONA)
    assert (450, 0) == await _of(cards.town, NINA)
    assert [] == await cards.faults()


async def test_a_refund_beyond_what_is_left_takes_held_shares(cards: Cards) -> None:
    key = await _january(cards)
    await cards.hear(cards.stripe.refund(key, 1500))

    assert 60 == await cards.owed(ADA)
    assert (1080, 0) == await _of(cards.town, MONA)
    assert [] == await cards.faults()


async def test_what_is_owed_for_a_card_is_taken_as_its_shares_are_due(
    cards: Cards,
) -> None:
    town = cards.town
    await _begin(town)
    key = await cards.pay(ADA, 1500)
    await cards.pay(ADA, 1000)
    await _give(town, ADA, 2000, SONG, FILM)
    await town.close()
    await cards.hear(cards.stripe.dispute(key))
    await town.settle()
    owed = await cards.owed(ADA)
    released = [await _release(town) for _ in range(2)]

    # Of the other card nothing is taken: the lot had paid 13.50 of the shares, the
    # fee aside, and 10.00 were wanting.
    assert (1000, 0) == (owed, await cards.owed(ADA))
    assert [1800 - 1000, 0] == released
    assert [(400, 0), (400, 0)] == [await _of(town, each) for each in (MONA, NINA)]
    assert [] == await cards.faults()


async def test_a_slice_without_cards_is_released_without_an_entry(
    cards: Cards,
) -> None:
    town = cards.town
    await _begin(town)
    await cards.pay(ADA, 1500)
    await town.add_means(CYD, 1000)
    await town.set_budget(BEN, 1000)
    for patron in (ADA, CYD):
        await _give(town, patron, 1000, SONG)
    await town.close()
    await town.settle()

    await _release(town)

    entries = await town.rows(schema.journal_entries)
    released = [each for each in entries if each.kind == EntryKind.SLICE_RELEASED]
    slices = await town.rows(schema.slices)
    assert ["released:2026-01:0"] == [each.natural_key for each in released]
    assert [True, True] == [each.released_at is not None for each in slices]


async def test_who_has_paid_by_card_is_asked_of_an_index_of_them(
    database: Database,
) -> None:
    """A large table is not read for a few, nor for nobody."""
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, values: Any, *_: object
    ) -> None:
        asked.append((statement, values))

    async with database.snapshot() as tx:
        engine = database.engine.sync_engine
        sa.event.listen(engine, "before_cursor_execute", note)
        await lots.who_paid_by_card(tx, ADA, NINA)
        ((statement, values),) = asked
        plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        told = [" ".join(map(str, row)) for row in plan]

    assert ["ix_postings_cards"] == [
        each for line in told for each in line.split() if each.startswith("ix_")
    ]


async def test_an_owner_sees_what_is_held_and_until_when(cards: Cards) -> None:
    town = cards.town
    await _january(cards)
    await town.add_means(BEN, 500, reference="r2")
    gifts = GivingGifts(town.database, town.rules)
    for number, days in enumerate((1, 2)):
        await gifts.give(
            patron=BEN if number else ADA,
            owner=f"user{MONA}",
            amount=Money(200, "EUR"),
            id_=f"a:{number}",
            now=town.january.end + timedelta(days=days),
        )
    seen = await town.earning.revenue(owner=MONA)
    await gifts.release(now=town.january.end + timedelta(days=10))
    later = await town.earning.revenue(owner=MONA)
    await _release(town)
    at_last = await town.earning.revenue(owner=NINA)

    first, second = (town.january.end + timedelta(days=days) for days in (10, 11))
    due = town.january.end + timedelta(days=60)
    assert [(first, 180), (second, 180), (due, 270)] == [
        (each.until, each.amount.minor) for each in seen.held_until
    ]
    assert 630 == seen.held.minor
    assert [second, due] == [each.until for each in later.held_until]
    assert [] == at_last.held_until
    assert 0 == at_last.held.minor
