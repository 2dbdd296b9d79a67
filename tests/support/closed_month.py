"""A closed month of many patrons, whose settlement is worth to be disturbed.

Its slices are small, so that there are many instants between two of them.
"""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from story_rules import RULES

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.storage import journal, schema
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.row_hashes import hashed
from overallt_server.use_cases.closing import Closing

JANUARY: Final = Period(2026, 1)
PATRONS: Final = 300
THINGS: Final = 40
OWNERS: Final = 7
FIRST_PATRON: Final = 1000
SLICES: Final = 100
TEN_A_SLICE: Final = replace(RULES, slice_patrons=PATRONS // SLICES)


@dataclass(frozen=True)
class Books:
    """What must be the same however often the settlement was killed."""

    shares: list[sa.Row[Any]]
    postings: list[sa.Row[Any]]
    unsettled: int


async def read(database: Database) -> Books:
    slices = schema.slices.c
    async with database.snapshot() as tx:
        return Books(
            shares=await _all(tx, schema.shares),
            postings=await _all(tx, schema.postings),
            unsettled=len(
                (
                    await tx.execute(
                        sa.select(slices.slice).where(slices.settled_at.is_(None))
                    )
                ).all()
            ),
        )


async def _all(tx: Transaction, table: sa.Table) -> list[sa.Row[Any]]:
    rows = await tx.execute(sa.select(table).order_by(*table.primary_key))
    return list(rows.all())


async def keep_books(url: str) -> None:
    """Make a closed month of many patrons, each with a few things."""
    chance = random.Random(2026)  # noqa: S311 - the same month in every run.
    database = Database(url)
    at = JANUARY.start + timedelta(days=3)
    patrons = [UserId(FIRST_PATRON + number) for number in range(PATRONS)]
    async with database.transaction() as tx:
        people = [*map(UserId, range(1, OWNERS + 1)), *patrons]
        await tx.execute(schema.users.insert(), [_user(each) for each in people])
        await tx.execute(
            schema.things.insert(),
            [hashed(schema.things, _thing(number)) for number in range(1, THINGS + 1)],
        )
        await tx.execute(
            schema.budgets.insert(),
            [
                {
                    "patron_id": patron,
                    "amount_minor": chance.randint(200, 10_000),
                    "currency": "EUR",
                    "active": True,
                }
                for patron in patrons
            ],
        )
        await tx.execute(
            schema.flattrs.insert(),
            [
                {
                    "patron_id": patron,
                    "period": JANUARY,
                    "thing_id": thing,
                    "weight": 1,
                    "flattred_at": at,
                    "undone_at": None,
                }
                for patron in patrons
                for thing in chance.sample(range(1, THINGS + 1), chance.randint(0, 9))
            ],
        )
        entries = {
            patron: JournalEntry.transfer(
                kind=EntryKind.MEANS_ADDED,
                natural_key="means_added:by_hand:first",
                memo="a transfer",
                made_at=at,
                debit=chart.cash("by_hand"),
                credit=chart.means(patron),
                amount=Money(chance.randint(1, 20_000), "EUR"),
            )
            for patron in patrons
        }
        await journal.append_each(tx, entries)
    closing = Closing(database, TEN_A_SLICE)
    await closing.close(period=JANUARY, now=JANUARY.end + timedelta(hours=1))
    await database.close()


def _user(patron: UserId) -> dict[str, object]:
    return {
        "id": patron,
        "username": f"patron{patron}",
        "email": f"patron{patron}@users.test",
        "password_hash": "!",
        "profile_thing_id": ThingId(1_000_000 + patron),
        "registered_at": JANUARY.start,
    }


def _thing(number: int) -> dict[str, object]:
    return {
        "id": number,
        "owner_id": number % OWNERS + 1,
        "url": f"https://things.test/{number}",
        "title": f"Thing {number}",
        "description": "",
        "language": "en_GB",
        "category": "rest",
        "tags": [],
        "hidden": False,
        "charity": number % 10 == 0,
        "created_at": JANUARY.start,
    }
