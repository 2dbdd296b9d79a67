"""What things earned is kept, by thing, once a month is settled, too.

An owner was told of settled months by summing all shares that were his; now of sums,
and the index that found his shares is not needed by anybody.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0017"
down_revision: Final = "0016"

_COLUMNS: Final = (
    "owner_id",
    "period",
    "thing_id",
    "flattrs",
    "share_minor",
    "currency",
)
_periods: Final = sa.table("periods", *map(sa.column, ("period", "settled_at")))
_slices: Final = sa.table(
    "slices", *map(sa.column, ("period", "settled_at", "previewed_at"))
)
_shares: Final = sa.table(
    "shares",
    *map(sa.column, ("owner_id", "period", "thing_id", "share_minor", "currency")),
)
_preliminary: Final = sa.table("preliminary_shares", *map(sa.column, _COLUMNS))
_sums: Final = sa.table("thing_shares", *map(sa.column, _COLUMNS))
_settled: Final = sa.select(_periods.c.period).where(_periods.c.settled_at.is_not(None))


def upgrade() -> None:
    """Make the table; keep what is preliminary, and sum what is settled."""
    op.create_table(
        _sums.name,
        *(
            sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)
            for name in _COLUMNS[:-1]
        ),
        sa.Column("currency", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(
            "owner_id", "period", "thing_id", name="pk_thing_shares"
        ),
    )
    key = (_shares.c.owner_id, _shares.c.period, _shares.c.thing_id)
    for told in (
        sa.select(*(_preliminary.c[name] for name in _COLUMNS)),
        sa.select(
            *key,
            sa.func.count(),
            sa.func.sum(_shares.c.share_minor),
            sa.func.min(_shares.c.currency),
        )
        .where(_shares.c.period.in_(_settled))
        .group_by(*key),
    ):
        op.execute(sa.insert(_sums).from_select(list(_COLUMNS), told))
    op.execute(
        sa.update(_slices)
        .where(_slices.c.previewed_at.is_(None), _slices.c.period.in_(_settled))
        .values(previewed_at=_slices.c.settled_at)
    )
    op.drop_table(_preliminary.name)
    op.drop_index("ix_shares_owner_id_period", _shares.name)
