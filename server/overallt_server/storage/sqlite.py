"""SQLite's driver, with as few trips to the connection's thread as there can be.

SQLite blocks, so a connection lives in a thread of its own. The driver as it is goes
there to make a cursor, to execute, to fetch and to close, and each trip costs more than
most statements do. Here a statement and its rows are one trip, a transaction begins on
the trip of its first statement, and one that has only read ends without a trip.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self, override

import aiosqlite

# What PostgreSQL has and SQLite lacks, by name and number of arguments; the only
# charset here is UTF-8 and the only form hex. SQLite's own lower knows ASCII alone.
FUNCTIONS: Final[Mapping[tuple[str, int], Callable[..., str | bytes]]] = {
    ("convert_to", 2): str.encode,
    ("encode", 2): lambda data, _form: data.hex(),
    ("lower", 1): str.lower,
    ("sha256", 1): lambda data: hashlib.sha256(data).digest(),
}

type _Parameters = Sequence[Any]
type _Work = Callable[[], sqlite3.Cursor]


class Cursor:
    """What one statement has brought; all of its rows are here already."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        """Begin to use it, as SQLAlchemy does with the cursor of any driver."""
        return self

    async def execute(self, sql: str, parameters: _Parameters = ()) -> None:
        """Execute *sql* and fetch what it returns."""
        database = self._connection.database
        await self._go(lambda: database.execute(sql, parameters))

    async def executemany(self, sql: str, each: Sequence[_Parameters]) -> None:
        """Execute *sql* with *each* set of parameters."""
        database = self._connection.database
        await self._go(lambda: database.executemany(sql, each))

    async def fetchall(self) -> list[Any]:
        """Return the rows."""
        return self._rows

    async def close(self) -> None:
        """Do nothing: there is nothing left to close."""

    async def _go(self, work: _Work) -> None:
        executed, self._rows = await self._connection.go(work)
        self.description = executed.description
        self.rowcount = executed.rowcount
        self.lastrowid = executed.lastrowid


class Connection(aiosqlite.Connection):
    """A connection to SQLite that goes to its thread only when it has to.

    ``_begin`` is the statement that begins a transaction and has not been sent yet.
    ``_only_reads`` says that nothing is to be kept and every trip has come back: one
    that was given up (its task was cancelled) may still be doing anything.
    """

    _begin = ""
    _only_reads = False

    @property
    def database(self) -> sqlite3.Connection:
        """The connection itself, which only the thread may use for long."""
        return self._conn

    @override
    def cursor(self) -> Cursor:  # type: ignore[override]  # The same with fewer trips.
        """Return a cursor for one statement."""
        return Cursor(self)

    def begin(self, *, writes: bool) -> None:
        """Begin a transaction with the next statement."""
        self._begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        self._only_reads = not writes

    async def go(self, work: _Work) -> tuple[sqlite3.Cursor, list[Any]]:
        """Do *work* in the thread; return its cursor and all of its rows."""
        only_reads, self._only_reads = self._only_reads, False
        begin, self._begin = self._begin, ""

        def trip() -> tuple[sqlite3.Cursor, list[Any]]:
            if begin:
                self._conn.execute(begin)
            executed = work()
            return executed, executed.fetchall()

        result: tuple[sqlite3.Cursor, list[Any]]
        result = await self._execute(trip)  # type: ignore[no-untyped-call]
        self._only_reads = only_reads
        return result

    @override
    async def commit(self) -> None:
        """Keep what was written, durably."""
        await self._end(super().commit)

    @override
    async def rollback(self) -> None:
        """Undo what was written since the transaction began."""
        await self._end(super().rollback)

    async def _end(self, how: Callable[[], Any]) -> None:
        if self._begin:
            self._begin = ""
        elif self._only_reads:
            # Nothing is written, so this neither waits nor touches the disk.
            self._conn.rollback()
        else:
            await how()
        # From here to the next begin() there is nothing to end.
        self._only_reads = True


async def connect(file: str, **options: Any) -> Connection:
    """Open *file*; transactions begin by ``begin`` alone, never by themselves."""

    def connector() -> sqlite3.Connection:
        opened: sqlite3.Connection
        opened = sqlite3.connect(file, isolation_level=None, **options)
        return opened

    connection = Connection(connector, iter_chunk_size=1)
    # A program that ends does not wait for a connection that nobody has closed.
    connection._thread.daemon = True  # noqa: SLF001 - the driver offers no other way.
    await connection
    return connection
