"""Submitting: flattring an address, whatever it is.

It may be that of a thing, one that describes a thing, which is then made, or one that
nobody has claimed yet, for which an intent is kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.intents import Intent
from overallt_server.core.refusals import InvalidThing, NoMeans, NotFound
from overallt_server.core.submissions import Submission, submission_in
from overallt_server.core.things import Thing
from overallt_server.core.urls import normal_url
from overallt_server.core.users import User
from overallt_server.storage import budgets
from overallt_server.storage.database import Database
from overallt_server.use_cases.flattring import Flattred, Flattring
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.registering_things import RegisteringThings

_OTHER_OWNER: Final = "This address is a thing of somebody else."


@dataclass(frozen=True, slots=True)
class Described:
    """What an address leads to: a page at *url*, or *thing*, if that is one.

    *submission* is what the address says of it, *owner* who is said there to have it.
    """

    url: str
    submission: Submission | None
    owner: User | None
    thing: Thing | None


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
        made_at: datetime | None = None,
    ) -> Flattred | Intent:
        """Flattr what is at *address*, or keep an intent for it.

        An intent counts in no period yet, so it does not matter when it was *made_at*.

        Raises:
            InvalidThing: it is no address, or describes a thing that cannot be.
            NotFound: it describes a thing of somebody who is no user.
            IdempotencyMismatch: the key came with something else before.
            LateClick, OwnThing, AlreadyFlattred, NoMeans: as for a click.
        """
        described = await self.described(address)
        thing = None if described.thing is None else described.thing.id
        submission, owner = described.submission, described.owner
        if thing is None and submission is not None and owner is not None:
            thing = await self._made(submission, owner.id, patron, now)
        if thing is None:
            return await self._intending.intend(
                patron=patron,
                url=described.url,
                now=now,
                idempotency_key=idempotency_key,
            )
        return await self._flattring.flattr(
            patron=patron,
            thing=thing,
            now=now,
            idempotency_key=idempotency_key,
            made_at=made_at,
        )

    async def look_up(self, address: str) -> Thing | None:
        """Return the thing at *address*; ``None``: a flattr would make it.

        Raises:
            InvalidThing: it is no address, or describes a thing of somebody else.
            NotFound: nobody has registered it, and nobody is said to own it.
        """
        described = await self.described(address)
        if described.thing is None and described.owner is None:
            raise NotFound
        return described.thing

    async def described(self, address: str) -> Described:
        """Return what *address* describes, and the thing there, if there is one.

        Raises:
            InvalidThing: it is no address, or describes a thing that cannot be.
            NotFound: it describes a thing of somebody who is no user.
        """
        submission = submission_in(address, public_url=self._public_url)
        url = normal_url(address if submission is None else submission.url)
        owner = None
        if submission is not None and submission.username is not None:
            owner = await self._looking_up.user(submission.username)
        try:
            thing = await self._looking_up.thing_at(url)
        except NotFound:
            return Described(url, submission, owner, None)
        if owner is not None and thing.owner != owner.id:
            raise InvalidThing(_OTHER_OWNER)
        return Described(url, submission, owner, thing)

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
