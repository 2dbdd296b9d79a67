"""All tables, for SQLite and PostgreSQL, ready to be distributed by patron.

Large tables begin with ``patron_id``, which every key of theirs includes, and no
foreign key crosses from one patron's rows to another's, so that Citus can keep a
patron's rows on one node. Users and things have short numbers from ``id_blocks``;
the rest has natural keys. Times are whole Unix seconds, periods ``202610``.

Those of signing in stand in ``access_schema``, those of operators and of what they
order by hand in ``order_schema``, that of mails in ``mail_schema``, those of what
owners call theirs in ``proof_schema``; all have one metadata.

The journal (``journal_entries``, ``postings``), ``shares`` and what was ordered by hand
are append-only: the migrations give them triggers that raise (I2).
"""

from typing import Final

import sqlalchemy as sa

from overallt_server.storage import proof_schema
from overallt_server.storage.column_types import PeriodNumber
from overallt_server.storage.columns import (
    at,
    digest,
    key,
    number,
    period,
    text,
    where,
    word,
)

# Patrons have a chain of entries each; entries that are nobody's are the house's.
HOUSE: Final = 0

_BY_CARD: Final = "ledger_account = 'cash:stripe' AND side = 'debit'"

metadata: Final = proof_schema.metadata

# --- People and things: small tables, on every node -------------------------------

id_blocks: Final = sa.Table("id_blocks", metadata, word("kind"), number("next_id"))

