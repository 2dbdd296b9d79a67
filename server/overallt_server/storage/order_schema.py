"""The tables of operators and of what they order by hand.

They belong to the same metadata as all others, see ``schema``. ``orders`` and
``order_outcomes`` are append-only, as the journal is.
"""

from typing import Final

import sqlalchemy as sa

from overallt_server.storage import access_schema
from overallt_server.storage.column_types import Instant
from overallt_server.storage.columns import at, digest, key, number, text

metadata: Final = access_schema.metadata

operators: Final = sa.Table(
    "operators",
    metadata,
    key("user_id"),
    # Part of the key: whoever comes back has a row for each time.
    sa.Column("added_at", Instant, primary_key=True, autoincrement=False),
    at("removed_at", known=False),
    digest(),
)

orders: Final = sa.Table(
    "orders",
    metadata,
    key("number"),
    text("what"),
    # JSON, in the one way in which we write it: it is hashed.
    text("arguments"),
    text("reason"),
    number("needed"),
    # NULL: one who works alone has not said who he is.
    sa.Column("operator_id", sa.BigInteger),
    at("ordered_at"),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

order_outcomes: Final = sa.Table(
    "order_outcomes",
    metadata,
    key("number"),
    text("verdict"),
    sa.Column("operator_id", sa.BigInteger),
    text("reason"),
    at("decided_at"),
    # Which entry was made, or which file of payouts.
    sa.Column("chain", sa.BigInteger),
    sa.Column("entry", sa.BigInteger),
    sa.Column("file", sa.BigInteger),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Index("ix_order_outcomes_chain_entry", "chain", "entry"),
)
