"""Activities: what a user has done, as a stream of it tells.

That he registered a thing may be known to everybody, unless he hides it. That he
flattred one is his secret: it is told to him alone. So nobody is told who flattrs his
things either: his stream of what comes in has nothing in it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from overallt_server.core.things import Thing


class Verb(StrEnum):
    """What was done, in the words of Activity Streams 1.0 ("Activity Base Schema")."""

    REGISTERED = "post"
    FLATTRED = "like"


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that was done to *thing*."""

    verb: Verb
    thing: Thing
    done_at: datetime
