"""PostgreSQL's driver, which notices when nobody is at the other end any more.

A database may hang in the middle of a statement: its processes stopped, its disk stuck,
or something between it and us that swallows every byte. On the wire this looks like a
statement that takes long, so whoever is in a hurry says how many seconds he waits:

- What takes longer is ended by PostgreSQL itself, as is a transaction in which nothing
  was said for as long: whatever has become of us, nobody waits for our locks.
  Only who was cut off with half a statement said keeps his until TCP has found out.
- Where not even that is told, we end the connection, a little later. From then on it is
  as if the database had gone: whether what was under way is kept, nobody knows.

Who settles is in no hurry; he waits for as long as it takes. But each end asks a
connection on which nothing is said whether the machine at the other one still runs.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, override

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen

from overallt_server.core.refusals import ServerBusy

# A database that can still tell us that it gave up has the time to.
SLACK_SECONDS: Final = 2
# Noticed after a minute, where TCP's own defaults take two hours.
_IDLE, _EVERY, _TIMES = 30, 10, 3
_KEPT_ALIVE: Final = {
    "keepalives_idle": _IDLE,
    "keepalives_interval": _EVERY,
    "keepalives_count": _TIMES,
    "tcp_user_timeout": (_IDLE + _EVERY * _TIMES) * 1000,
}
_KEPT_ALIVE_THERE: Final = {
    "tcp_keepalives_idle": _IDLE,
    "tcp_keepalives_interval": _EVERY,
    "tcp_keepalives_count": _TIMES,
}
_HURRIED_THERE: Final = ("statement_timeout", "idle_in_transaction_session_timeout")


class HurriedConnection(psycopg.AsyncConnection[Any]):
    """A connection that ends itself as soon as an answer takes too long."""

    patience_seconds: int

    @override
    async def wait[Answer](
        self, gen: PQGen[Answer], *args: Any, **kwargs: Any
    ) -> Answer:
        """Wait for what *gen* asks of PostgreSQL, as all that asks does."""
        loop = asyncio.get_running_loop()
        giving_up = loop.call_later(self.patience_seconds + SLACK_SECONDS, self._cut)
        try:
            return await super().wait(gen, *args, **kwargs)
        finally:
            giving_up.cancel()

    def _cut(self) -> None:
        # To cancel the statement would be to ask the one who does not answer. So the
        # driver finds what it finds where the database has gone: the connection's end.
        with (
            suppress(OSError),
            socket.socket(fileno=os.dup(self.fileno())) as connection,
        ):
            connection.shutdown(socket.SHUT_RDWR)


def arguments(patience_seconds: int | None) -> dict[str, Any]:
    """Return what to connect with, in a hurry of so many seconds or in none."""
    if patience_seconds is None:
        return {**_KEPT_ALIVE, "options": _written(_KEPT_ALIVE_THERE)}
    hurry = dict.fromkeys(_HURRIED_THERE, patience_seconds * 1000)
    return {
        **_KEPT_ALIVE,
        "connect_timeout": patience_seconds,
        "options": _written(_KEPT_ALIVE_THERE | hurry),
        "async_creator_fn": _connecting(patience_seconds),
    }


def _written(options: dict[str, int]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in options.items())


def _connecting(
    patience_seconds: int,
) -> Callable[..., Awaitable[HurriedConnection]]:
    async def connect(*args: Any, **kwargs: Any) -> HurriedConnection:
        connection = await HurriedConnection.connect(*args, **kwargs)
        connection.patience_seconds = patience_seconds
        return connection

    return connect


def refuse_slow(context: sa.ExceptionContext) -> None:
    """Refuse what PostgreSQL has ended because it took too long; a listener of errors.

    Raises:
        ServerBusy: it was that.
    """
    if isinstance(context.original_exception, psycopg.errors.QueryCanceled):
        raise ServerBusy from context.original_exception
