"""Taking clicks in: what a client has kept while it could not send, all at once.

Each click is given as if it had come alone and has its own answer, be it a refusal.
They are given one after the other: of two on the same thing the first one counts, and
however many they are, they take one place among all who flattr just now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.intents import Intent
from overallt_server.core.refusals import Refusal
from overallt_server.use_cases.flattring import Flattred, Flattring
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.submitting import Submitting


@dataclass(frozen=True, slots=True)
class ThingClick:
    """A click on the thing that a text tag with *tag_id* names."""

    tag_id: str
    key: str | None
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class AddressClick:
    """A click on whatever is at *url*."""

    url: str
    key: str | None
    made_at: datetime | None


type Click = ThingClick | AddressClick


class TakingClicksIn:
    """The use case of several clicks in one request."""

    def __init__(
        self, looking_up: LookingUp, flattring: Flattring, submitting: Submitting
    ) -> None:
        self._looking_up = looking_up
        self._flattring = flattring
        self._submitting = submitting

    async def take_in(
        self,
        clicks: Sequence[Click | Refusal],
        *,
        patron: UserId,
        now: datetime,
    ) -> list[Flattred | Intent | Refusal]:
        """Give each of *clicks*; return what it is answered, in order.

        What is none, and so a refusal already, stays that.
        """
        return [
            click
            if isinstance(click, Refusal)
            else await self._answer(click, patron, now)
            for click in clicks
        ]

    async def _answer(
        self, click: Click, patron: UserId, now: datetime
    ) -> Flattred | Intent | Refusal:
        try:
            if isinstance(click, AddressClick):
                return await self._submitting.flattr(
                    patron=patron,
                    address=click.url,
                    now=now,
                    idempotency_key=click.key,
                    made_at=click.made_at,
                )
            return await self._flattring.flattr(
                patron=patron,
                thing=await self._looking_up.thing_id(click.tag_id),
                now=now,
                idempotency_key=click.key,
                made_at=click.made_at,
            )
        except Refusal as refusal:
            return refusal
