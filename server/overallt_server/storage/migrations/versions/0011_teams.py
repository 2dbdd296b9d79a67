"""Teams that share what a thing earns; a share for each of its members.

The owner becomes part of the key of shares. SQLite can change no key: there the shares
are written anew, with the triggers that guard them (I2).
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"

_KEY: Final = ("patron_id", "period", "thing_id", "revision", "owner_id")
_GUARD: Final = """
CREATE TRIGGER shares_no_%(verb)s BEFORE %(verb)s ON shares
BEGIN SELECT RAISE(ABORT, 'shares is append-only'); END
"""


def upgrade() -> None:
    """Make the table, and change the key."""
    op.create_table(
        "team_members",
        *(
            sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)
            for name in ("thing_id", "period", "user_id", "weight", "team_weight")
        ),
        sa.PrimaryKeyConstraint(
            "thing_id", "period", "user_id", name="pk_team_members"
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        _write_shares_anew()
    else:
        op.drop_constraint("pk_shares", "shares", type_="primary")
        op.create_primary_key("pk_shares", "shares", list(_KEY))


def _write_shares_anew() -> None:
    op.rename_table("shares", "old_shares")
    op.drop_index("ix_shares_owner_id_period", "old_shares")
    numbers = (*_KEY, "share_minor")
    shares = op.create_table(
        "shares",
        *(
            sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)
            for name in numbers
        ),
        sa.Column("currency", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_shares"),
    )
    columns = (*numbers, "currency")
    old_shares = sa.table("old_shares", *map(sa.column, columns))
    op.execute(sa.insert(shares).from_select(columns, sa.select(old_shares)))
    op.drop_table("old_shares")
    op.create_index("ix_shares_owner_id_period", "shares", ["owner_id", "period"])
    for verb in ("UPDATE", "DELETE"):
        op.execute(_GUARD % {"verb": verb})
