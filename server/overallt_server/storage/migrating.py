"""Migrating: brings a database of any earlier version, or none, to this one.

All pending migrations run in one transaction, on both databases: a program that is
killed in the middle leaves the database as it was. There is no way down; a backup is
the way back.
"""

import os
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from overallt_server.storage.database import Database

_FOLDER: Final = Path(__file__).parent / "migrations"
# Any number will do, as long as every server asks for the same one.
_MIGRATION_LOCK: Final = 0x6F766572
_MIGRATE_FIRST: Final = 'run "overallt-server migrate" first'


class WrongVersion(Exception):
    """The database is not of this program's version."""


async def migrate(database: Database) -> None:
    """Bring *database* to the newest version; SQLite's file is made if missing.

    Raises:
        OSError: the file or its folder cannot be made.
        WrongVersion: the database is of a later version than this program.
    """
    if database.is_sqlite:
        _make_private(database.url.database)
    async with database.transaction() as tx:
        if not database.is_sqlite:
            # Two servers that start together must not both create the tables.
            await tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        await tx.run_sync(_upgrade)


async def require_newest(database: Database) -> None:
    """Go on only if *database* is of this program's version.

    Raises:
        WrongVersion: it has to be migrated, or this program has to be renewed.
    """
    if database.is_sqlite:
        _require_file(database.url.database)
    async with database.snapshot() as tx:
        version = await tx.run_sync(_version)
    script = ScriptDirectory(str(_FOLDER))
    _refuse_later(script, version)
    if version != script.get_current_head():
        raise WrongVersion(f"The database is of an earlier version: {_MIGRATE_FIRST}.")


def _require_file(file: str | None) -> None:
    # Merely opening a file that is missing would make one that everybody can read.
    if file is None or not Path(file).exists():
        raise WrongVersion(f"There is no database at {file} yet: {_MIGRATE_FIRST}.")


def _upgrade(connection: sa.Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER))
    _refuse_later(ScriptDirectory(str(_FOLDER)), _version(connection))
    command.upgrade(config, "head")


def _version(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_later(script: ScriptDirectory, version: str | None) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if version is not None and version not in known:
        raise WrongVersion(
            f"The database is of version {version}, which this program does not know: "
            "install the overallt-server that made it, or a later one."
        )


def _make_private(file: str | None) -> None:
    # The file holds what people give to whom, so only the server's user may read it;
    # SQLite gives its side files (-wal, -shm) the rights of the file itself.
    if not file or file == ":memory:":
        return
    folder = Path(file).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
