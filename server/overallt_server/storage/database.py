"""One database: its transactions, and what SQLite and PostgreSQL differ in.

A transaction's border is always seen at the call::

    async with database.transaction() as tx:
        await journal.append(tx, entry)

``transaction`` writes, and is undone whole if the block raises; ``snapshot`` reads
one state of everything. On SQLite a writing transaction takes the write lock at its
beginning (``BEGIN IMMEDIATE``): one that read first and wrote later could be refused
in the middle. Writers of this process queue for an ``asyncio.Lock``, in order;
writers of other processes (a settlement beside the server) wait in SQLite.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

# SQL's "transaction"; the books' own word is journal entry (GLOSSARY, collisions).
type Transaction = AsyncConnection

BUSY_SECONDS: Final = 30
_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


class UnknownDatabase(ValueError):  # noqa: N818 - names what was given.
    """The database's URL is of no kind that this program knows."""


class Database:
    """A pool of connections to the one database of this server."""

    def __init__(self, url: str) -> None:
        """Prepare for the database at SQLAlchemy *url*; nothing is opened yet.

        Raises:
            UnknownDatabase: *url* names neither SQLite nor PostgreSQL.
        """
        self.url: Final = with_async_driver(url)
        self.engine: Final = create_async_engine(self.url)
        self.is_sqlite: Final = self.engine.dialect.name == "sqlite"
        self._writers: Final = asyncio.Lock()
        if self.is_sqlite:
            sa.event.listen(self.engine.sync_engine, "connect", _open_sqlite)
            sa.event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that writes: all of it is kept, or nothing."""
        if not self.is_sqlite:
            async with self.engine.begin() as tx:
                yield tx
            return
        async with self._writers, self.engine.connect() as connection:
            await connection.execution_options(overallt_writes=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """Open a transaction that reads one state of the database."""
        async with self.engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def with_async_driver(url: str) -> sa.URL:
    """Name the driver that this program uses in *url*.

    Raises:
        UnknownDatabase: *url* names neither SQLite nor PostgreSQL.
    """
    try:
        parsed = sa.make_url(url)
        kind = parsed.get_backend_name()
        return parsed.set(drivername=_DRIVERS[kind])
    except (sa.exc.ArgumentError, KeyError) as error:
        raise UnknownDatabase(
            f"{url!r} is no database that can be used here: write "
            "sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from error


def _open_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself; see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # An answered flattr survives a power cut (R1), not only a killed process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("overallt_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
