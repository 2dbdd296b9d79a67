"""One database: its transactions, and what SQLite and PostgreSQL differ in.

A transaction's border is always seen at the call::

    async with database.transaction() as tx:
        await journal.append(tx, entry)

``transaction`` writes, and is undone whole if the block raises; ``snapshot`` reads
one state of everything. On SQLite a writing transaction takes the write lock at its
beginning (``BEGIN IMMEDIATE``): one that read first and wrote later could be refused
in the middle. Writers of this process queue for an ``asyncio.Lock``, in order;
writers of other processes (a settlement beside the server) wait in SQLite.

A database that is away, or goes away in the middle, is refused as ``DatabaseAway``.
Whether a transaction whose commit it took along was kept, nobody knows then: who asks
again must be able to ask for the same. Once it is back, so are we, by new connections.
A PostgreSQL that is there and says nothing is away, too, for whoever named his patience
(``storage.postgresql``); one that is too slow for it is busy (``ServerBusy``).
"""

import asyncio
import copy
import select
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Final, Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    create_async_engine,
)

from overallt_server.core.refusals import DatabaseAway, ServerBusy
from overallt_server.storage import sqlite

# SQL's "transaction"; the books' own word is journal entry (GLOSSARY, collisions).
type Transaction = AsyncConnection

BUSY_SECONDS: Final = 30
# A person who waits for a page waits no longer.
CONNECT_SECONDS: Final = 10
# All are kept: to open one again costs more than what it is opened for.
_POOL: Final[Mapping[str, Any]] = {
    "pool_size": 15,
    "max_overflow": 0,
    "pool_timeout": CONNECT_SECONDS,
}
_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


class UnknownDatabase(ValueError):
    """The database's URL is of no kind that this program knows."""


class Database:
    """A pool of connections to the one database of this server."""

    def __init__(self, url: str, *, patience_seconds: int | None = None) -> None:
        """Prepare for the database at SQLAlchemy *url*; nothing is opened yet.

        On PostgreSQL a connection may take *patience_seconds*, and so may each
        statement; if None is named, a statement takes as long as it takes.

        Raises:
            UnknownDatabase: *url* names neither SQLite nor PostgreSQL.
        """
        self.url: Final = with_async_driver(url)
        self.is_sqlite: Final = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = create_async_engine(
                self.url,
                connect_args={"async_creator_fn": sqlite.connect},
                # One that is in memory has a single connection, and no pool.
                **(_POOL if self.url.database else {}),
            )
            sa.event.listen(self.engine.sync_engine, "connect", _open_sqlite)
            sa.event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            self._writing = self.engine.execution_options(overallt_writes=True)
            self._reading = self.engine
        else:
            # A server on SQLite needs no driver for it.
            from overallt_server.storage import postgresql

            self.engine = create_async_engine(
                self.url,
                connect_args={
                    "connect_timeout": CONNECT_SECONDS,
                    **postgresql.arguments(patience_seconds),
                    # What the operator has written into the URL counts more.
                    **self.url.query,
                },
                **{**_POOL, "pool_timeout": patience_seconds or CONNECT_SECONDS},
            )
            sa.event.listen(self.engine.sync_engine, "checkout", _refuse_broken)
            if patience_seconds is not None:
                sa.event.listen(
                    self.engine.sync_engine, "handle_error", postgresql.refuse_slow
                )
            self._writing = self.engine
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ"
            )
        self._writers: Final = asyncio.Lock()
        self._within: Transaction | None = None

    def within(self, tx: Transaction) -> Self:
        """Return this database for a use case that is to be a part of *tx*.

        What it calls its transaction is *tx* itself, kept or undone with all the rest.
        """
        inner = copy.copy(self)
        inner._within = tx  # noqa: SLF001 - it is one of us.
        return inner

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that writes: all of it is kept, or nothing."""
        if self._within is not None:
            yield self._within
            return
        turn = self._writers if self.is_sqlite else nullcontext()
        async with turn, _begun(self._writing) as tx:
            yield tx

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """Open a transaction that reads one state of the database."""
        if self._within is not None:
            yield self._within
            return
        async with _begun(self._reading) as tx:
            yield tx

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


@asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[Transaction]:
    # As engine.begin(), without the task of its own in which that gives the connection
    # back: should this task be cancelled in that moment, the pool drops the connection.
    try:
        connection = await engine.connect()
    except sa.exc.OperationalError as error:
        raise DatabaseAway from error.orig
    except sa.exc.TimeoutError as error:
        raise ServerBusy from error  # All of the pool's connections are in use.
    try:
        async with connection.begin():
            yield connection
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway from error.orig
        raise
    finally:
        await connection.close()


def _refuse_broken(connection: Any, _record: object, _proxy: object) -> None:
    # PostgreSQL says nothing on a connection that is not in use, so whatever is to be
    # read there is its end. The pool's own way to find out is to ask the database,
    # which would cost each transaction a quarter more (DECISIONS).
    poll = select.poll()
    poll.register(connection.driver_connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise sa.exc.InvalidatePoolError


def _open_sqlite(connection: Any, _record: object) -> None:
    for (name, arguments), function in sqlite.FUNCTIONS.items():
        # Deterministic: of what is the same in each row, it is asked once.
        connection.create_function(name, arguments, function, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # An answered flattr survives a power cut (R1), not only a killed process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Else INSERT OR REPLACE would delete a row without asking its trigger (I2).
    cursor.execute("PRAGMA recursive_triggers = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("overallt_writes", False)
    driver: Any = connection.connection.driver_connection
    driver.begin(writes=writes)
