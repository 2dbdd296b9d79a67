"""Looking up users and things, for whoever may see them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from overallt.protocol.ids import ThingId, UserId, is_thing_id, is_username
from overallt_server.core.activities import Activity
from overallt_server.core.intents import claimable_by
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.core.searches import ThingSearch
from overallt_server.core.shown_things import Look, ShownThing, Viewer
from overallt_server.core.things import Thing
from overallt_server.core.urls import normal_url
from overallt_server.core.users import User
from overallt_server.storage import (
    activities,
    health,
    searches,
    shown_things,
    things,
    users,
)
from overallt_server.storage.database import Database
from overallt_server.storage.searches import FoundThings
from overallt_server.use_cases.reading_together import ReadingTogether

MOST_THINGS: Final = 100

_NO_THING: Final = "There is no thing with this id."


class LookingUp:
    """Finds what others name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._things = ReadingTogether(database, things.many)
        self._shown = ReadingTogether(database, shown_things.many)
        self._things_at = ReadingTogether(database, things.at)
        self._users = ReadingTogether(database, users.many)

    async def is_possible(self) -> bool:
        """Tell whether anything could be looked up now."""
        return await health.answers(self._database)

    async def thing(self, tag_id: str) -> Thing:
        """Return the thing that a text tag with *tag_id* names.

        A number names a thing, a username the profile thing of that user.

        Raises:
            NotFound: nobody has this id.
        """
        wanted = await self.thing_id(tag_id)
        found = await self._things.many([wanted])
        if wanted not in found:
            raise NotFound(_NO_THING)
        return found[wanted]

    async def thing_at(self, url: str) -> Thing:
        """Return the thing whose address is *url*.

        An http address that is nobody's is looked up by https, too.

        Raises:
            InvalidThing: it is no address that a thing could have.
            NotFound: nobody has registered it.
        """
        nearest_first = claimable_by(normal_url(url))
        found = await self._things_at.many(nearest_first)
        for each in nearest_first:
            if each in found:
                return found[each]
        raise NotFound("Nobody has registered this address.")

    async def thing_id(self, tag_id: str) -> ThingId:
        """Return the number of the thing that a text tag with *tag_id* names.

        A number is returned as it is, whether there is such a thing or not.

        Raises:
            NotFound: nobody has this username.
        """
        if is_thing_id(tag_id):
            return ThingId(int(tag_id))
        try:
            return (await self.user(tag_id)).profile_thing
        except NotFound as error:
            raise NotFound(_NO_THING) from error

    async def user(self, username: str) -> User:
        """Return the user called *username*.

        Raises:
            NotFound: nobody is called so.
        """
        user = None
        if is_username(username):
            async with self._database.snapshot() as tx:
                user = await users.by_username(tx, username)
        if user is None:
            raise NotFound("There is no user with this name.")
        return user

    async def users(self, ids: Iterable[UserId]) -> dict[UserId, User]:
        """Return the users of *ids*, by id."""
        return await self._users.many(ids)

    async def shown(
        self, ids: Sequence[ThingId], viewer: Viewer | None
    ) -> list[ShownThing]:
        """Return what *viewer* sees of the things of *ids*, in order.

        What is none is left out.

        Raises:
            InvalidRequest: that is more than is looked up at once.
        """
        if len(ids) > MOST_THINGS:
            raise InvalidRequest(f"At most {MOST_THINGS} things are shown at once.")
        looks = [Look(thing, viewer) for thing in ids]
        found = await self._shown.many(looks)
        return [found[look] for look in looks if look in found]

    async def shown_thing(self, tag_id: str, viewer: Viewer | None) -> ShownThing:
        """Return what *viewer* sees of the thing that *tag_id* names.

        Raises:
            NotFound: nobody has this id.
        """
        look = Look(await self.thing_id(tag_id), viewer)
        found = await self._shown.many([look])
        if look not in found:
            raise NotFound(_NO_THING)
        return found[look]

    async def search(
        self, wanted: ThingSearch, *, page: int, count: int, now: datetime
    ) -> FoundThings:
        """Return the things that are *wanted*; *page* counts from 1."""
        async with self._database.snapshot() as tx:
            return await searches.search(tx, wanted, page=page, count=count, now=now)

    async def things_of(
        self, owner: UserId, *, page: int, count: int, hidden: bool
    ) -> list[Thing]:
        """List the things of *owner*, newest first, *hidden* ones too or not."""
        async with self._database.snapshot() as tx:
            return await things.of_owner(
                tx, owner, page=page, count=count, hidden=hidden
            )

    async def activities_of(
        self, user: User, *, incoming: bool, secret: bool, page: int, count: int
    ) -> list[Activity]:
        """List what *user* has done, or others to his things (*incoming*).

        Newest first, what is *secret* too or not; *page* counts from 1.
        """
        if incoming:
            return []  # Who flattrs them is secret, and nothing else comes in.
        async with self._database.snapshot() as tx:
            return await activities.of_user(
                tx, user, secret=secret, page=page, count=count
            )
