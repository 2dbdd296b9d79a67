"""An audit tells again what is held, until when, and what was taken and released."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from card_payments import Cards

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.held_shares import (
    released_entry,
    returned_entries,
    taken_entries,
)
from overallt_server.core.journal import JournalEntry
from overallt_server.core.money import Money
from overallt_server.storage import journal, schema
from overallt_server.storage.schema import HOUSE
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.releasing_shares import ReleasingShares

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

ADA, MONA, NINA = UserId(1), UserId(11), UserId(12)
SONG, FILM = ThingId(21), ThingId(22)


async def _january(cards: Cards) -> str:
    """Hold 4.50 of ada's card for each owner; return her payment."""
    town = cards.town
    for user in (ADA, MONA, NINA):
        await town.user(user)
    await town.add_means(ADA, 400)
    key = await cards.pay(ADA, 1500)
    await town.set_budget(ADA, 1400)
    for thing, owner in ((SONG, MONA), (FILM, NINA)):
        await town.flattr(ADA, await town.thing(thing, owner=owner))
    await town.close()
    await town.settle()
    return key


def _due(town: "Town") -> datetime:
    return town.january.end + timedelta(days=60)


async def _release(town: "Town") -> None:
    await ReleasingShares(town.database, town.rules).release(now=_due(town))


async def _faults(town: "Town") -> list[tuple[str, str, str]]:
    found = await Auditing(town.database, town.rules).audit()
    return [
        (each.table, each.row, each.problem)
        for each in found
        if "not cover" not in each.problem
    ]


@pytest.mark.parametrize("days", [None, 59])
async def test_a_day_that_was_changed_is_named(cards: Cards, days: int | None) -> None:
    town = cards.town
    await _january(cards)
    until = None if days is None else town.january.end + timedelta(days=days)
    await town.forge(sa.update(schema.periods).values(held_until=until))

    problem = "its held_until is not what its slices were booked with"
    assert [("periods", "period=2026-01", problem)] == await _faults(town)


@pytest.mark.parametrize("minutes", [None, 1])
async def test_a_release_that_was_changed_is_named(
    cards: Cards, minutes: int | None
) -> None:
    town = cards.town
    await _january(cards)
    await _release(town)
    at = None if minutes is None else _due(town) + timedelta(minutes=minutes)
    await town.forge(sa.update(schema.slices).values(released_at=at))

    problem = "its released_at is not when it was released"
    assert [("slices", "period=2026-01 slice=0", problem)] == await _faults(town)


async def test_a_release_that_never_was_is_named(cards: Cards) -> None:
    town = cards.town
    await _january(cards)
    await town.forge(sa.update(schema.slices).values(released_at=_due(town)))

    problem = "its released_at is not when it was released"
    assert [("slices", "period=2026-01 slice=0", problem)] == await _faults(town)


async def test_a_release_before_its_day_is_named(cards: Cards) -> None:
    town = cards.town
    await cards.hear(cards.stripe.dispute(await _january(cards)))
    early = town.january.end + timedelta(days=59)
    await town.forge(sa.update(schema.slices).values(released_at=early))

    assert [
        ("slices", "period=2026-01 slice=0", "it was released too early")
    ] == await _faults(town)


@pytest.mark.parametrize(
    ("chain", "number", "line", "values"),
    [
        pytest.param(HOUSE, 1, 3, {"amount_minor": 451}, id="what is held"),
        pytest.param(HOUSE, 1, 3, {"ledger_account": "held:12"}, id="for whom"),
        pytest.param(HOUSE, 2, 3, {"amount_minor": 1}, id="what is released"),
        pytest.param(ADA, 8, 1, {"ledger_account": "held:12"}, id="from whom"),
        pytest.param(ADA, 8, 2, {"side": "credit"}, id="which side"),
    ],
)
async def test_a_posting_that_was_changed_is_named_alone(
    cards: Cards, chain: int, number: int, line: int, values: dict[str, Any]
) -> None:
    town = cards.town
    key = await _january(cards)
    await town.add_means(ADA, 500, reference="r2")
    await cards.hear(cards.stripe.dispute(key))
    await _release(town)
    at = schema.postings.c
    this = (at.patron_id == chain, at.number == number, at.line == line)
    await town.forge(sa.update(schema.postings).where(*this).values(values))

    column = next(iter(values))
    row = f"patron_id={chain} number={number} line={line}"
    assert [("postings", row, f"its {column} was changed")] == await _faults(town)


async def test_a_share_that_was_changed_is_named_alone(cards: Cards) -> None:
    await _january(cards)
    of_song = schema.shares.c.thing_id == SONG
    change = sa.update(schema.shares).where(of_song).values(share_minor=1)
    await cards.town.forge(change)

    ((table, row, _),) = await _faults(cards.town)
    assert "shares" == table
    assert f"thing_id={SONG}" in row


async def _book(town: "Town", chain: UserId | None, entry: JournalEntry) -> None:
    async with town.database.transaction() as tx:
        if chain is None:
            await journal.append_to_house(tx, entry)
        else:
            await journal.append(tx, chain, entry)


async def test_what_takes_more_than_was_held_is_named(cards: Cards) -> None:
    town = cards.town
    key = await _january(cards)
    (entry,) = taken_entries(
        [(town.january, {MONA: 451})],
        Money(451, "EUR"),
        to=chart.means(ADA),
        lot=f"means_added:stripe:{key}",
        because="dp_1",
        now=town.closing_time,
    )
    await _book(town, ADA, entry)
    (more,) = returned_entries(
        [entry], Money(451, "EUR"), patron=ADA, now=town.closing_time
    )

    assert (
        "journal_entries",
        "patron_id=1 number=6",
        "it takes more than was held",
    ) in await _faults(town)
    await _book(town, ADA, more)
    assert "it returns more than was taken" not in {
        problem for *_, problem in await _faults(town)
    }


async def test_what_returns_what_was_not_taken_is_named(cards: Cards) -> None:
    town = cards.town
    key = await _january(cards)
    taken = taken_entries(
        [(town.january, {MONA: 450})],
        Money(450, "EUR"),
        to=chart.means(ADA),
        lot=f"means_added:stripe:{key}",
        because="dp_1",
        now=town.closing_time,
    )
    (returned,) = returned_entries(
        list(taken), Money(450, "EUR"), patron=ADA, now=town.closing_time
    )
    await _book(town, ADA, returned)

    assert [
        ("journal_entries", "patron_id=1 number=6", "it returns more than was taken")
    ] == await _faults(town)


async def test_what_releases_what_is_not_held_is_named(cards: Cards) -> None:
    town = cards.town
    await _january(cards)
    entry = released_entry(
        {MONA: 900}, period=town.january, slice_=0, currency="EUR", now=_due(town)
    )
    await _book(town, None, entry)
    await town.forge(sa.update(schema.slices).values(released_at=_due(town)))

    faults = await _faults(town)
    assert (
        "journal_entries",
        "patron_id=0 number=2",
        "it does not release what is held",
    ) in faults
    assert ("postings", "ledger_account=held:11", "its balance is below zero") in faults


async def test_what_releases_no_slice_is_named(cards: Cards) -> None:
    town = cards.town
    await _january(cards)
    entry = released_entry(
        {MONA: 1}, period=town.january, slice_=9, currency="EUR", now=_due(town)
    )
    await _book(town, None, entry)

    assert [
        ("journal_entries", "patron_id=0 number=2", "it is of no closed period")
    ] == await _faults(town)
