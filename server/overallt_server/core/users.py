"""Users: people with a login, in whichever role they act."""

from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login.

    ``username`` is lower case and never all digits; ``profile_thing`` is the
    thing that ``[Flattr=username]`` stands for.
    """

    id: UserId
    username: str
    email: str
    registered_at: datetime
    profile_thing: ThingId
