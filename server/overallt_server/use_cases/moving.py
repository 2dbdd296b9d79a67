"""Moving: every row of one database into another, of either kind.

::

    what the new one has already  ──▶ is it how the old one begins?  ──no──▶ Differs
                                        │ yes
    the rows behind it, in the order of their keys, some in a transaction
                                        │
    both from the beginning, row by row ──▶ the same?  ──no──▶ Differs

So a move that was killed goes on where it was, and one into a database that holds
anything else changes nothing there. Nobody may write into the old one meanwhile.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from overallt_server.storage import copying
from overallt_server.storage.copying import TABLES, Row, Table
from overallt_server.storage.database import Database, Transaction


class Differs(Exception):
    """The databases hold different rows; the text names the first of them."""


@dataclass(slots=True)
class _Counter:
    """Tells how many rows are done, of all that there are to do."""

    all_: int
    tell: Callable[[int, int], None]
    done: int = field(default=0)

    def add(self, rows: int) -> None:
        self.done += rows
        self.tell(self.done, self.all_)


class Moving:
    """Moves all that *source* holds into *target*; both are of this version."""

    def __init__(self, source: Database, target: Database) -> None:
        self._source = source
        self._target = target

    async def move(self, progress: Callable[[int, int], None]) -> int:
        """Move every row; return how many there are.

        *progress* is told how many rows are done of all: each is carried over and then
        looked at.

        Raises:
            Differs: *target* holds what *source* does not.
        """
        async with self._source.transaction() as tx:
            await copying.forbid_writing(self._source, tx)
            rows = sum([await copying.count(tx, table) for table in TABLES])
            counter = _Counter(2 * rows, progress)
            counter.add(0)
            begun = {table: await self._same_rows(tx, table) for table in TABLES}
            for table, (there, last) in begun.items():
                counter.add(there)
                await self._carry_over(tx, table, last, counter)
            for table in TABLES:
                there, _ = await self._same_rows(tx, table)
                counter.add(there)
                if there < await copying.count(tx, table):
                    raise Differs(f"Of {table.name}, rows were lost on the way")
            return rows

    async def _same_rows(self, tx: Transaction, table: Table) -> tuple[int, Row | None]:
        """Compare what the target has; return how many rows, and the last one's key."""
        there, last = 0, None
        async with self._target.snapshot() as other:
            batches = copying.batches(self._target, other, table)
            ours = _each(copying.batches(self._source, tx, table))
            async for theirs in batches:
                for row in theirs:
                    if row != await anext(ours, None):
                        key = ", ".join(map(str, copying.key_of(table, row)))
                        raise Differs(
                            f"The new database holds another {table.name} {key}"
                        )
                there += len(theirs)
                last = copying.key_of(table, theirs[-1])
        return there, last

    async def _carry_over(
        self, tx: Transaction, table: Table, last: Row | None, counter: _Counter
    ) -> None:
        async for rows in copying.batches(self._source, tx, table, after=last):
            async with self._target.transaction() as other:
                await copying.insert(other, table, rows)
            counter.add(len(rows))


async def _each(batches: AsyncIterator[Sequence[Row]]) -> AsyncIterator[Row]:
    async for rows in batches:
        for row in rows:
            yield row
