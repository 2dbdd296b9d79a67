"""Periods: calendar months in UTC, the unit in which budgets are shared."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self, override

# Neither the first nor the last year of the calendar: every period has one before it
# and one after it.
_TEXT: Final = re.compile(r"(?!0000|9999)([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
DECEMBER: Final = 12

# In the hour after a period's end only undo still reaches it.
CLOSE_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month in UTC, written ``2026-01``."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Return the period in which *moment* (aware) lies."""
        moment = moment.astimezone(UTC)
        return cls(moment.year, moment.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026-01``.

        Raises:
            ValueError: *text* is no period.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no period: write it as 2026-01")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_number(cls, number: int) -> Self:
        """Return the period that is written *number* (``202601``) in tables."""
        year, month = divmod(number, 100)
        return cls(year, month)

    @property
    def number(self) -> int:
        """``year * 100 + month``, as tables and the key of ties use it."""
        return self.year * 100 + self.month

    @property
    def next(self) -> "Period":
        """The period after this one."""
        return self.after(1)

    def after(self, periods: int) -> "Period":
        """Return the period that is *periods* (0 or more) after this one."""
        year, month = divmod(self.month - 1 + periods, DECEMBER)
        return Period(self.year + year, month + 1)

    @property
    def start(self) -> datetime:
        """The first moment of this period."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment that is no longer in this period."""
        return self.next.start

    @override
    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def open_at(now: datetime, *, closed: Period | None) -> Period:
    """Return the period that takes flattrs in at *now*.

    That is the month of *now*, or the first one after it that is not closed; *closed*
    is the period that was closed last.
    """
    current = Period.of(now)
    return current if closed is None or closed < current else closed.next
