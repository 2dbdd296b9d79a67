"""What became of a flattr: the page that says so, and taking it back."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from overallt.client.queue import State
from overallt.client.sending import Sending
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.browsers import BrowserId
from overallt.gateway.forms import SentForm
from overallt.gateway.kept_clicks import KeptClicks
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.tickets import Purpose, Tickets
from overallt.protocol.messages import Thing


class Results:
    """Says what became of flattrs, and undoes them."""

    def __init__(
        self,
        connect: Callable[[], Server],
        sending: Sending,
        kept_clicks: KeptClicks,
        tickets: Tickets,
        pages: Pages,
    ) -> None:
        self._connect = connect
        self._sending = sending
        self._kept_clicks = kept_clicks
        self._tickets = tickets
        self._pages = pages

    def flattred(
        self, browser: BrowserId, thing: Thing, *, again: bool, now: datetime
    ) -> Answer:
        """Show that *thing* is flattred, *again* if it was so before."""
        undo, subscribe = (
            self._tickets.issue(browser, purpose, str(thing.id), printed=None, now=now)
            for purpose in (Purpose.UNDO, Purpose.SUBSCRIBE)
        )
        return self._pages.show(
            "flattred.html", thing=thing, undo=undo, subscribe=subscribe, again=again
        )

    async def given(self, browser: BrowserId, tag_id: str, *, now: datetime) -> Answer:
        """Show what became of one click, after the time in which it is stopped."""
        kept = await self._kept_clicks.ask_again(browser, tag_id, now=now)
        if kept is not None:
            return kept
        try:
            async with self._connect() as server:
                thing = await server.thing(tag_id)
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.message(
                "The server does not answer",
                "Go back to the button in a while: it shows what became of your "
                "flattr.",
                status=HTTPStatus.BAD_GATEWAY,
            )
        if thing.flattred:
            return self.flattred(browser, thing, again=False, now=now)
        # A refusal of weeks ago may still be here: it says nothing of what counted.
        for click in reversed(await self._sending.clicks()):
            if click.tag_id == tag_id and click.state is State.REFUSED:
                return self._pages.refusal(click.reason or "", "")
        return self._kept_clicks.taken_back()

    async def undo(self, form: SentForm) -> Answer:
        """Take a flattr of this month back."""
        try:
            async with self._connect() as server:
                await server.undo(int(form.ticket.subject))
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.nothing_changed()
        return self._pages.message(
            "Taken back",
            "The flattr is undone and takes no part of this month's budget. From "
            "next month on the thing can be flattred again.",
            status=HTTPStatus.OK,
        )
