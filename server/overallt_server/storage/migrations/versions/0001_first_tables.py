"""The first tables: users, things, giving, closed periods and the books.

The journal and the shares are append-only from the beginning (I2): triggers refuse
every other statement, whoever sends it.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

APPEND_ONLY: Final = ("journal_entries", "postings", "shares")

SQLITE_TRIGGER: Final = """
CREATE TRIGGER %(table)s_no_%(verb)s BEFORE %(verb)s ON %(table)s
BEGIN SELECT RAISE(ABORT, '%(table)s is append-only'); END
"""
POSTGRESQL_FUNCTION: Final = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$
"""
POSTGRESQL_TRIGGER: Final = """
CREATE TRIGGER %(table)s_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON %(table)s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Make everything; the only app there is at first is our own proxy."""
    _people_and_things()
    _apps()
    _signing_in()
    _giving()
    _closed_periods()
    _books()
    if op.get_bind().dialect.name == "sqlite":
        _make_append_only_on_sqlite()
    else:
        _make_append_only_on_postgresql()


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _maybe_number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=True)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def _maybe_text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=True)


def _bytes(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _yes_or_no(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean, nullable=False)


def _people_and_things() -> None:
    op.create_table(
        "id_blocks",
        _text("kind"),
        _number("next_id"),
        sa.PrimaryKeyConstraint("kind", name="pk_id_blocks"),
    )
    op.create_table(
        "users",
        _number("id"),
        _text("username"),
        _text("email"),
        _text("password_hash"),
        _number("profile_thing_id"),
        _number("registered_at"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username", name="uq_users_username"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "things",
        _number("id"),
        _number("owner_id"),
        _text("url"),
        _text("title"),
        _text("description"),
        _text("language"),
        _text("category"),
        sa.Column("tags", sa.JSON, nullable=False),
        _yes_or_no("hidden"),
        _yes_or_no("charity"),
        _number("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_things"),
        sa.UniqueConstraint("url", name="uq_things_url"),
    )
    op.create_index("ix_things_owner_id", "things", ["owner_id"])


def _apps() -> None:
    apps = op.create_table(
        "apps",
        _text("client_id"),
        _text("name"),
        sa.Column("secret_hash", sa.LargeBinary, nullable=True),
        _maybe_text("redirect_uri"),
        _maybe_number("owner_id"),
        _yes_or_no("first_party"),
        sa.PrimaryKeyConstraint("client_id", name="pk_apps"),
    )
    # The command ``overallt login`` signs in as this app, by a device code.
    op.bulk_insert(
        apps,
        [
            {
                "client_id": "overallt-proxy",
                "name": "Överallt proxy",
                "secret_hash": None,
                "redirect_uri": None,
                "owner_id": None,
                "first_party": True,
            }
        ],
    )


def _signing_in() -> None:
    op.create_table(
        "sessions",
        _bytes("token_hash"),
        _number("user_id"),
        _number("signed_in_at"),
        _number("expires_at"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "access_tokens",
        _bytes("token_hash"),
        _number("user_id"),
        _text("client_id"),
        _text("scopes"),
        _number("created_at"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_access_tokens"),
    )
    op.create_index("ix_access_tokens_user_id", "access_tokens", ["user_id"])
    op.create_table(
        "authorization_codes",
        _bytes("code_hash"),
        _text("client_id"),
        _number("user_id"),
        _text("scopes"),
        _maybe_text("redirect_uri"),
        _maybe_text("code_challenge"),
        _number("expires_at"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_authorization_codes"),
    )
    op.create_table(
        "device_codes",
        _bytes("device_code_hash"),
        _text("user_code"),
        _text("client_id"),
        _text("scopes"),
        _maybe_number("user_id"),
        _yes_or_no("denied"),
        _text("network"),
        _maybe_number("polled_at"),
        _number("expires_at"),
        sa.PrimaryKeyConstraint("device_code_hash", name="pk_device_codes"),
        sa.UniqueConstraint("user_code", name="uq_device_codes_user_code"),
    )
    op.create_table(
        "tries",
        _bytes("subject"),
        _number("tries"),
        _number("began_at"),
        sa.PrimaryKeyConstraint("subject", name="pk_tries"),
    )
    op.create_index("ix_tries_began_at", "tries", ["began_at"])


def _giving() -> None:
    op.create_table(
        "budgets",
        _number("patron_id"),
        _number("amount_minor"),
        _text("currency"),
        _yes_or_no("active"),
        sa.PrimaryKeyConstraint("patron_id", name="pk_budgets"),
    )
    op.create_table(
        "flattrs",
        _number("patron_id"),
        _number("period"),
        _number("thing_id"),
        _number("weight"),
        _number("flattred_at"),
        _maybe_number("undone_at"),
        sa.PrimaryKeyConstraint("patron_id", "period", "thing_id", name="pk_flattrs"),
    )
    op.create_index("ix_flattrs_thing_id", "flattrs", ["thing_id"])
    op.create_index("ix_flattrs_period_patron_id", "flattrs", ["period", "patron_id"])
    op.create_table(
        "idempotency_keys",
        _number("patron_id"),
        _text("key"),
        _bytes("request_hash"),
        _text("answer"),
        _number("made_at"),
        sa.PrimaryKeyConstraint("patron_id", "key", name="pk_idempotency_keys"),
    )


def _closed_periods() -> None:
    op.create_table(
        "periods",
        _number("period"),
        _number("fee_bps"),
        _text("currency"),
        _number("closed_at"),
        _maybe_number("settled_at"),
        sa.PrimaryKeyConstraint("period", name="pk_periods"),
    )
    op.create_table(
        "slices",
        _number("period"),
        _number("slice"),
        _number("first_patron_id"),
        _number("last_patron_id"),
        _maybe_number("settled_at"),
        sa.PrimaryKeyConstraint("period", "slice", name="pk_slices"),
    )
    op.create_table(
        "pots",
        _number("patron_id"),
        _number("period"),
        _number("slice"),
        _number("pot_minor"),
        _text("currency"),
        _number("fee_bps"),
        sa.PrimaryKeyConstraint("patron_id", "period", name="pk_pots"),
    )
    op.create_index("ix_pots_period_patron_id", "pots", ["period", "patron_id"])
    op.create_table(
        "pot_things",
        _number("patron_id"),
        _number("period"),
        _number("thing_id"),
        _number("owner_id"),
        _number("weight"),
        _yes_or_no("charity"),
        sa.PrimaryKeyConstraint(
            "patron_id", "period", "thing_id", name="pk_pot_things"
        ),
    )
    op.create_table(
        "shares",
        _number("patron_id"),
        _number("period"),
        _number("thing_id"),
        _number("revision"),
        _number("owner_id"),
        _number("share_minor"),
        _text("currency"),
        sa.PrimaryKeyConstraint(
            "patron_id", "period", "thing_id", "revision", name="pk_shares"
        ),
    )
    op.create_index("ix_shares_owner_id_period", "shares", ["owner_id", "period"])


def _books() -> None:
    op.create_table(
        "journal_entries",
        _number("patron_id"),
        _number("number"),
        _text("natural_key"),
        _text("kind"),
        _text("memo"),
        _number("made_at"),
        _bytes("previous_hash"),
        _bytes("hash"),
        sa.PrimaryKeyConstraint("patron_id", "number", name="pk_journal_entries"),
        sa.UniqueConstraint(
            "patron_id",
            "natural_key",
            name="uq_journal_entries_patron_id_natural_key",
        ),
    )
    op.create_table(
        "postings",
        _number("patron_id"),
        _number("number"),
        _number("line"),
        _text("side"),
        _text("ledger_account"),
        _number("amount_minor"),
        _text("currency"),
        sa.PrimaryKeyConstraint("patron_id", "number", "line", name="pk_postings"),
    )
    op.create_index("ix_postings_ledger_account", "postings", ["ledger_account"])


def _make_append_only_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            _run(SQLITE_TRIGGER, table=table, verb=verb)


def _make_append_only_on_postgresql() -> None:
    _run(POSTGRESQL_FUNCTION)
    for table in APPEND_ONLY:
        _run(POSTGRESQL_TRIGGER, table=table)


def _run(template: str, **names: str) -> None:
    # SQLAlchemy 2.1 leaves DDL's constructor without types.
    op.execute(sa.DDL(template, context=names))  # type: ignore[no-untyped-call]
