"""What it costs to settle a month and to have it in the books for good.

The month: each patron gives twenty flattrs, which fall on things as fame does (Zipf,
1.1). The program that settles is the real one, in a process of its own, its start
included and the audit that follows left out: that is measured for itself. The plain
loop reads the same pots from SQLite, patron by patron, divides them with the core's own
arithmetic, and stores the same shares and amounts in one durable transaction; it makes
no entries and no hashes, which the program does.

``OVERALLT_BENCH_PATRONS=1000000`` measures the larger month; it takes hours, most of
them for making and auditing it.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, batched, groupby, islice
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from figures import Figure
from postgres import PostgresMissing, postgres, run_sql
from programs import Ran, run_to_the_end
from share_prices import in_memory, in_transactions
from story_rules import RULES as STORY_RULES

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core import chart
from overallt_server.core.allocation import allocate, tie_key
from overallt_server.core.journal import EntryKind, JournalEntry
from overallt_server.core.money import Money
from overallt_server.core.periods import Period
from overallt_server.core.settlement import ALL_BPS
from overallt_server.storage import journal, schema
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate
from overallt_server.storage.row_hashes import hashed
from overallt_server.use_cases.closing import Closing
from overallt_server.use_cases.previewing import Previewing

PATRONS: Final = int(os.environ.get("OVERALLT_BENCH_PATRONS", "100000"))
# From here on the bounds are those of the larger month.
MANY: Final = 1_000_000
FLATTRS: Final = 20
THINGS: Final = PATRONS // 5
OWNERS: Final = PATRONS // 25
FAME: Final = 1.1
AT_ONCE: Final = 10_000
MOST_MEGABYTES: Final = 200
OF_THE_MONTH: Final = (
    schema.users,
    schema.things,
    schema.budgets,
    schema.flattrs,
    schema.periods,
    schema.slices,
    schema.pots,
    schema.pot_things,
    schema.thing_shares,
    schema.journal_entries,
    schema.postings,
)
JANUARY: Final = Period(2026, 1)
NOW: Final = datetime(2026, 1, 5, tzinfo=UTC)
CLOSING_TIME: Final = JANUARY.end + timedelta(hours=1)
RULES: Final = replace(STORY_RULES, slice_patrons=10_000)


def figures() -> list[Figure]:
    """Settle a month by the loop, on SQLite, and on PostgreSQL by one and by two."""
    many = PATRONS >= MANY
    with tempfile.TemporaryDirectory() as name:
        month = Path(name) / "month.sqlite"
        asyncio.run(_make_month(month))
        loop_seconds = _loop(_copy(month))
        settled = _copy(month)
        on_sqlite = _run(f"sqlite:///{settled}", "settle", "--no-hold", "--no-audit")
        audit = _run(f"sqlite:///{settled}", "audit")
        rows = [
            _over_the_loop("SQLite", loop_seconds, on_sqlite, 1.8 if many else 1.0),
            _megabytes("SQLite", on_sqlite),
            Figure(
                "books: audit of that month, seconds over those of the settlement",
                audit.seconds / on_sqlite.seconds,
                must=1,
                at_least=False,
            ),
        ]
        try:
            with postgres(durable=True) as url:
                one, two = _on_postgresql(month, url)
                run_sql(url, "CREATE DATABASE own")
                rows += [in_transactions(f"{url}/own", one.seconds / FLATTRS / PATRONS)]
        except PostgresMissing as missing:
            print(f"books: {missing}", file=sys.stderr)
            return [*rows, in_memory(settled, JANUARY, on_sqlite.seconds)]
        # Last: what this process takes at its most counts for all that it starts.
        rows.append(in_memory(settled, JANUARY, on_sqlite.seconds))
    return [
        *rows,
        _over_the_loop("PostgreSQL, one worker", loop_seconds, one, 3 if many else 1.5),
        _over_the_loop(
            "PostgreSQL, two workers", loop_seconds, two, 4.5 if many else 2.2
        ),
        _megabytes("PostgreSQL, two workers", two),
    ]


def _over_the_loop(where: str, loop_seconds: float, ran: Ran, must: float) -> Figure:
    return Figure(
        f"books: {PATRONS:,} patrons of {FLATTRS} flattrs settled durably on {where}, "
        "over a plain Python loop",
        loop_seconds / ran.seconds,
        must=must,
    )


def _megabytes(where: str, ran: Ran) -> Figure:
    return Figure(
        f"books: most memory of the settling process on {where}, MB",
        ran.megabytes,
        must=MOST_MEGABYTES,
        at_least=False,
    )


def _copy(month: Path) -> Path:
    # Closing the database has folded its write-ahead log into the file.
    copy = month.with_name(f"{time.monotonic_ns()}.sqlite")
    shutil.copyfile(month, copy)
    return copy


def _run(url: str, *command: str) -> Ran:
    if command[0] == "settle":
        command = (*command, str(JANUARY))
    ran = run_to_the_end(
        [sys.executable, "-m", "overallt_server", *command], {"OVERALLT_DATABASE": url}
    )
    print(f"books: {command} on {url}: {ran.seconds:.1f} s", file=sys.stderr)
    return ran


# --- The plain loop ----------------------------------------------------------------


def _loop(file: Path) -> float:
    began = time.perf_counter()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        by_owner = Counter[int]()
        for rows in batched(_divided(connection, by_owner), AT_ONCE):
            connection.executemany(
                "INSERT INTO shares VALUES (?, ?, ?, 0, ?, ?, 'EUR')",
                [share for shares, _ in rows for share in shares],
            )
            connection.executemany(
                _POSTING, [line for _, lines in rows for line in lines]
            )
        connection.executemany(
            _POSTING,
            (
                (schema.HOUSE, 1, number, "credit", f"revenue:{owner}", minor)
                for number, (owner, minor) in enumerate(by_owner.items(), start=1)
            ),
        )
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    print(f"books: the plain loop: {seconds:.1f} s", file=sys.stderr)
    return seconds


_POSTING: Final = "INSERT INTO postings VALUES (?, ?, ?, ?, ?, ?, 'EUR')"
# The third of a patron's chain: means added, a period closed, and this.
_NUMBER: Final = 3


def _divided(
    connection: sqlite3.Connection, by_owner: Counter[int]
) -> Iterator[tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]]:
    rows = connection.execute(
        "SELECT t.patron_id, pot_minor, thing_id, owner_id, t.weight, charity "
        "FROM pot_things t JOIN pots p USING (patron_id, period) "
        "WHERE period = ? ORDER BY t.patron_id, thing_id",
        (JANUARY.number,),
    )
    for (patron, pot), group in groupby(rows, key=lambda row: (row[0], row[1])):
        things = list(group)
        every = sum(row[4] for row in things)
        paying = sum(row[4] for row in things if not row[5])
        fee = pot * RULES.fee_bps * paying // (ALL_BPS * every)
        minors = allocate(
            pot - fee,
            [
                row[4] * (ALL_BPS if row[5] else ALL_BPS - RULES.fee_bps)
                for row in things
            ],
            ties=[
                tie_key(thing=row[2], patron=patron, period=JANUARY) for row in things
            ],
        )
        shares = []
        for (_, _, thing, owner, _, _), minor in zip(things, minors, strict=True):
            by_owner[owner] += minor
            shares.append((patron, JANUARY.number, thing, owner, minor))
        yield (
            shares,
            [
                (patron, _NUMBER, 1, "debit", f"reserved:{patron}:{JANUARY}", pot),
                (patron, _NUMBER, 2, "credit", f"clearing:{JANUARY}:0", pot - fee),
                (patron, _NUMBER, 3, "credit", "fee_income", fee),
            ],
        )


# --- The month ----------------------------------------------------------------------


async def _make_month(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    await migrate(database)
    chance = random.Random(2026)  # noqa: S311 - the same month in every run.
    fame = list(accumulate(rank**-FAME for rank in range(1, THINGS + 1)))
    async with database.transaction() as tx:
        await tx.execute(
            sa.insert(schema.things),
            [hashed(schema.things, _thing(each)) for each in range(1, THINGS + 1)],
        )
        owners = [UserId(PATRONS + 1 + each) for each in range(OWNERS)]
        await tx.execute(sa.insert(schema.users), [_user(each) for each in owners])
        for some in batched(range(1, PATRONS + 1), AT_ONCE):
            patrons = [UserId(each) for each in some]
            await tx.execute(sa.insert(schema.users), [_user(each) for each in patrons])
            await tx.execute(
                sa.insert(schema.budgets), [_budget(each) for each in patrons]
            )
            await tx.execute(
                sa.insert(schema.flattrs),
                [
                    _flattr(patron, thing)
                    for patron in patrons
                    for thing in _flattred(chance, fame)
                ],
            )
            await journal.append_each(
                tx, {patron: _means_added(patron) for patron in patrons}
            )
    # As ``overallt-server period close`` does it.
    await Closing(database, RULES).close(period=JANUARY, now=CLOSING_TIME)
    await Previewing(database).preview(period=JANUARY, now=CLOSING_TIME)
    await database.close()


def _flattred(chance: random.Random, fame: list[float]) -> list[int]:
    things: dict[int, None] = {}
    while len(things) < FLATTRS:
        drawn = chance.choices(range(1, THINGS + 1), cum_weights=fame, k=2 * FLATTRS)
        things |= dict.fromkeys(drawn)
    return list(islice(things, FLATTRS))


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
        "charity": number % 50 == 0,
        "created_at": NOW,
    }


def _budget(patron: UserId) -> dict[str, object]:
    return {
        "patron_id": patron,
        "amount_minor": 200 + patron * 7919 % 4800,
        "currency": "EUR",
        "active": True,
    }


def _flattr(patron: UserId, thing: int) -> dict[str, object]:
    return {
        "patron_id": patron,
        "period": JANUARY,
        "thing_id": ThingId(thing),
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


# --- PostgreSQL -----------------------------------------------------------------------


def _on_postgresql(month: Path, url: str) -> tuple[Ran, Ran]:
    run_sql(url, "CREATE DATABASE one")
    asyncio.run(_migrate(f"{url}/one"))
    with closing(sqlite3.connect(month)) as source:
        _carry_over(source, f"{url}/one")
    run_sql(url, "CREATE DATABASE two TEMPLATE one")
    return (
        _run(f"{url}/one", "settle", "--no-hold", "--no-audit"),
        _run(f"{url}/two", "settle", "--no-hold", "--no-audit", "--workers", "2"),
    )


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


def _carry_over(source: sqlite3.Connection, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for table in OF_THE_MONTH:
            yes_or_no = [isinstance(each.type, sa.Boolean) for each in table.c]
            rows = source.execute(str(sa.select(table)))
            columns = [psycopg.sql.Identifier(each.name) for each in table.c]
            copy = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
                psycopg.sql.Identifier(table.name),
                psycopg.sql.SQL(", ").join(columns),
            )
            with connection.cursor().copy(copy) as into:
                for row in rows:
                    into.write_row(_typed(row, yes_or_no))
        # As the server's own housekeeping leaves it.
        connection.execute("VACUUM ANALYZE")


def _typed(row: tuple[Any, ...], yes_or_no: list[bool]) -> list[Any]:
    return [
        bool(value) if is_bool and value is not None else value
        for value, is_bool in zip(row, yes_or_no, strict=True)
    ]
