"""What it costs to settle a month and to have it in the books for good."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from figures import Figure, ratio

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.core.settlement import PotThing, settle
from overallt_server.storage import journal, pots, schema
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.settling import Settling

PATRONS: Final = 2_000
FLATTRS: Final = 20
THINGS: Final = 400
OWNERS: Final = 80
ROUNDS: Final = 5
JANUARY: Final = Period(2026, 1)
NOW: Final = datetime(2026, 1, 5, tzinfo=UTC)
CLOSING_TIME: Final = JANUARY.end + timedelta(hours=1)
RULES: Final = Rules(
    currency="EUR",
    min_budget_minor=200,
    max_budget_minor=10_000,
    max_means_minor=100_000,
    fee_bps=1000,
    hold_days=9,
    slice_patrons=1000,
)

type FrozenPot = tuple[UserId, int, list[PotThing]]


def figures() -> list[Figure]:
    """Settle a month of 2,000 patrons with 20 flattrs each, many times over."""
    with tempfile.TemporaryDirectory() as name:
        month = Path(name) / "month.sqlite"
        frozen = asyncio.run(_make_month(month))
        copies = _copies(month)
        over_the_loop = ratio(
            lambda: asyncio.run(_settle(next(copies))),
            lambda: _compute(frozen),
            rounds=ROUNDS,
        )
    return [
        Figure(
            "books: 40,000 shares settled and booked durably on SQLite, "
            "over computing them in a Python loop",
            over_the_loop,
            must=None,
        )
    ]


async def _make_month(file: Path) -> list[FrozenPot]:
    database = Database(f"sqlite:///{file}")
    await migrate(database)
    patrons = [UserId(number) for number in range(1, PATRONS + 1)]
    async with database.transaction() as tx:
        await tx.execute(sa.insert(schema.users), [_user(each) for each in patrons])
        await tx.execute(
            sa.insert(schema.things), [_thing(each) for each in range(1, THINGS + 1)]
        )
        await tx.execute(
            sa.insert(schema.budgets),
            [
                {
                    "patron_id": patron,
                    "amount_minor": 200 + patron % 800,
                    "currency": "EUR",
                    "active": True,
                }
                for patron in patrons
            ],
        )
        await tx.execute(
            sa.insert(schema.flattrs),
            [_flattr(patron, place) for patron in patrons for place in range(FLATTRS)],
        )
        await journal.append_each(
            tx, {patron: _means_added(patron) for patron in patrons}
        )
    await Closing(database, RULES).close(period=JANUARY, now=CLOSING_TIME)
    async with database.snapshot() as tx:
        frozen = await pots.between(tx, JANUARY, patrons[0], patrons[-1])
        things = await pots.things_between(tx, JANUARY, patrons[0], patrons[-1])
    await database.close()
    return [(pot.patron, pot.amount.minor, things[pot.patron]) for pot in frozen]


def _copies(month: Path) -> Iterator[Path]:
    # One for each round and one for the round that is not counted, made before the
    # clock runs; closing the database has folded its write-ahead log into the file.
    names = [month.with_name(f"{number}.sqlite") for number in range(ROUNDS + 1)]
    for name in names:
        shutil.copyfile(month, name)
    return iter(names)


async def _settle(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    settled = await Settling(database, RULES).settle(
        period=JANUARY,
        now=CLOSING_TIME,
        hold=False,
        progress=lambda _done, _every: None,
    )
    await database.close()
    if settled.patrons != PATRONS:
        raise RuntimeError(f"only {settled.patrons} patrons were settled")


def _compute(frozen: list[FrozenPot]) -> None:
    for patron, pot_minor, things in frozen:
        settle(pot_minor, RULES.fee_bps, things, patron=patron, period=JANUARY)


def _user(patron: UserId) -> dict[str, object]:
    return {
        "id": patron,
        "username": f"user{patron}",
        "email": f"user{patron}@example.org",
        "password_hash": "",
        "profile_thing_id": THINGS + patron,
        "registered_at": NOW,
    }


def _thing(number: int) -> dict[str, object]:
    return {
        "id": number,
        "owner_id": PATRONS + 1 + number % OWNERS,
        "url": f"https://example.org/{number}",
        "title": f"Thing {number}",
        "description": "",
        "language": "en_GB",
        "category": "rest",
        "tags": [],
        "hidden": False,
        "charity": False,
        "created_at": NOW,
    }


def _flattr(patron: UserId, place: int) -> dict[str, object]:
    # 7 and 400 have no common factor: the twenty things of a patron are different.
    return {
        "patron_id": patron,
        "period": JANUARY,
        "thing_id": ThingId((patron * 13 + place * 7) % THINGS + 1),
        "weight": 1,
        "flattred_at": NOW,
        "undone_at": None,
    }


def _means_added(patron: UserId) -> JournalEntry:
    return JournalEntry.transfer(
        kind=EntryKind.MEANS_ADDED,
        natural_key="means_added:by_hand:bench",
        memo="bench",
        made_at=NOW,
        debit=chart.cash("by_hand"),
        credit=chart.means(patron),
        amount=Money(5_000, "EUR"),
    )
