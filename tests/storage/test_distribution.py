"""The schema can be spread by Citus, and is, as far as a stand-in for Citus can tell.

Citus itself is in no registry that the tests may use. So its rules are held against the
real tables of PostgreSQL, and what we ask of it is asked of a stand-in: functions of
the same names that keep a list of the same form, in a real PostgreSQL.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from killing import PATIENCE_SECONDS, running
from postgres import run_sql
from sqlalchemy.sql import operators, visitors

from overallt_server.core.audit import Finding
from overallt_server.storage import division, schema, settlement
from overallt_server.storage.database import Database
from overallt_server.storage.distribution import (
    APPEND_ONLY,
    BY,
    DISTRIBUTED,
    REFERENCE,
    NoCitus,
    distribute,
    statements,
    undistributed,
)
from overallt_server.storage.migrating import migrate

STAND_IN: Final = """
INSERT INTO pg_extension
VALUES (99999, 'citus', 10, 11, false, 'a stand-in', NULL, NULL);
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, partkey text);
CREATE FUNCTION create_reference_table(named regclass) RETURNS void LANGUAGE sql
    AS 'INSERT INTO pg_dist_partition VALUES (named, NULL)';
CREATE FUNCTION create_distributed_table(
    named regclass, by text, distribution_type text = 'hash',
    colocate_with text = 'default'
) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = named) THEN
        RAISE 'it has triggers';
    END IF;
    IF colocate_with <> 'none' THEN
        PERFORM FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass;
        IF NOT FOUND THEN RAISE '% is not distributed', colocate_with; END IF;
    END IF;
    INSERT INTO pg_dist_partition VALUES (named, by);
END $$;
GRANT ALL ON pg_dist_partition TO PUBLIC;
"""
STATEMENTS: Final[dict[str, sa.Executable]] = {
    "shares": division.ADD_SHARES,
    "shares beside teams'": division.ADD_OWNERS_SHARES,
    "teams' shares": division.ADD_TEAM_SHARES,
    "postings": settlement._ADD_POSTINGS,
    "entries": settlement._ADD_ENTRIES,
    "undivided": settlement._UNDIVIDED,
    "earned": settlement._EARNED,
}
_numbers = count(1)


@pytest.fixture
async def citus(postgres_template: str) -> AsyncIterator[Database]:
    """Give a database with the stand-in that belongs to a user who is no superuser."""
    name = f"citus_{next(_numbers)}"
    run_sql(postgres_template, f"CREATE ROLE {name} LOGIN")
    run_sql(postgres_template, f"CREATE DATABASE {name} OWNER {name}")
    with psycopg.connect(f"{postgres_template}/{name}") as superuser:
        superuser.execute(STAND_IN.encode())
    url = sa.make_url(f"{postgres_template}/{name}").set(username=name)
    database = Database(url.render_as_string())
    await migrate(database)
    yield database
    await database.close()
    run_sql(postgres_template, f"DROP DATABASE {name} WITH (FORCE)")
    run_sql(postgres_template, f"DROP ROLE {name}")


def run(database: Database, folder: Path, *options: str) -> tuple[int, str, str]:
    """Run the command; return its status, what it prints and what is wrong."""
    url = database.url.set(drivername="postgresql").render_as_string()
    with running(url, folder, "distribute", *options) as process:
        out, errors = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, out, errors


def nothing(_done: int, _every: int) -> None:
    """Take no notice of how far it is."""


def parts(statement: Any) -> Iterator[Any]:
    """Give all that *statement* reads: each SELECT, join and table within it, once."""
    left: list[Any] = [statement]
    seen: list[Any] = []
    while left:
        each = left.pop()
        if not any(each is other for other in seen):
            seen.append(each)
            left += _read_by(each)
            yield each


def _read_by(part: Any) -> list[Any]:
    match part:
        case sa.Insert():
            return [part.select]
        case sa.CompoundSelect():
            return list(part.selects)
        case sa.Select():
            return list(part.get_final_froms())
        case sa.Join():
            return [part.left, part.right]
        case sa.Subquery() | sa.CTE() | sa.Alias():
            return [part.element]
        case _:
            return []


def joins(statement: Any) -> list[Any]:
    """Tell by what *statement* joins patrons' tables; others are on each machine."""
    return [
        each.onclause
        for each in parts(statement)
        if isinstance(each, sa.Join)
        and not set(DISTRIBUTED).isdisjoint(parts(each.right))
    ]


