"""Audit: what a check of the books found, each finding with the row at fault.

Every fact of the books is told at least twice: a posting by its entry's hash, a pot by
the entry that reserved it, a share by the pot it can be derived from again. Where two
tellings differ, a third one decides which is wrong: a cell whose old value makes the
hash right again, or a pot thing that explains the shares once it is put back as the
flattr says. Only where nothing decides, the row that was written last is named.

One changed cell is one finding: the checks go on with the value that should be there.
"""

from dataclasses import dataclass
from typing import override


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the table and the row, what is wrong, and both values.

    ``row`` is the row's key as SQL would ask for it, columns in the table's order:
    ``patron_id=17 number=3 line=2``. *expected* and *found* are empty where no value
    can be told.
    """

    table: str
    row: str
    problem: str
    expected: str
    found: str

    @override
    def __str__(self) -> str:
        values = ""
        if self.expected or self.found:
            expected, found = self.expected or "nothing", self.found or "nothing"
            values = f" (expected {expected}, found {found})"
        return f"{self.table} [{self.row}]: {self.problem}{values}"


def row(**key: object) -> str:
    """Write a row's key as ``Finding.row`` does."""
    return " ".join(f"{column}={value}" for column, value in key.items())
