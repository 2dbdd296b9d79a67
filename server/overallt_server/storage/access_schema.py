"""The tables of signing in and of apps; secrets are kept as SHA-256 only.

They belong to the same metadata as all others, see ``schema``.
"""

from typing import Final

import sqlalchemy as sa

from overallt_server.storage.column_types import Instant
from overallt_server.storage.columns import (
    at,
    key,
    named_metadata,
    number,
    text,
    word,
)

metadata: Final = named_metadata()

sessions: Final = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False, index=True),
    at("signed_in_at"),
    at("expires_at"),
    text("network"),  # From where, and ...
    text("program"),  # ... in which browser, for the person who looks at the list.
)

apps: Final = sa.Table(
    "apps",
    metadata,
    sa.Column("client_id", sa.Text, primary_key=True),
    text("name"),
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
    text("client_id"),
    text("scopes"),
    at("created_at"),
)

authorization_codes: Final = sa.Table(
    "authorization_codes",
    metadata,
    sa.Column("code_hash", sa.LargeBinary, primary_key=True),
    text("client_id"),
    number("user_id"),
    text("scopes"),
    sa.Column("redirect_uri", sa.Text),
    sa.Column("code_challenge", sa.Text),
    at("expires_at"),
)

device_codes: Final = sa.Table(
    "device_codes",
    metadata,
    sa.Column("device_code_hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_code", sa.Text, nullable=False, unique=True),
    text("client_id"),
    text("scopes"),
    # NULL until somebody approved it.
    sa.Column("user_id", sa.BigInteger),
    sa.Column("denied", sa.Boolean, nullable=False),
    text("network"),  # Where the device asked from, for the person who decides.
    at("polled_at", known=False),
    at("expires_at"),
)

tries: Final = sa.Table(
    "tries",
    metadata,
    sa.Column("subject", sa.LargeBinary, primary_key=True),
    number("tries"),
    sa.Column("began_at", Instant, nullable=False, index=True),
)

# Secrets that are sent by mail or stand in a form, each good for one deed.
one_time_tokens: Final = sa.Table(
    "one_time_tokens",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False, index=True),
    text("purpose"),
    text("address"),  # Where it was sent to; empty: nowhere.
    sa.Column("expires_at", Instant, nullable=False, index=True),
)

# Which address of a user is known to be his: not his any more if he has another now.
confirmed_addresses: Final = sa.Table(
    "confirmed_addresses",
    metadata,
    key("user_id"),
    text("address"),
    at("confirmed_at"),
)

invitations: Final = sa.Table(
    "invitations",
    metadata,
    sa.Column("code_hash", sa.LargeBinary, primary_key=True),
    # The house's are for those who wait.
    sa.Column("inviter_id", sa.BigInteger, nullable=False, index=True),
    at("made_at"),
    sa.Column("guest_id", sa.BigInteger),  # Who signed up by it.
)

waiting_list: Final = sa.Table(
    "waiting_list",
    metadata,
    word("address"),
    text("language"),
    at("asked_at"),
    at("invited_at", known=False),
)

# What somebody's second factor counts with, which cannot be kept as a hash.
second_factors: Final = sa.Table(
    "second_factors",
    metadata,
    key("user_id"),
    text("secret"),
    sa.Column("active", sa.Boolean, nullable=False),  # A first code was typed.
    number("last_step"),  # Of the last code that was used: none is good twice.
)

passkeys: Final = sa.Table(
    "passkeys",
    metadata,
    sa.Column("credential_id", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    number("uses"),  # As the authenticator counts them, if it does.
    at("made_at"),
)

recovery_codes: Final = sa.Table(
    "recovery_codes",
    metadata,
    key("user_id"),
    sa.Column("code_hash", sa.LargeBinary, primary_key=True),
)