def windows(statement: Any) -> "list[sa.Over[Any]]":
    """Tell over what *statement* has windows."""
    return [
        part
        for select in parts(statement)
        if isinstance(select, sa.Select)
        for column in select.selected_columns
        for part in visitors.iterate(column)
        if isinstance(part, sa.Over)
    ]


def test_every_table_is_distributed_or_a_reference_table() -> None:
    named = [*DISTRIBUTED, *REFERENCE]

    assert set(schema.metadata.sorted_tables) == set(named)
    assert len(named) == len(set(named))


@pytest.mark.parametrize("table", DISTRIBUTED, ids=lambda table: table.name)
async def test_every_key_of_a_distributed_table_has_the_patron(
    postgres_url: str, table: sa.Table
) -> None:
    """Citus could not see a row of the same key on another machine."""
    database = Database(postgres_url)
    async with database.snapshot() as tx:
        keys, foreign, column = await tx.run_sync(_keys, table.name)
    await database.close()

    assert [] == [key for key in keys if BY not in key]
    assert isinstance(column, sa.BigInteger)
    for names, others, target in foreign:
        assert target in {each.name for each in REFERENCE} or (
            BY in names and BY in others
        )


@pytest.mark.parametrize("table", REFERENCE, ids=lambda table: table.name)
async def test_no_reference_table_refers_to_a_distributed_one(
    postgres_url: str, table: sa.Table
) -> None:
    database = Database(postgres_url)
    async with database.snapshot() as tx:
        _, foreign, _ = await tx.run_sync(_keys, table.name)
    await database.close()

    assert not {target for _, _, target in foreign} & {
        each.name for each in DISTRIBUTED
    }


def _keys(
    connection: sa.Connection, table: str
) -> tuple[list[Any], list[tuple[list[str], list[str], str]], Any]:
    inspector = sa.inspect(connection)
    keys = [
        inspector.get_pk_constraint(table)["constrained_columns"],
        *(each["column_names"] for each in inspector.get_unique_constraints(table)),
        *(
            each["column_names"]
            for each in inspector.get_indexes(table)
            if each["unique"]
        ),
    ]
    foreign = [
        (each["constrained_columns"], each["referred_columns"], each["referred_table"])
        for each in inspector.get_foreign_keys(table)
    ]
    columns = {each["name"]: each["type"] for each in inspector.get_columns(table)}
    return keys, foreign, columns.get(BY)


async def test_just_what_is_append_only_has_triggers(postgres_url: str) -> None:
    database = Database(postgres_url)
    query = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
    async with database.snapshot() as tx:
        found = {name for (name,) in await tx.execute(sa.text(query))}
    await database.close()

    assert {table.name for table in APPEND_ONLY} == found


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_a_settlement_joins_by_patron(statement: sa.Executable) -> None:
    """Whatever else a join says, it stays within one patron."""
    for condition in joins(statement):
        pairs = [
            {getattr(each.left, "name", None), getattr(each.right, "name", None)}
            for each in visitors.iterate(condition)
            if isinstance(each, sa.BinaryExpression) and each.operator is operators.eq
        ]
        assert {BY} in pairs, str(condition)


def test_a_settlement_has_windows_over_one_patron_each() -> None:
    every = windows(division.ADD_TEAM_SHARES)

    assert 4 == len(every)
    assert [] == [each for each in every if f".{BY}" not in str(each.partition_by)]


