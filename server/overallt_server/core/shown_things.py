"""Things as they are shown, and to whom."""

from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.things import Thing
from overallt_server.core.users import User


@dataclass(frozen=True, slots=True)
class Viewer:
    """A *patron* who looks, and when: what he did is told of the period open then."""

    patron: UserId
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a *thing*, which there may be or not, by somebody known or not."""

    thing: ThingId
    viewer: Viewer | None


@dataclass(frozen=True, slots=True)
class ShownThing:
    """What of a thing is shown.

    It was flattred *flattrs* times by so many *patrons*, undone left out; *hosts* are
    in alphabetical order. The last two are ``None`` for who has not said who he is.
    """

    thing: Thing
    owner: User
    flattrs: int
    patrons: int
    hosts: list[str]
    flattred: bool | None
    subscribed: bool | None
