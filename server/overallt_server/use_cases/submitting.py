"""Submitting: flattring an address, whatever it is.

It may be that of a thing, one that describes a thing, which is then made, or one that
nobody has claimed yet, for which an intent is kept.
"""

from datetime import datetime
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.intents import Intent
from overallt_server.core.refusals import InvalidThing, NoMeans, NotFound
from overallt_server.core.submissions import Submission, submission_in
from overallt_server.storage import budgets
from overallt_server.storage.database import Database
from overallt_server.use_cases.flattring import Flattred, Flattring
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.registering_things import RegisteringThings

_OTHER_OWNER: Final = "This address is a thing of somebody else."


class Submitting:
    """The use case of flattring by address; *public_url* is that of this server."""

    def __init__(
        self,
        database: Database,
        flattring: Flattring,
        intending: Intending,
        *,
        public_url: str,
    ) -> None:
        self._database = database
        self._flattring = flattring
        self._intending = intending
        self._looking_up = LookingUp(database)
        self._registering = RegisteringThings(database)
        self._public_url = public_url

    async def flattr(
        self,
        *,
        patron: UserId,
        address: str,
        now: datetime,
        idempotency_key: str | None = None,
    ) -> Flattred | Intent:
        """Flattr what is at *address*, or keep an intent for it.

        Raises:
            InvalidThing: it is no address, or describes a thing that cannot be.
            NotFound: it describes a thing of somebody who is no user.
            IdempotencyMismatch: the key came with something else before.
            OwnThing, AlreadyFlattred, NoMeans: as for a click.
        """
        submission = submission_in(address, public_url=self._public_url)
        url = address if submission is None else submission.url
        thing = await self._found(url, submission, patron, now)
        if thing is None:
            return await self._intending.intend(
                patron=patron, url=url, now=now, idempotency_key=idempotency_key
            )
        return await self._flattring.flattr(
            patron=patron, thing=thing, now=now, idempotency_key=idempotency_key
        )

    async def _found(
        self, url: str, submission: Submission | None, patron: UserId, now: datetime
    ) -> ThingId | None:
        owner = None
        if submission is not None and submission.username is not None:
            owner = (await self._looking_up.user(submission.username)).id
        try:
            thing = await self._looking_up.thing_at(url)
        except NotFound:
            if submission is None or owner is None:
                return None
            return await self._made(submission, owner, patron, now)
        if owner not in {None, thing.owner}:
            raise InvalidThing(_OTHER_OWNER)
        return thing.id

    async def _made(
        self, submission: Submission, owner: UserId, patron: UserId, now: datetime
    ) -> ThingId:
        async with self._database.snapshot() as tx:
            can_give = patron in await budgets.givers(tx, [patron])
        # An owner who tries his own link makes the thing, and is then refused.
        if patron != owner and not can_give:
            raise NoMeans
        thing = await self._registering.register(
            owner=owner,
            url=submission.url,
            title=submission.title,
            description=submission.description,
            language=submission.language,
            category=submission.category,
            tags=submission.tags,
            hidden=submission.hidden,
            now=now,
        )
        return thing.id
