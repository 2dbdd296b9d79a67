"""Databases that the benches of the API ask about: patrons with means, and things."""

from datetime import UTC, datetime
from itertools import count
from typing import Final

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.storage import access_schema, journal, schema
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate
from overallt_server.storage.row_hashes import hashed
from overallt_server.use_cases.secret_tokens import hash_of

NOW: Final = datetime.now(UTC)
OWNER: Final = UserId(1)
FIRST_PATRON: Final = 100


async def fill(url: str, tokens: tuple[str, ...], things: int) -> None:
    """Make a database at *url* with so many *things*, and a patron for each token."""
    database = Database(url)
    await migrate(database)
    patrons = [
        UserId(number) for number in range(FIRST_PATRON, FIRST_PATRON + len(tokens))
    ]
    numbers = count(1)
    entries = {
        patron: JournalEntry.transfer(
            kind=EntryKind.MEANS_ADDED,
            natural_key="means_added:by_hand:bench",
            memo="a bench",
            made_at=NOW,
            debit=chart.cash("by_hand"),
            credit=chart.means(patron),
            amount=Money(1000, "EUR"),
        )
        for patron in patrons
    }
    async with database.transaction() as tx:
        await tx.execute(
            sa.insert(schema.users), [_user(each) for each in (OWNER, *patrons)]
        )
        await tx.execute(
            sa.insert(schema.things),
            [
                hashed(schema.things, _thing(ThingId(next(numbers))))
                for _ in range(things)
            ],
        )
        await tx.execute(
            sa.insert(schema.budgets),
            [
                {
                    "patron_id": each,
                    "amount_minor": 500,
                    "currency": "EUR",
                    "active": True,
                }
                for each in patrons
            ],
        )
        await tx.execute(
            sa.insert(access_schema.access_tokens),
            [
                {
                    "token_hash": hash_of(token),
                    "user_id": patron,
                    "client_id": "overallt-proxy",
                    "scopes": "flattr",
                    "created_at": NOW,
                }
                for patron, token in zip(patrons, tokens, strict=True)
            ],
        )
        await journal.append_each(tx, entries)
    await database.close()


def _user(patron: UserId) -> dict[str, object]:
    return {
        "id": patron,
        "username": f"patron{patron}",
        "email": f"patron{patron}@example.org",
        "password_hash": "!",
        "profile_thing_id": 1_000_000 + patron,
        "registered_at": NOW,
    }


def _thing(thing: ThingId) -> dict[str, object]:
    return {
        "id": thing,
        "owner_id": OWNER,
        "url": f"https://bo.example/{thing}",
        "title": f"Thing {thing}",
        "description": "",
        "language": "en_GB",
        "category": "rest",
        "tags": [],
        "hidden": False,
        "charity": False,
        "created_at": NOW,
    }
