"""The tables of what owners call theirs: hosts, and single pages.

They belong to the same metadata as all others, see ``schema``. Which hosts are proved
stands in ``thing_hosts``, whoever has noted it; a row here says that an owner has
asked, and what was seen when it was looked at last.
"""

from typing import Final

import sqlalchemy as sa

from overallt_server.storage import mail_schema
from overallt_server.storage.columns import at, digest, key, text, word

metadata: Final = mail_schema.metadata

host_claims: Final = sa.Table(
    "host_claims",
    metadata,
    key("thing_id"),
    word("host"),
    at("asked_at"),
    at("seen_at", known=False),
    at("missing_since", known=False),
    sa.Index("ix_host_claims_host", "host"),
)

proved_pages: Final = sa.Table(
    "proved_pages",
    metadata,
    key("thing_id"),
    # Of the thing's address: by it intents are found.
    text("host"),
    at("proved_at"),
    at("missing_since", known=False),
    digest(),
)