users: Final = sa.Table(
    "users",
    metadata,
    key("id"),
    sa.Column("username", sa.Text, nullable=False, unique=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    text("password_hash"),
    number("profile_thing_id"),
    at("registered_at"),
)

things: Final = sa.Table(
    "things",
    metadata,
    key("id"),
    sa.Column("owner_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    text("title"),
    text("description"),
    text("language"),
    text("category"),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("charity", sa.Boolean, nullable=False),
    at("created_at"),
    digest(),
)

team_members: Final = sa.Table(
    "team_members",
    metadata,
    key("thing_id"),
    period(),  # The first one in which it holds.
    key("user_id"),
    number("weight"),
    number("team_weight"),
)

thing_hosts: Final = sa.Table(
    "thing_hosts", metadata, key("thing_id"), word("host"), at("proved_at"), digest()
)

# --- Giving: keyed by patron -------------------------------------------------------

budgets: Final = sa.Table(
    "budgets",
    metadata,
    key("patron_id"),
    number("amount_minor"),
    text("currency"),
    sa.Column("active", sa.Boolean, nullable=False),
)

flattrs: Final = sa.Table(
    "flattrs",
    metadata,
    key("patron_id"),
    period(),
    key("thing_id"),
    number("weight"),
    at("flattred_at"),
    at("undone_at", known=False),
    sa.Index("ix_flattrs_thing_id", "thing_id"),
    sa.Index("ix_flattrs_period_patron_id", "period", "patron_id"),
)

subscriptions: Final = sa.Table(
    "subscriptions",
    metadata,
    key("patron_id"),
    key("thing_id"),
    sa.Column("active", sa.Boolean, nullable=False),
    at("created_at"),
    at("started_at"),
    number("weight"),
    sa.Column("last_period", PeriodNumber),  # NULL: until it is ended.
)

intents: Final = sa.Table(
    "intents",
    metadata,
    key("patron_id"),
    sa.Column("url", sa.Text, primary_key=True),
    # Of the URL: whoever has proved it may claim.
    text("host"),
    at("made_at"),
    # Both NULL until it is claimed.
    sa.Column("thing_id", sa.BigInteger),
    sa.Column("period", PeriodNumber),
    sa.CheckConstraint(
        "(thing_id IS NULL) = (period IS NULL)", name="ck_intents_claim"
    ),
    sa.Index("ix_intents_host_url", "host", "url"),
)

idempotency_keys: Final = sa.Table(
    "idempotency_keys",
    metadata,
    key("patron_id"),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.LargeBinary, nullable=False),
    text("answer"),
    at("made_at"),
)

# --- Periods and what was frozen as they were closed -------------------------------

periods: Final = sa.Table(
    "periods",
    metadata,
    period(),
    number("fee_bps"),
    text("currency"),
    at("closed_at"),
    at("settled_at", known=False),
    at("held_until", known=False),  # What cards have paid; NULL: it is not held.
    digest(),
)

slices: Final = sa.Table(
    "slices",
    metadata,
    period(),
    key("slice"),
    number("first_patron_id"),
    number("last_patron_id"),
    at("settled_at", known=False),
    # When its shares were summed by thing.
    at("previewed_at", known=False),
    at("released_at", known=False),  # What of it was held.
    digest(),
)

pots: Final = sa.Table(
    "pots",
    metadata,
    key("patron_id"),
    period(),
    number("slice"),
    number("pot_minor"),
    text("currency"),
    number("fee_bps"),
    number("weight"),
    number("paying_weight"),
    sa.Index("ix_pots_period_patron_id", "period", "patron_id"),
)

pot_things: Final = sa.Table(
    "pot_things",
    metadata,
    key("patron_id"),
    period(),
    key("thing_id"),
    number("owner_id"),
    number("weight"),
    sa.Column("charity", sa.Boolean, nullable=False),
)

shares: Final = sa.Table(
    "shares",
    metadata,
    key("patron_id"),
    period(),
    key("thing_id"),
    key("revision"),
    key("owner_id"),
    number("share_minor"),
    text("currency"),
)

# Shares, or what they will be, summed over all patrons: an owner is told of these.
thing_shares: Final = sa.Table(
    "thing_shares",
    metadata,
    key("owner_id"),
    period(),
    key("thing_id"),
    number("flattrs"),
    number("share_minor"),
    text("currency"),
)

# --- The books ---------------------------------------------------------------------

journal_entries: Final = sa.Table(
    "journal_entries",
    metadata,
    key("patron_id"),
    # Counts from 1 in each chain: patron_id names the chain, HOUSE is the house's.
    key("number"),
    text("natural_key"),
    text("kind"),
    text("memo"),
    at("made_at"),
    sa.Column("previous_hash", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("patron_id", "natural_key"),
    # Of all entries few are gifts, and those that are held are looked for each day.
    sa.Index("ix_journal_entries_gifts", "made_at", **where("kind = 'gift_given'")),
)

postings: Final = sa.Table(
    "postings",
    metadata,
    key("patron_id"),
    key("number"),
    key("line"),
    text("side"),
    text("ledger_account"),
    number("amount_minor"),
    text("currency"),
    sa.Index("ix_postings_ledger_account", "ledger_account"),
    # Who has ever paid by card: each slice that is settled asks it.
    sa.Index("ix_postings_cards", "ledger_account", "patron_id", **where(_BY_CARD)),
)

# Its only row stands for the house's chain, as a user's row for his: to be locked.
house: Final = sa.Table("house", metadata, key("id"))

# --- The bank: what its files said ---------------------------------------------------

bank_statements: Final = sa.Table(
    "bank_statements",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    text("iban"),
    text("currency"),
    text("name"),
    number("opening_minor"),
    number("closing_minor"),
    sa.Column("closed_on", sa.Date, nullable=False),
    at("imported_at"),
    digest(),
)

bank_movements: Final = sa.Table(
    "bank_movements",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    # What an operator types.
    sa.Column("number", sa.BigInteger, nullable=False, unique=True),
    text("iban"),
    text("side"),
    number("amount_minor"),
    text("currency"),
    sa.Column("booked_on", sa.Date, nullable=False),
    # When the first statement that tells of it ends.
    sa.Column("closed_on", sa.Date, nullable=False),
    text("other_iban"),
    text("other_name"),
    text("text"),
    text("fate"),
    text("reason"),  # Why it is in suspense, empty for all that never was.
    sa.Column("patron_id", sa.BigInteger),  # Whose means it became, maybe later.
    at("resolved_at", known=False),  # When it left suspense.
    sa.Column("payout", sa.BigInteger, index=True),  # That it paid, or brought back.
    digest(),
    # Else an audit could not read what it has to check.
    sa.CheckConstraint("side IN ('debit', 'credit')", name="ck_bank_movements_side"),
    sa.CheckConstraint(
        "fate IN ('means', 'suspense', 'return', 'cost', 'payout', 'payout_returned')",
        name="ck_bank_movements_fate",
    ),
    sa.Index("ix_bank_movements_fate_resolved_at", "fate", "resolved_at"),
)

# --- Payouts: revenue that leaves ----------------------------------------------------

payout_accounts: Final = sa.Table(
    "payout_accounts",
    metadata,
    key("owner_id"),
    text("iban"),
    text("name"),
    at("named_at"),
    digest(),
)

payouts: Final = sa.Table(
    "payouts",
    metadata,
    key("number"),
    sa.Column("owner_id", sa.BigInteger, nullable=False, index=True),
    number("amount_minor"),
    text("currency"),
    # The owner's account of the moment in which he asked.
    text("iban"),
    text("name"),
    sa.Column("state", sa.Text, nullable=False, index=True),
    at("requested_at"),
    at("changed_at"),
    sa.Column("file", sa.BigInteger),
    text("reason"),
    sa.CheckConstraint(
        "state IN ('requested', 'sent', 'paid', 'rejected', 'returned')",
        name="ck_payouts_state",
    ),
)

payout_files: Final = sa.Table(
    "payout_files",
    metadata,
    key("number"),
    sa.Column("message", sa.Text, nullable=False, unique=True),
    at("made_at"),
    sa.Column("content", sa.LargeBinary, nullable=False),  # What the bank got.
)

patron_marks: Final = sa.Table(
    "patron_marks",
    metadata,
    key("patron_id"),
    word("mark"),
    text("reason"),
    at("made_at"),
    digest(),
)

# Of rows that nothing else would miss, see ``storage.witnesses``.
witnesses: Final = sa.Table("witnesses", metadata, word("of_table"), word("of_row"))
