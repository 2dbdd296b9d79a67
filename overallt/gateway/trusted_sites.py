"""Trusted sites: where the patron gives by one click, and what he gave so.

What was given is kept for as long as a month can be open, since a thing gets one
click a month at most, and all things together so many a day. Whatever a trusted
site's page does, it costs no more than that.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from overallt.client.queue import KeptClick
from overallt.protocol.messages import Thing

DAY: Final = timedelta(days=1)
KEPT_FOR: Final = timedelta(days=62)
WAIT_SECONDS: Final = 5.0

SCHEMA: Final = """
create table if not exists sites (
    host text primary key,
    trusted_at integer not null
) without rowid;
create table if not exists one_clicks (
    period text not null,
    thing_id integer not null,
    made_at integer not null,
    primary key (period, thing_id)
) without rowid;
"""


class TrustedSites:
    """The sites in the file at *path*, which is made where missing.

    Every method waits for the disk: it belongs on a thread of its own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch(mode=0o600)
        with self._transaction() as tx:
            tx.executescript(SCHEMA)

    def trust(self, host: str, now: datetime) -> None:
        """Give by one click at *host* from now on."""
        with self._transaction() as tx:
            tx.execute(
                "insert into sites values (?, ?) on conflict do nothing",
                (host, int(now.timestamp())),
            )

    def count(self, click: KeptClick, thing: Thing) -> None:
        """Trust the site of a *click* that counted, if that is wished and proved.

        It is wished with the click, and the owner of *thing* has proved the host.
        """
        if click.site is not None and click.site in (thing.hosts or ()):
            self.trust(click.site, click.confirmed_at)

    def is_trusted(self, host: str) -> bool:
        """Tell whether one click is enough at *host*."""
        return host in self.hosts()

    def hosts(self) -> list[str]:
        """List the hosts that are trusted, in alphabetical order."""
        with self._transaction() as tx:
            rows = tx.execute("select host from sites order by host").fetchall()
        return [host for (host,) in rows]

    def ask_again(self, host: str) -> None:
        """Trust *host* no longer."""
        with self._transaction() as tx:
            tx.execute("delete from sites where host = ?", (host,))

    def claim(
        self, *, period: str, thing_id: int, most_a_day: int, now: datetime
    ) -> bool:
        """Note one click on a thing; ``False``: it is one too many.

        So it is if the thing had one in *period*, or all had *most_a_day* in 24 hours.
        """
        at = int(now.timestamp())
        with self._transaction() as tx:
            tx.execute(
                "delete from one_clicks where made_at < ?",
                (int((now - KEPT_FOR).timestamp()),),
            )
            # One statement, so that two presses at once are not both the last one.
            claimed = tx.execute(
                "insert into one_clicks select ?, ?, ? where "
                "(select count(*) from one_clicks where made_at > ?) < ? "
                "on conflict do nothing",
                (period, thing_id, at, int((now - DAY).timestamp()), most_a_day),
            )
        return claimed.rowcount == 1

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS)) as tx, tx:
            yield tx
