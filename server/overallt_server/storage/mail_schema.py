"""The table of mails that wait to be sent, or were sent a short while ago.

It belongs to the same metadata as all others, see ``schema``. What it holds of a mail
is no secret: links are made as they are sent.
"""

from typing import Final

import sqlalchemy as sa

from overallt_server.storage import order_schema
from overallt_server.storage.columns import at, number, text, where, word

metadata: Final = order_schema.metadata

mails: Final = sa.Table(
    "mails",
    metadata,
    word("key"),  # What makes it one, however often it is asked for.
    text("kind"),
    number("user_id"),
    text("address"),
    text("language"),
    sa.Column("names", sa.JSON, nullable=False),
    at("made_at"),
    at("due", known=False),  # NULL: sent, or given up.
    number("tries"),
    at("sent_at", known=False),
    sa.Index("ix_mails_due", "due", **where("due IS NOT NULL")),
)
