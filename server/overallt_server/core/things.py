"""Things: what can be flattred."""

from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be flattred, at one URL, by one owner.

    ``hidden`` things are left out of listings and can be flattred all the same.
    ``charity`` things bear no fee.
    """

    id: ThingId
    owner: UserId
    url: str
    title: str
    description: str
    language: str
    category: str
    tags: tuple[str, ...]
    hidden: bool
    charity: bool
    created_at: datetime
