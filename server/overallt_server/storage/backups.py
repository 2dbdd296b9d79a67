"""Backups: the whole database as one file, and back again.

Each kind of database has its own way to tell its state at one instant while others
go on writing: SQLite its online backup, PostgreSQL ``pg_dump``. A file appears under
its name only when it is whole and on the disk; so does a restored SQLite database, and
PostgreSQL restores all in one transaction.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from overallt_server.storage.database import Database

_SQLITE_BEGINS: Final = b"SQLite format 3\x00"
_PG_DUMP_BEGINS: Final = b"PGDMP"
_PAGES_AT_ONCE: Final = 1024

type Progress = Callable[[int, int], None]


class BackupFailed(Exception):
    """Nothing was written or restored, for the reason that the text tells."""


async def back_up(database: Database, file: Path, progress: Progress) -> None:
    """Write all that *database* holds at this instant to *file*, readable by its user.

    Raises:
        BackupFailed: PostgreSQL's own program is missing or refuses.
        OSError: *file* is there already, or cannot be written.
    """
    with _appearing_whole(file) as part:
        if database.is_sqlite:
            source = Path(database.url.database or "")
            await asyncio.to_thread(_copy_sqlite, source, part, progress)
        else:
            await asyncio.to_thread(_dump, database.url, part)


async def restore(database: Database, file: Path, progress: Progress) -> None:
    """Make *database*, which must be empty, what *file* says.

    Raises:
        BackupFailed: *file* is no backup of such a database, or that is not empty.
        OSError: *file* cannot be read, or the database's file not be written.
    """
    with file.open("rb") as opened:
        beginning = opened.read(len(_SQLITE_BEGINS))
    is_sqlite = beginning == _SQLITE_BEGINS
    if not is_sqlite and not beginning.startswith(_PG_DUMP_BEGINS):
        raise BackupFailed(f"{file} is no backup.")
    if is_sqlite != database.is_sqlite:
        kind = "SQLite" if is_sqlite else "PostgreSQL"
        raise BackupFailed(
            f"{file} is a backup of {kind}: restore it there, then use "
            '"overallt-server move".'
        )
    if is_sqlite:
        target = Path(database.url.database or "")
        await asyncio.to_thread(_restore_sqlite, target, file, progress)
    else:
        await _refuse_if_filled(database)
        await asyncio.to_thread(_undump, database.url, file)


def _restore_sqlite(target: Path, file: Path, progress: Progress) -> None:
    # SQLite would take what another one left behind for this one's last changes.
    left_behind = target.with_name(f"{target.name}-wal")
    if target.exists() or left_behind.exists():
        raise BackupFailed(
            f"There is a database at {target} already: move its files away first."
        )
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with _appearing_whole(target) as part:
            _copy_sqlite(file, part, progress)
            _refuse_if_damaged(part)
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"{file} is damaged: {error}.") from error


def _refuse_if_damaged(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


async def _refuse_if_filled(database: Database) -> None:
    async with database.snapshot() as tx:
        tables = await tx.run_sync(lambda each: sa.inspect(each).get_table_names())
    if tables:
        raise BackupFailed("The database is not empty: restore into a new one.")


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    address = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as ours,
        closing(sqlite3.connect(target)) as theirs,
    ):
        # Held open: else each write of the server beside would begin the copy anew.
        ours.execute("BEGIN")
        ours.execute("SELECT count(*) FROM sqlite_master").fetchone()
        ours.backup(
            theirs,
            pages=_PAGES_AT_ONCE,
            progress=lambda _status, left, all_: progress(all_ - left, all_),
        )
        # All of it in one file, which can be read where nothing can be written.
        theirs.execute("PRAGMA journal_mode = DELETE")


def _dump(url: sa.URL, file: Path) -> None:
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    failed = _run("pg_dump", url, *options)
    if failed:
        raise BackupFailed(failed)


def _undump(url: sa.URL, file: Path) -> None:
    options = ("--single-transaction", "--exit-on-error", "--no-owner")
    failed = _run("pg_restore", url, *options, "--no-privileges", str(file))
    if failed:
        raise BackupFailed(failed)


def _run(name: str, url: sa.URL, *arguments: str) -> str:
    """Run PostgreSQL's program *name* for the database at *url*; return what failed."""
    program = shutil.which(name)
    if program is None:
        return f"{name} is missing: install PostgreSQL's client programs."
    # Everybody on this machine can read a program's arguments, so no password is one.
    address = url.set(drivername="postgresql", password=None)
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own, with arguments of ours.
        [program, f"--dbname={address.render_as_string()}", *arguments],
        capture_output=True,
        check=False,
        env=environment,
        text=True,
    )
    told = " ".join(done.stderr.split())
    return f"{name} ended with {done.returncode}: {told}" if done.returncode else ""


@contextmanager
def _appearing_whole(file: Path) -> Iterator[Path]:
    """Give a private file to write; it gets the name *file* when the block is done.

    Raises:
        FileExistsError: there is a *file* already.
    """
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
        _to_disk(part)
        # Unlike a rename, this never takes the place of a file that is there.
        os.link(part, file)
        _to_disk(file.parent)
    finally:
        part.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