def test_there_are_joins_to_look_at() -> None:
    counted = {name: len(joins(each)) for name, each in STATEMENTS.items()}

    expected = {
        "shares": 1,
        "shares beside teams'": 1,
        "teams' shares": 1,
        "postings": 2,
        "entries": 2,
        "undivided": 0,
        "earned": 0,
    }
    assert expected == counted


async def test_it_distributes_each_table_once(citus: Database) -> None:
    told: list[tuple[int, int]] = []
    first = await distribute(citus, lambda done, every: told.append((done, every)))
    again = await distribute(citus, nothing)
    by = "SELECT logicalrelid::text AS name, partkey AS by FROM pg_dist_partition"
    async with citus.snapshot() as tx:
        spread = {each.name: each.by for each in await tx.execute(sa.text(by))}

    every = len(DISTRIBUTED) + len(REFERENCE)
    assert (every, 0) == (first, again)
    assert [(done, every) for done in range(every + 1)] == told
    expected = dict.fromkeys((each.name for each in DISTRIBUTED), BY) | dict.fromkeys(
        each.name for each in REFERENCE
    )
    assert expected == spread


async def test_what_was_stopped_goes_on_where_it_was(citus: Database) -> None:
    def stop(done: int, _every: int) -> None:
        if done == len(REFERENCE) + 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await distribute(citus, stop)
    left = await undistributed(citus)
    await distribute(citus, nothing)

    assert list(DISTRIBUTED[9:]) == left
    assert [] == await undistributed(citus)


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET {} = 1", "DELETE FROM {}", "TRUNCATE {}"]
)
async def test_the_journal_stays_append_only_by_rights(
    citus: Database, table: sa.Table, verb: str
) -> None:
    await distribute(citus, nothing)
    first = next(iter(table.primary_key)).name
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with citus.transaction() as tx:
            await tx.execute(sa.text(verb.format(table.name, first)))


async def test_the_server_needs_no_more_rights_than_that(
    citus: Database,
    keep_books: Callable[[str], Awaitable[None]],
    audit: Callable[[Database], Awaitable[list[Finding]]],
) -> None:
    """People flattr, and months are closed and settled."""
    await distribute(citus, nothing)
    await keep_books(citus.url.render_as_string())

    assert [] == await audit(citus)


async def test_the_command_prints_what_it_would_do_and_does_it_once(
    citus: Database, tmp_path: Path
) -> None:
    rehearsed = run(citus, tmp_path, "--dry-run")
    done = run(citus, tmp_path)
    again = run(citus, tmp_path)

    every = [*REFERENCE, *DISTRIBUTED]
    printed = [f"{each};\n" for table in every for each in statements(table)]
    assert (0, "".join(printed), "") == rehearsed
    assert (0, f"{len(every)} tables were distributed; now all of them are.\n") == (
        done[:2]
    )
    assert (0, "0 tables were distributed; now all of them are.\n") == again[:2]


async def test_the_command_without_citus_ends_with_1(
    postgres_books: Database, tmp_path: Path
) -> None:
    status, out, errors = run(postgres_books, tmp_path)

    assert (1, "") == (status, out)
    assert errors.startswith("Error: ")
    assert "Citus" in errors


async def test_without_citus_it_says_what_to_do(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(NoCitus, match="CREATE EXTENSION citus"):
        await distribute(database, nothing)
    await database.close()


async def test_sqlite_cannot_be_distributed(database: Database) -> None:
    with pytest.raises(NoCitus, match="move --to"):
        await undistributed(database)


async def test_a_superuser_is_refused(citus: Database, postgres_template: str) -> None:
    superuser = Database(f"{postgres_template}/{citus.url.database}")
    with pytest.raises(NoCitus, match="is a superuser"):
        await undistributed(superuser)
    await superuser.close()


def test_the_first_distributed_table_begins_the_group_of_all() -> None:
    first, *others = [
        statement
        for table in DISTRIBUTED
        for statement in statements(table)
        if "create_distributed_table" in statement
    ]

    assert "colocate_with => 'none'" in first
    assert all("colocate_with => 'flattrs'" in each for each in others)
