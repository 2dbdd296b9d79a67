"""Plans: how a statement over very many rows is to be run, whatever was counted.

What a database believes of tables that have just been filled decides about its plans,
and it is wrong for as long as nothing has counted them again: PostgreSQL takes them
for empty and loops over all rows for each of them, which takes their square. Hash and
merge joins are right in any case. Nor is a statement of a second worth compiling, and
what is sorted and what it goes into should fit into memory.
"""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from overallt_server.storage.database import Transaction

# Until the transaction ends.
_LOCALLY: Final = True

_FOR_MANY: Final[Mapping[str, sa.Executable]] = {
    "sqlite": sa.text("PRAGMA cache_size = -65536"),
    "postgresql": sa.select(
        sa.func.set_config("enable_nestloop", "off", _LOCALLY),
        sa.func.set_config("jit", "off", _LOCALLY),
        sa.func.set_config("work_mem", "64MB", _LOCALLY),
    ),
}


async def plan_for_many(tx: Transaction) -> None:
    """Let the statements of *tx* be planned for very many rows."""
    await tx.execute(_FOR_MANY[tx.dialect.name])
