"""Changing things: an owner describes a thing anew, or takes it out of all lists.

A thing is never erased. Its number may stand on paper, flattrs and shares name it, and
its address stays its owner's; so what is deleted is hidden, which its owner can undo.
"""

from dataclasses import replace

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.refusals import Forbidden, NotFound
from overallt_server.core.things import Thing
from overallt_server.core.words import (
    category_of,
    description_of,
    language_of,
    tags_of,
    title_of,
)
from overallt_server.storage import things
from overallt_server.storage.database import Database, Transaction


class ChangingThings:
    """Changes what a thing is described by."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change(
        self,
        *,
        owner: UserId,
        thing: ThingId,
        title: str | None,
        description: str | None,
        language: str | None,
        category: str | None,
        tags: tuple[str, ...] | None,
        hidden: bool | None,
    ) -> None:
        """Describe *thing* of *owner* anew; what is ``None`` stays as it was.

        Raises:
            NotFound: there is no such thing.
            Forbidden: it is somebody else's.
            InvalidThing: a word cannot be used; the sentence says which.
        """
        async with self._database.transaction() as tx:
            old = await _own(tx, owner, thing)
            new = replace(
                old,
                title=old.title if title is None else title_of(title),
                description=(
                    old.description
                    if description is None
                    else description_of(description)
                ),
                language=old.language if language is None else language_of(language),
                category=old.category if category is None else category_of(category),
                tags=old.tags if tags is None else tags_of(tags),
                hidden=old.hidden if hidden is None else hidden,
            )
            await things.describe(tx, new)

    async def hide(self, *, owner: UserId, thing: ThingId) -> None:
        """Take *thing* of *owner* out of all lists.

        Raises:
            NotFound: there is no such thing.
            Forbidden: it is somebody else's.
        """
        async with self._database.transaction() as tx:
            await things.describe(
                tx, replace(await _own(tx, owner, thing), hidden=True)
            )


async def _own(tx: Transaction, owner: UserId, thing: ThingId) -> Thing:
    found = await things.wait(tx, thing)
    if found is None:
        raise NotFound
    if found.owner != owner:
        raise Forbidden
    return found
