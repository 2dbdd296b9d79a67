"""All tables, for SQLite and PostgreSQL, ready to be distributed by patron.

Large tables begin with ``patron_id``, which every key of theirs includes, and no
foreign key crosses from one patron's rows to another's, so that Citus can keep a
patron's rows on one node. Users and things have short numbers from ``id_blocks``;
the rest has natural keys. Times are whole Unix seconds, periods ``202610``.

The journal (``journal_entries``, ``postings``) and ``shares`` are append-only: the
migrations give them triggers that raise (I2).
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from overallt_server.core.periods import Period
from overallt_server.storage.column_types import Instant, PeriodNumber

# Patrons have a chain of entries each; entries that are nobody's are the house's.
HOUSE: Final = 0


# Deterministic constraint names, so that a migration can name them.
metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str) -> sa.Column[int]:
    # Made by us: SQLite must not hand out numbers of its own.
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _at(name: str, *, known: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, Instant, nullable=not known)


def _period(*, key: bool = True) -> sa.Column[Period]:
    return sa.Column(
        "period", PeriodNumber, primary_key=key, nullable=False, autoincrement=False
    )


# --- People and things: small tables, on every node -------------------------------

id_blocks: Final = sa.Table(
    "id_blocks",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    _number("next_id"),
)

users: Final = sa.Table(
    "users",
    metadata,
    _id("id"),
    sa.Column("username", sa.Text, nullable=False, unique=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    _text("password_hash"),
    _number("profile_thing_id"),
    _at("registered_at"),
)

things: Final = sa.Table(
    "things",
    metadata,
    _id("id"),
    sa.Column("owner_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    _text("title"),
    _text("description"),
    _text("language"),
    _text("category"),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("charity", sa.Boolean, nullable=False),
    _at("created_at"),
)

thing_hosts: Final = sa.Table(
    "thing_hosts",
    metadata,
    _id("thing_id"),
    sa.Column("host", sa.Text, primary_key=True),
    _at("proved_at"),
)

# --- Signing in: secrets are kept as SHA-256 only ----------------------------------

sessions: Final = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False, index=True),
    _at("signed_in_at"),
    _at("expires_at"),
)

apps: Final = sa.Table(
    "apps",
    metadata,
    sa.Column("client_id", sa.Text, primary_key=True),
    _text("name"),
    # NULL: a public client, which must use PKCE (RFC 8252).
    sa.Column("secret_hash", sa.LargeBinary),
    # NULL: a client without redirects, for device codes only.
    sa.Column("redirect_uri", sa.Text),
    sa.Column("owner_id", sa.BigInteger),
    sa.Column("first_party", sa.Boolean, nullable=False),
)

access_tokens: Final = sa.Table(
    "access_tokens",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False, index=True),
    _text("client_id"),
    _text("scopes"),
    _at("created_at"),
)

authorization_codes: Final = sa.Table(
    "authorization_codes",
    metadata,
    sa.Column("code_hash", sa.LargeBinary, primary_key=True),
    _text("client_id"),
    _number("user_id"),
    _text("scopes"),
    sa.Column("redirect_uri", sa.Text),
    sa.Column("code_challenge", sa.Text),
    _at("expires_at"),
)

device_codes: Final = sa.Table(
    "device_codes",
    metadata,
    sa.Column("device_code_hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_code", sa.Text, nullable=False, unique=True),
    _text("client_id"),
    _text("scopes"),
    # NULL until somebody approved it.
    sa.Column("user_id", sa.BigInteger),
    sa.Column("denied", sa.Boolean, nullable=False),
    # Where the device asked from, for the person who decides.
    _text("network"),
    _at("polled_at", known=False),
    _at("expires_at"),
)

tries: Final = sa.Table(
    "tries",
    metadata,
    sa.Column("subject", sa.LargeBinary, primary_key=True),
    _number("tries"),
    sa.Column("began_at", Instant, nullable=False, index=True),
)

# --- Giving: keyed by patron -------------------------------------------------------

budgets: Final = sa.Table(
    "budgets",
    metadata,
    _id("patron_id"),
    _number("amount_minor"),
    _text("currency"),
    sa.Column("active", sa.Boolean, nullable=False),
)

flattrs: Final = sa.Table(
    "flattrs",
    metadata,
    _id("patron_id"),
    _period(),
    _id("thing_id"),
    _number("weight"),
    _at("flattred_at"),
    _at("undone_at", known=False),
    sa.Index("ix_flattrs_thing_id", "thing_id"),
    sa.Index("ix_flattrs_period_patron_id", "period", "patron_id"),
)

subscriptions: Final = sa.Table(
    "subscriptions",
    metadata,
    _id("patron_id"),
    _id("thing_id"),
    sa.Column("active", sa.Boolean, nullable=False),
    _at("created_at"),
    _at("started_at"),
    _number("weight"),
    # NULL: until it is ended.
    sa.Column("last_period", PeriodNumber),
)

idempotency_keys: Final = sa.Table(
    "idempotency_keys",
    metadata,
    _id("patron_id"),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.LargeBinary, nullable=False),
    _text("answer"),
    _at("made_at"),
)

# --- Periods and what was frozen as they were closed -------------------------------

periods: Final = sa.Table(
    "periods",
    metadata,
    _period(),
    _number("fee_bps"),
    _text("currency"),
    _at("closed_at"),
    _at("settled_at", known=False),
)

slices: Final = sa.Table(
    "slices",
    metadata,
    _period(),
    _id("slice"),
    _number("first_patron_id"),
    _number("last_patron_id"),
    _at("settled_at", known=False),
)

pots: Final = sa.Table(
    "pots",
    metadata,
    _id("patron_id"),
    _period(),
    _number("slice"),
    _number("pot_minor"),
    _text("currency"),
    _number("fee_bps"),
    sa.Index("ix_pots_period_patron_id", "period", "patron_id"),
)

pot_things: Final = sa.Table(
    "pot_things",
    metadata,
    _id("patron_id"),
    _period(),
    _id("thing_id"),
    _number("owner_id"),
    _number("weight"),
    sa.Column("charity", sa.Boolean, nullable=False),
)

shares: Final = sa.Table(
    "shares",
    metadata,
    _id("patron_id"),
    _period(),
    _id("thing_id"),
    _id("revision"),
    _number("owner_id"),
    _number("share_minor"),
    _text("currency"),
    sa.Index("ix_shares_owner_id_period", "owner_id", "period"),
)

# --- The books ---------------------------------------------------------------------

journal_entries: Final = sa.Table(
    "journal_entries",
    metadata,
    _id("patron_id"),
    # Counts from 1 in each chain: patron_id names the chain, HOUSE is the house's.
    _id("number"),
    _text("natural_key"),
    _text("kind"),
    _text("memo"),
    _at("made_at"),
    sa.Column("previous_hash", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("patron_id", "natural_key"),
    # Of all entries few are gifts, and those that are held are looked for each day.
    sa.Index(
        "ix_journal_entries_gifts",
        "made_at",
        sqlite_where=sa.text("kind = 'gift_given'"),
        postgresql_where=sa.text("kind = 'gift_given'"),
    ),
)

postings: Final = sa.Table(
    "postings",
    metadata,
    _id("patron_id"),
    _id("number"),
    _id("line"),
    _text("side"),
    _text("ledger_account"),
    _number("amount_minor"),
    _text("currency"),
    sa.Index("ix_postings_ledger_account", "ledger_account"),
)

house: Final = sa.Table(
    "house",
    metadata,
    # Its only row stands for the house's chain, as a user's row for his: to be locked.
    _id("id"),
)

# --- The bank: what its files said ---------------------------------------------------

bank_statements: Final = sa.Table(
    "bank_statements",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    _text("iban"),
    _text("currency"),
    _text("name"),
    _number("opening_minor"),
    _number("closing_minor"),
    sa.Column("closed_on", sa.Date, nullable=False),
    _at("imported_at"),
)

bank_movements: Final = sa.Table(
    "bank_movements",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    # What an operator types.
    sa.Column("number", sa.BigInteger, nullable=False, unique=True),
    _text("iban"),
    _text("side"),
    _number("amount_minor"),
    _text("currency"),
    sa.Column("booked_on", sa.Date, nullable=False),
    # When the first statement that tells of it ends.
    sa.Column("closed_on", sa.Date, nullable=False),
    _text("other_iban"),
    _text("other_name"),
    _text("text"),
    _text("fate"),
    # Why it is in suspense, empty for all that never was.
    _text("reason"),
    # Whose means it became, at once or from suspense.
    sa.Column("patron_id", sa.BigInteger),
    # When it left suspense.
    _at("resolved_at", known=False),
    # Which payout it paid, or brought back.
    sa.Column("payout", sa.BigInteger, index=True),
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
    _id("owner_id"),
    _text("iban"),
    _text("name"),
    _at("named_at"),
)

payouts: Final = sa.Table(
    "payouts",
    metadata,
    _id("number"),
    sa.Column("owner_id", sa.BigInteger, nullable=False, index=True),
    _number("amount_minor"),
    _text("currency"),
    # The owner's account of the moment in which he asked.
    _text("iban"),
    _text("name"),
    sa.Column("state", sa.Text, nullable=False, index=True),
    _at("requested_at"),
    _at("changed_at"),
    sa.Column("file", sa.BigInteger),
    _text("reason"),
    sa.CheckConstraint(
        "state IN ('requested', 'sent', 'paid', 'rejected', 'returned')",
        name="ck_payouts_state",
    ),
)

payout_files: Final = sa.Table(
    "payout_files",
    metadata,
    _id("number"),
    sa.Column("message", sa.Text, nullable=False, unique=True),
    _at("made_at"),
    # Byte for byte what the bank got.
    sa.Column("content", sa.LargeBinary, nullable=False),
)
