"""Registering things: an owner says that a page is his and names it."""

from dataclasses import replace
from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.refusals import InvalidThing
from overallt_server.core.things import Thing
from overallt_server.core.urls import normal_url
from overallt_server.core.words import (
    category_of,
    description_of,
    language_of,
    tags_of,
    title_of,
)
from overallt_server.storage import things
from overallt_server.storage.database import Database
from overallt_server.storage.id_blocks import IdBlocks
from overallt_server.storage.intents import Claimants
from overallt_server.storage.uniqueness import Taken
from overallt_server.use_cases.claiming import claim


class RegisteringThings:
    """Makes things."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids = IdBlocks(database)

    async def register(  # noqa: PLR0913 - a thing is described by so much.
        self,
        *,
        owner: UserId,
        url: str,
        title: str,
        now: datetime,
        description: str = "",
        language: str = "en_GB",
        category: str = "rest",
        tags: tuple[str, ...] = (),
        hidden: bool = False,
        charity: bool = False,
    ) -> Thing:
        """Register the page at *url* as a thing of *owner*.

        If he has proved its host, the thing claims what waits for it.

        Raises:
            InvalidThing: the address or a word cannot be used, or the address is
                a thing already; the sentence says which.
        """
        thing = Thing(
            id=ThingId(0),
            owner=owner,
            url=normal_url(url),
            title=title_of(title),
            description=description_of(description),
            language=language_of(language),
            category=category_of(category),
            tags=tags_of(tags),
            hidden=hidden,
            charity=charity,
            created_at=now,
        )
        # Only a thing that can be registered takes a number.
        thing = replace(thing, id=ThingId(await self._ids.next("thing")))
        try:
            async with self._database.transaction() as tx:
                await things.add(tx, thing)
                await claim(tx, Claimants(thing=thing.id, owner=None), now=now)
        except Taken as error:
            raise InvalidThing("This address is registered already.") from error
        return thing
