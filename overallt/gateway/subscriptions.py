"""Subscriptions at the gateway: a flattr that is repeated each month.

Right after a flattr the patron may let it be given each month; the status page lists
what he has, and ends it. Pressed twice it is the same: who has subscribed already has
what he wants, and so has who has ended it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.browsers import BrowserId
from overallt.gateway.forms import SentForm
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.tickets import Purpose, Ticket, Tickets
from overallt.protocol.messages import Subscription
from overallt.protocol.refusals import RefusalCode

# What a second press is answered by the server: it is as the patron wants it.
DONE_BEFORE: Final = frozenset(
    {
        (Purpose.SUBSCRIBE, RefusalCode.SUBSCRIBED),
        (Purpose.UNSUBSCRIBE, RefusalCode.NOT_FOUND),
    }
)


@dataclass(frozen=True, slots=True)
class ListedSubscription:
    """A subscription as the patron sees it; *ticket* ends it."""

    thing_id: int
    title: str
    active: bool
    ticket: str


class Subscriptions:
    """Makes and ends subscriptions at the server."""

    def __init__(
        self, connect: Callable[[], Server], tickets: Tickets, pages: Pages
    ) -> None:
        self._connect = connect
        self._tickets = tickets
        self._pages = pages

    def listed(
        self,
        browser: BrowserId,
        subscriptions: Sequence[Subscription],
        *,
        now: datetime,
    ) -> list[ListedSubscription]:
        """Say of each subscription what it gives to, and how to end it."""
        return [
            ListedSubscription(
                each.thing.id,
                each.thing.title,
                each.active,
                self._tickets.issue(
                    browser,
                    Purpose.UNSUBSCRIBE,
                    str(each.thing.id),
                    printed=None,
                    now=now,
                ),
            )
            for each in subscriptions
        ]

    async def subscribe(self, form: SentForm) -> Answer:
        """Flattr a thing each month from now on."""
        refusal = await self._ask(form.ticket)
        return refusal or self._pages.message(
            "Every month from now on",
            "From next month on the thing gets a part of each month's budget, until "
            "you end that on the status page.",
            status=HTTPStatus.OK,
        )

    async def unsubscribe(self, form: SentForm) -> Answer:
        """End a subscription."""
        refusal = await self._ask(form.ticket)
        return refusal or self._pages.message(
            "No longer every month",
            "Nothing more is given by itself. What was given this month stays, unless "
            "you undo it at the button.",
            status=HTTPStatus.OK,
        )

    async def _ask(self, ticket: Ticket) -> Answer | None:
        """Do it at the server; return why not, if it was not done."""
        thing_id = ticket.subject
        try:
            async with self._connect() as server:
                if ticket.purpose is Purpose.SUBSCRIBE:
                    await server.subscribe(int(thing_id))
                else:
                    await server.unsubscribe(int(thing_id))
        except Refused as refused:
            if (ticket.purpose, refused.code) in DONE_BEFORE:
                return None
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.nothing_changed()
        return None
