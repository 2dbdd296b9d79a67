"""Paired browsers: who may see tickets and means at the gateway.

```
overallt setup ─▶ pairing code ─(opened once in the browser, within 10 minutes)─▶ cookie
```

Anything that can reach the proxy can ask the gateway: other programs, other
users of the machine. So a browser first shows a code that only the patron's own
command line can make, and from then on a cookie. Of both only hashes are kept;
they are long and random, so a plain hash is enough. Both processes, command
line and proxy, open the same small SQLite file.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NewType

BrowserId = NewType("BrowserId", str)

CODE_LIFETIME: Final = timedelta(minutes=10)
CODE_BYTES: Final = 16
COOKIE_BYTES: Final = 32
WAIT_SECONDS: Final = 5.0

SCHEMA: Final = """
create table if not exists pairing_codes (
    code_hash text primary key,
    expires_at integer not null
) without rowid;
create table if not exists browsers (
    cookie_hash text primary key,
    paired_at integer not null
) without rowid;
"""


class Browsers:
    """The browsers paired in the file at *path*, which is made where missing.

    Every method waits for the disk: it belongs on a thread of its own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch(mode=0o600)
        with self._transaction() as tx:
            tx.executescript(SCHEMA)

    def new_pairing_code(self, now: datetime) -> str:
        """Make a code with which one browser can be paired within ten minutes."""
        code = secrets.token_urlsafe(CODE_BYTES)
        expires_at = int((now + CODE_LIFETIME).timestamp())
        with self._transaction() as tx:
            tx.execute(
                "delete from pairing_codes where expires_at < ?",
                (int(now.timestamp()),),
            )
            tx.execute(
                "insert into pairing_codes values (?, ?)", (_hash(code), expires_at)
            )
        return code

    def pair(self, code: str, now: datetime) -> str | None:
        """Spend *code* and return a new browser's cookie; ``None`` if it is no good."""
        with self._transaction() as tx:
            spent = tx.execute(
                "delete from pairing_codes where code_hash = ? and expires_at >= ?",
                (_hash(code), int(now.timestamp())),
            )
            if spent.rowcount != 1:
                return None
            cookie = secrets.token_urlsafe(COOKIE_BYTES)
            tx.execute(
                "insert into browsers values (?, ?)",
                (_hash(cookie), int(now.timestamp())),
            )
        return cookie

    def find(self, cookie: str | None) -> BrowserId | None:
        """Return which paired browser has *cookie*."""
        if cookie is None:
            return None
        with self._transaction() as tx:
            found = tx.execute(
                "select 1 from browsers where cookie_hash = ?", (_hash(cookie),)
            ).fetchone()
        return BrowserId(_hash(cookie)) if found else None

    def count(self) -> int:
        """Count the paired browsers."""
        with self._transaction() as tx:
            (count,) = tx.execute("select count(*) from browsers").fetchone()
        return int(count)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS)) as tx, tx:
            yield tx


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
