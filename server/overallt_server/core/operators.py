"""Operators: users whom the machine's administrator lets move money by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import UserId


@dataclass(frozen=True, slots=True)
class Term:
    """A time in which a user was an operator; ``removed_at`` is ``None`` if he is."""

    operator: UserId
    added_at: datetime
    removed_at: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Tell whether he was an operator at *moment*."""
        return self.added_at <= moment and (
            self.removed_at is None or moment <= self.removed_at
        )


def was_operator(operator: UserId, terms: Iterable[Term], *, at: datetime) -> bool:
    """Tell whether *operator* was one *at* that moment, by all *terms* there were."""
    return any(each.operator == operator and each.covers(at) for each in terms)
