"""What a share costs elsewhere: computed in memory alone, or in its own transaction.

The first is the floor. DuckDB has the pots in its memory already, divides them by the
same rule to the last cent, and stores nothing: whoever books a share durably, with its
entries and hashes, cannot come near, and the distance says what that costs.

The second is how Liberapay's ``record_transfer`` pays: for each share it commits one
new row with a key, three indexes and six foreign keys, changes the tip that it came
from, and logs a line. The tables here have that shape; the statements are our own.
"""

import csv
import logging
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
from figures import Figure

from overallt_server.core.allocation import (
    PATRON_FACTOR,
    PERIOD_FACTOR,
    PRIME,
    THING_FACTOR,
)
from overallt_server.core.periods import Period

TRANSFERS: Final = 500
_LOG: Final = logging.getLogger(__name__)


class Checksum(NamedTuple):
    """How many shares there are, and two sums that tell whether they are the same."""

    shares: int
    minor: int
    mixed: int


class OtherShares(Exception):
    """The shares that were computed are not those that were booked."""


def in_memory(settled: Path, period: Period, seconds: float) -> Figure:
    """Tell how far the *seconds* that settled *period* are from computing alone.

    Raises:
        OtherShares: DuckDB computes others than are booked in *settled*.
    """
    # Here, since what it takes would count for the programs that are measured before.
    import duckdb

    with tempfile.TemporaryDirectory() as name, duckdb.connect() as memory:
        file = Path(name) / "pots.csv"
        with closing(sqlite3.connect(settled)) as source:
            booked = Checksum(*source.execute(_BOOKED, (period.number,)).fetchone())
            with file.open("w", encoding="ascii", newline="") as into:
                csv.writer(into).writerows(source.execute(_POTS, (period.number,)))
        memory.execute(_LOAD, [str(file)])
        began = time.perf_counter()
        memory.execute(
            _DIVIDE,
            {
                "prime": PRIME,
                "by_thing": THING_FACTOR,
                "by_patron": PATRON_FACTOR,
                "of_period": period.number * PERIOD_FACTOR,
            },
        )
        least = time.perf_counter() - began
        computed = memory.execute(_COMPUTED).fetchone()
    if computed is None or Checksum(*computed) != booked:
        raise OtherShares(f"{computed} in memory, {booked} booked")
    return Figure(
        "books: settling on SQLite, seconds over those of DuckDB that computes the "
        "shares alone, in memory",
        seconds / least,
        must=None,
    )


def in_transactions(url: str, seconds: float) -> Figure:
    """Tell how many shares, of *seconds* each, one in its own transaction is worth.

    That one is booked in the empty database at *url*.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLES)
        connection.execute(_PEOPLE, [TRANSFERS])
        began = time.perf_counter()
        for number in range(1, TRANSFERS + 1):
            with connection.transaction():
                row = connection.execute(_TRANSFER, {"number": number}).fetchone()
                connection.execute(_PAID, {"number": number})
            _LOG.debug("transfer=%s tip=%s", row, number)
        each = (time.perf_counter() - began) / TRANSFERS
    return Figure(
        "books: one share on PostgreSQL, over one in a transaction of its own, as "
        "Liberapay's record_transfer has it",
        each / seconds,
        must=None,
    )


_BOOKED: Final = """
SELECT
    count(*), sum(share_minor),
    sum(share_minor * ((patron_id * 31 + thing_id) % 997))
FROM shares WHERE period = ?
"""
_POTS: Final = """
SELECT patron_id, thing_id, pot_things.weight, charity, pot_minor, fee_bps
FROM pot_things JOIN pots USING (patron_id, period) WHERE period = ?
"""
_LOAD: Final = """
CREATE TABLE parts AS SELECT * FROM read_csv(?, header = false, columns = {
    'patron': 'BIGINT', 'thing': 'BIGINT', 'weight': 'BIGINT', 'charity': 'BIGINT',
    'pot': 'BIGINT', 'fee_bps': 'BIGINT'
})
"""
# A sum of its 64-bit integers has 128 bits.
_DIVIDE: Final = """
CREATE TABLE shares AS
WITH fees AS (
    SELECT
        patron,
        any_value(pot) - any_value(pot) * any_value(fee_bps)
            * CAST(sum(weight * (1 - charity)) AS BIGINT)
            // (10000 * CAST(sum(weight) AS BIGINT)) AS rest,
        CAST(sum(weight * (10000 - fee_bps * (1 - charity))) AS BIGINT) AS pool
    FROM parts GROUP BY patron
), claims AS (
    SELECT
        patron, thing, pool, rest * weight * (10000 - fee_bps * (1 - charity)) AS part,
        (thing % $prime * $by_thing + patron % $prime * $by_patron + $of_period)
            % $prime AS mixed
    FROM parts JOIN fees USING (patron)
), served AS (
    SELECT
        *, row_number() OVER in_order AS place,
        CAST(sum(part % pool) OVER (PARTITION BY patron) AS BIGINT) AS remainders
    FROM claims
    WINDOW in_order AS (
        PARTITION BY patron
        ORDER BY part % pool DESC, mixed * mixed % $prime * mixed % $prime, thing
    )
)
SELECT
    patron, thing,
    part // pool + CASE WHEN place * pool <= remainders THEN 1 ELSE 0 END AS minor
FROM served
"""
_COMPUTED: Final = """
SELECT
    count(*), CAST(sum(minor) AS BIGINT),
    CAST(sum(minor * ((patron * 31 + thing) % 997)) AS BIGINT)
FROM shares
"""
_TABLES: Final = """
CREATE TABLE people (id bigint PRIMARY KEY);
CREATE TABLE tips (
    id bigint PRIMARY KEY, tipper bigint NOT NULL REFERENCES people,
    tippee bigint NOT NULL REFERENCES people, advance numeric NOT NULL
);
CREATE TABLE paid_in (id bigint PRIMARY KEY);
CREATE TABLE transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT now(),
    tipper bigint NOT NULL REFERENCES people, tippee bigint NOT NULL REFERENCES people,
    team bigint REFERENCES people, paid_in bigint REFERENCES paid_in,
    tip bigint REFERENCES tips, refunds bigint REFERENCES transfers,
    amount numeric NOT NULL
);
CREATE INDEX ON transfers (tipper);
CREATE INDEX ON transfers (tippee);
CREATE INDEX ON transfers (made_at);
"""
_PEOPLE: Final = """
WITH numbers AS (SELECT generate_series(1, %s) AS id), added AS (
    INSERT INTO people SELECT id FROM numbers
), arrived AS (
    INSERT INTO paid_in SELECT id FROM numbers
)
INSERT INTO tips SELECT id, id, id, 1 FROM numbers
"""
_TRANSFER: Final = """
INSERT INTO transfers (tipper, tippee, team, paid_in, tip, amount)
VALUES (%(number)s, %(number)s, %(number)s, %(number)s, %(number)s, 0.17)
RETURNING id
"""
_PAID: Final = "UPDATE tips SET advance = advance - 0.17 WHERE id = %(number)s"
