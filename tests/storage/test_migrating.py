"""The migrations make what the schema says, privately and all at once."""

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import run_sql

from overallt_server.core.periods import Period
from overallt_server.storage import access_schema, migrating, schema
from overallt_server.storage.database import Database
from overallt_server.storage.migrating import migrate
from overallt_server.storage.row_hashes import changed_by_hand
from overallt_server.storage.witnesses import WITNESSED, missing, without


def _differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, schema.metadata))


def _constraints(connection: sa.Connection) -> dict[str, set[str | None]]:
    inspector = sa.inspect(connection)
    return {
        table: {
            inspector.get_pk_constraint(table)["name"],
            *(unique["name"] for unique in inspector.get_unique_constraints(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


async def test_the_migrations_make_the_schema(any_database: Database) -> None:
    async with any_database.snapshot() as tx:
        differences = await tx.run_sync(_differences)

    assert [] == differences


async def test_keys_and_their_columns_are_those_of_the_schema(
    any_database: Database, tmp_path: Path
) -> None:
    made_by_metadata = Database(f"sqlite:///{tmp_path / 'metadata.sqlite'}")
    async with made_by_metadata.transaction() as tx:
        await tx.run_sync(schema.metadata.create_all)
        expected = await tx.run_sync(_constraints)
        expected_keys = await tx.run_sync(_primary_keys)
    await made_by_metadata.close()
    async with any_database.snapshot() as tx:
        actual = await tx.run_sync(_constraints)
        actual_keys = await tx.run_sync(_primary_keys)

    assert expected == actual
    assert expected_keys == actual_keys


def _primary_keys(connection: sa.Connection) -> dict[str, list[str]]:
    inspector = sa.inspect(connection)
    return {
        table: inspector.get_pk_constraint(table)["constrained_columns"]
        for table in schema.metadata.tables
    }


async def test_migrating_twice_changes_nothing(any_database: Database) -> None:
    await migrate(any_database)

    async with any_database.snapshot() as tx:
        versions = await tx.execute(sa.text("SELECT version_num FROM alembic_version"))
        assert [("0027",)] == versions.all()
        apps = await tx.execute(sa.select(access_schema.apps.c.client_id))
        assert {("overallt-extension",), ("overallt-proxy",)} == set(apps.all())


async def test_our_programs_are_public_apps_of_ours(any_database: Database) -> None:
    async with any_database.snapshot() as tx:
        apps = (await tx.execute(sa.select(access_schema.apps))).all()

    assert [(True, None)] * 2 == [(app.first_party, app.secret_hash) for app in apps]
    assert {None, "/oauth/arrived"} == {app.redirect_uri for app in apps}


async def test_only_the_servers_user_may_read_the_folder_and_the_file(
    tmp_path: Path,
) -> None:
    file = tmp_path / "data" / "overallt.sqlite"
    database = Database(f"sqlite:///{file}")
    await migrate(database)
    await database.close()

    assert 0o700 == stat.S_IMODE(file.parent.stat().st_mode)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


async def test_a_migration_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    original = Path(migrating.__file__).parent / "migrations"
    for name in ("env.py", "versions/0001_first_tables.py"):
        (tmp_path / "migrations" / name).write_text((original / name).read_text())
    (versions / "0002_broken.py").write_text(
        'revision, down_revision = "0002", "0001"\n'
        "def upgrade(): raise ZeroDivisionError\n"
    )
    monkeypatch.setattr(migrating, "_FOLDER", tmp_path / "migrations")
    database = Database(f"sqlite:///{tmp_path / 'overallt.sqlite'}")
    with pytest.raises(ZeroDivisionError):
        await migrate(database)
    async with database.snapshot() as tx:
        tables = await tx.run_sync(lambda bind: sa.inspect(bind).get_table_names())
    await database.close()

    assert [] == tables


def _migrations_up_to(last: str, folder: Path) -> Path:
    original = Path(migrating.__file__).parent / "migrations"
    (folder / "versions").mkdir(parents=True)
    for file in [original / "env.py", *(original / "versions").glob("*.py")]:
        if file.name == "env.py" or file.name[:4] <= last:
            (folder / file.relative_to(original)).write_text(file.read_text())
    return folder


async def test_what_the_bank_told_stays_as_payouts_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite makes that table anew."""
    migrations = _migrations_up_to("0005", tmp_path / "migrations")
    told = {
        "key": "k",
        "number": 1,
        "iban": "DE1",
        "side": "debit",
        "amount_minor": 5,
        "currency": "EUR",
        "booked_on": date(2026, 1, 7),
        "closed_on": date(2026, 1, 8),
        "other_iban": "SE1",
        "other_name": "Ada",
        "text": "for flattr",
        "fate": "suspense",
        "reason": "who?",
        "patron_id": 7,
        "resolved_at": Period(2026, 2).start,
    }
    database = Database(f"sqlite:///{tmp_path / 'overallt.sqlite'}")
    with monkeypatch.context() as before:
        before.setattr(migrating, "_FOLDER", migrations)
        await migrate(database)
    async with database.transaction() as tx:
        await tx.execute(schema.bank_movements.insert().values(told))
    await migrate(database)
    async with database.snapshot() as tx:
        kept = (await tx.execute(sa.select(schema.bank_movements))).mappings().one()
        changed = [each async for each in changed_by_hand(tx)]
    await database.close()

    assert told | {"payout": None, "hash": kept["hash"]} == dict(kept)
    assert [] == changed


async def test_all_that_was_there_before_it_was_hashed_gets_its_hash(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = _migrations_up_to("0016", tmp_path / "migrations")
    now = int(Period(2026, 2).start.timestamp())
    database = Database(empty_url)
    with monkeypatch.context() as before:
        before.setattr(migrating, "_FOLDER", migrations)
        await migrate(database)
    async with database.transaction() as tx:
        for table, cells in (
            ("operators", f"3, {now}, NULL"),
            (
                "things",
                f"1, 3, 'https://zoë.test/', '', '', '', '', '[]', false, true, {now}",
            ),
            ("thing_hosts", f"1, 'zoë.test', {now}"),
            ("periods", f"202601, 1000, 'EUR', {now}, NULL, {now}"),
            ("slices", f"202601, 0, 1, 9, {now}, NULL, NULL"),
            ("bank_statements", f"'k', 'D', 'EUR', '1', 0, 5, '2026-01-07', {now}"),
        ):
            await tx.execute(sa.text(f"INSERT INTO {table} VALUES ({cells})"))  # noqa: S608 - ours.
    await migrate(database)
    async with database.snapshot() as tx:
        changed = [each async for each in changed_by_hand(tx)]
        unwitnessed = [key for table in WITNESSED for key in await without(tx, table)]
    await database.close()

    assert ([], []) == (changed, unwitnessed)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server = request.getfixturevalue("postgres_template")
    run_sql(server, "CREATE DATABASE empty TEMPLATE template0")
    yield f"{server}/empty"
    run_sql(server, "DROP DATABASE empty WITH (FORCE)")


async def test_rows_from_before_they_had_a_hash_get_theirs(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = _migrations_up_to("0011", tmp_path / "migrations")
    made_at = Period(2026, 2).start
    account = {"owner_id": 3, "iban": "SE1", "name": "Zoë", "named_at": made_at}
    mark = {"patron_id": 3, "mark": "verified", "reason": "a", "made_at": made_at}
    database = Database(empty_url)
    with monkeypatch.context() as before:
        before.setattr(migrating, "_FOLDER", migrations)
        await migrate(database)
    async with database.transaction() as tx:
        await tx.execute(schema.payout_accounts.insert().values(account))
        await tx.execute(schema.patron_marks.insert().values(mark))
    await migrate(database)
    async with database.snapshot() as tx:
        kept = [
            dict((await tx.execute(sa.select(table))).mappings().one())
            for table in (schema.payout_accounts, schema.patron_marks)
        ]
        changed = [each async for each in changed_by_hand(tx)]
        unwitnessed = [key for table in WITNESSED for key in await without(tx, table)]
        lost = [key for table in WITNESSED for key in await missing(tx, table)]
    await database.close()

    assert [
        account | {"hash": kept[0]["hash"]},
        mark | {"hash": kept[1]["hash"]},
    ] == kept
    assert [] == changed
    assert ([], []) == (unwitnessed, lost)


async def test_pages_that_were_proved_before_get_hash_and_witness(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = _migrations_up_to("0025", tmp_path / "migrations")
    now = int(Period(2026, 2).start.timestamp())
    database = Database(empty_url)
    with monkeypatch.context() as before:
        before.setattr(migrating, "_FOLDER", migrations)
        await migrate(database)
    async with database.transaction() as tx:
        for cells in (f"1, 'zoë.test', {now}, NULL", f"2, 'bo.test', {now}, {now}"):
            await tx.execute(sa.text(f"INSERT INTO proved_pages VALUES ({cells})"))  # noqa: S608 - ours.
    await migrate(database)
    async with database.snapshot() as tx:
        changed = [each async for each in changed_by_hand(tx)]
        unwitnessed = [key for table in WITNESSED for key in await without(tx, table)]
        lost = [key for table in WITNESSED for key in await missing(tx, table)]
    await database.close()

    assert ([], [], []) == (changed, unwitnessed, lost)


async def test_pots_that_were_frozen_before_get_their_weights(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = _migrations_up_to("0015", tmp_path / "migrations")
    database = Database(empty_url)
    with monkeypatch.context() as before:
        before.setattr(migrating, "_FOLDER", migrations)
        await migrate(database)
    async with database.transaction() as tx:
        for patron in (1, 2):
            await tx.execute(
                sa.text("INSERT INTO pots VALUES (:patron, 202601, 0, 2, 'EUR', 0)"),
                {"patron": patron},
            )
        for thing, weight, charity in ((1, 3, False), (2, 2, True), (3, 1, False)):
            await tx.execute(
                schema.pot_things.insert().values(
                    patron_id=1,
                    period=Period(2026, 1),
                    thing_id=thing,
                    owner_id=9,
                    weight=weight,
                    charity=charity,
                )
            )
    await migrate(database)
    async with database.snapshot() as tx:
        pots = await tx.execute(
            sa.select(schema.pots.c.weight, schema.pots.c.paying_weight).order_by(
                schema.pots.c.patron_id
            )
        )
        found = pots.all()
    await database.close()

    assert [(6, 4), (0, 0)] == found


async def test_what_was_earned_before_is_summed_by_thing(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = _migrations_up_to("0016", tmp_path / "migrations")
    settled, closed = Period(2026, 1), Period(2026, 2)
    at = Period(2026, 3).start
    period = {"fee_bps": 0, "currency": "EUR", "closed_at": at, "held_until": None}
    span = {"slice": 0, "first_patron_id": 1, "last_patron_id": 2, "released_at": None}
    earned = {"owner_id": 9, "thing_id": 3, "currency": "EUR"}
    database = Database(empty_url)
    with monkeypatch.context() as before:
        before.setattr(migrating, "_FOLDER", migrations)
        await migrate(database)
    async with database.transaction() as tx:
        for each, settled_at in ((settled, at), (closed, None)):
            marks = {"period": each, "settled_at": settled_at}
            await tx.execute(schema.periods.insert().values(period | marks))
            await tx.execute(
                schema.slices.insert().values(span | marks | {"previewed_at": None})
            )
            for patron in (1, 2):
                await tx.execute(
                    schema.shares.insert().values(
                        earned
                        | {"patron_id": patron, "period": each}
                        | {"revision": 0, "share_minor": patron}
                    )
                )
        await tx.execute(
            sa.text("INSERT INTO preliminary_shares VALUES (202602, 9, 3, 2, 5, 'EUR')")
        )
    await migrate(database)
    async with database.snapshot() as tx:
        sums = (
            await tx.execute(
                sa.select(schema.thing_shares).order_by(schema.thing_shares.c.period)
            )
        ).mappings()
        found = [dict(each) for each in sums]
        slices = await tx.execute(
            sa.select(schema.slices.c.previewed_at).order_by(schema.slices.c.period)
        )
        marked = list(slices.scalars())
    await database.close()

    assert [
        earned | {"period": settled, "flattrs": 2, "share_minor": 3},
        earned | {"period": closed, "flattrs": 2, "share_minor": 5},
    ] == found
    assert [at, None] == marked


async def test_a_database_in_memory_needs_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database("sqlite://")
    await migrate(database)
    await database.close()

    assert [] == _names_in(tmp_path)


def _names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
