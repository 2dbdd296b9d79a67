"""The queue: confirmed clicks until the server has answered them.

```
           keep                depart                  forget
 confirmed ────▶ waiting ─────────────────▶ underway ─────────▶ gone: it counted
                  │   │                      │    ▲
             drop │   │ refuse        refuse │    └─ no answer: the same again
                  ▼   └──────────┐   ┌───────┘
                gone             ▼   ▼
                                refused ─────▶ gone
                                        drop
```

A click is kept before anything is sent, and leaves only when what became of it
is known; every arrow is one transaction that is on the disk when it returns. So
a program that is killed at any instant finds the click as it was and goes on,
under the same click id: the server counts that once.

While a click is *underway* it may have arrived. It is sent again until there is
an answer, and can no longer be taken back here: who deletes what the server may
have counted has not undone it.

A click may be kept ahead of its time: then it is confirmed by a few seconds going by
in which nobody takes it back, and ``confirmed_at`` says when that will be.

What is kept tells the server what to count and the patron what he did: the id
from the text tag and the time. The page where it stood is not kept; of its site the
host is, where he wishes to be asked no more there once this click has counted. The
sign-in is kept as a hash, since a click is sent in nobody else's name.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

BUSY_SECONDS: Final = 5.0

SCHEMA: Final = """
create table if not exists clicks (
    click_id text primary key,
    sign_in text not null,
    tag_id text not null,
    confirmed_at integer not null,
    state text not null,
    reason text,
    site text
) without rowid;
"""
# Files of older versions, with clicks that wait, have no such column.
ADD_SITE: Final = "alter table clicks add column site text"


class State(StrEnum):
    """Where a kept click stands."""

    WAITING = "waiting"
    UNDERWAY = "underway"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class KeptClick:
    """A confirmed click; *reason* is the code of its refusal, if there was one.

    *site* is the host where one click is to be enough, once this one has counted.
    """

    click_id: str
    sign_in: str
    tag_id: str
    confirmed_at: datetime
    state: State
    reason: str | None
    site: str | None


class NotKept(Exception):
    """The queue's file could not be written: the click is not kept."""


class Queue:
    """The queue in the file at *path*, which is made where missing.

    Every method waits for the disk: it belongs on a thread of its own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # SQLite gives the files beside it the same mode.
        path.touch(mode=0o600)
        with self._transaction() as tx:
            tx.execute("pragma journal_mode = wal")
            tx.executescript(SCHEMA)
            columns = [name for _, name, *_ in tx.execute("pragma table_info(clicks)")]
            if "site" not in columns:
                tx.execute(ADD_SITE)

    def keep(
        self,
        *,
        click_id: str,
        sign_in: str,
        tag_id: str,
        site: str | None,
        confirmed_at: datetime,
    ) -> KeptClick:
        """Keep a click; the second in which it is confirmed may be to come.

        Raises:
            NotKept: the disk is full, or the file not to be written.
        """
        at = confirmed_at.replace(microsecond=0)
        state, reason = State.WAITING, None
        click = KeptClick(click_id, sign_in, tag_id, at, state, reason, site)
        values = (click_id, sign_in, tag_id, int(at.timestamp()), state, reason, site)
        try:
            with self._transaction() as tx:
                tx.execute("insert into clicks values (?, ?, ?, ?, ?, ?, ?)", values)
        except sqlite3.Error:
            raise NotKept from None
        return click

    def clicks(self) -> list[KeptClick]:
        """List all that is kept, oldest first."""
        with self._transaction() as tx:
            rows = tx.execute(
                "select click_id, sign_in, tag_id, confirmed_at, state, reason, site "
                "from clicks order by confirmed_at, click_id"
            ).fetchall()
        return [
            KeptClick(
                click_id,
                sign_in,
                tag_id,
                datetime.fromtimestamp(confirmed_at, UTC),
                State(state),
                reason,
                site,
            )
            for click_id, sign_in, tag_id, confirmed_at, state, reason, site in rows
        ]

    def unsent(self) -> list[KeptClick]:
        """List what is to be sent, now or later, oldest first."""
        return [each for each in self.clicks() if each.state is not State.REFUSED]

    def depart(self, click_id: str) -> bool:
        """Note that a click is about to be sent; ``False``: it was taken back."""
        return self._change(
            "update clicks set state = ? where click_id = ? and state != ?",
            (State.UNDERWAY, click_id, State.REFUSED),
        )

    def forget(self, click_id: str) -> None:
        """Forget a click that the patron has been told the end of."""
        self._change("delete from clicks where click_id = ?", (click_id,))

    def refuse(self, click_id: str, reason: str) -> None:
        """Keep a click as refused for good, with the code that says why."""
        self._change(
            "update clicks set state = ?, reason = ? where click_id = ?",
            (State.REFUSED, reason, click_id),
        )

    def drop(self, click_id: str) -> bool:
        """Take a click back; ``False``: it is underway, or not here any more."""
        return self._change(
            "delete from clicks where click_id = ? and state != ?",
            (click_id, State.UNDERWAY),
        )

    def _change(self, statement: str, values: tuple[str, ...]) -> bool:
        with self._transaction() as tx:
            return tx.execute(statement, values).rowcount == 1

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as tx, tx:
            # A commit in WAL reaches the disk only with this (SQLite, "pragma
            # synchronous"); it is a setting of the connection.
            tx.execute("pragma synchronous = full")
            yield tx
