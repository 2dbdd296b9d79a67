"""The consent page and what follows it: a flattr, or taking it back.

Anybody can write a text tag into a comment on somebody else's page. So the page
says who asks for whom, what there is to give, and that nobody has confirmed the
thing's owner on that site (no site's owner can be proved to a server yet, so
this is said of every site). Without script confirming takes two steps: the first
press shows the second page, whose ticket is no good within its first 600 ms.

Without a server the page can say neither owner nor means. It says so, and what is
confirmed waits in the queue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from overallt.client.queue import NotKept
from overallt.client.sending import NoAnswer, Sending
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.browsers import BrowserId
from overallt.gateway.kept_clicks import KeptClicks
from overallt.gateway.messages import Answer, Request
from overallt.gateway.pages import Pages
from overallt.gateway.tickets import Purpose, TicketRefused, Tickets
from overallt.protocol.messages import Thing
from overallt.protocol.refusals import RefusalCode


@dataclass(frozen=True, slots=True)
class AskingPage:
    """A page as the patron is shown it: the host stands out, as it can be judged."""

    host: str
    rest: str


class Consent:
    """Asks the patron and sends what he confirmed to the server."""

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

    async def ask(
        self, browser: BrowserId, tag_id: str, page: str | None, *, now: datetime
    ) -> Answer:
        """Show the page with the button that flattrs."""
        return await self._show(browser, tag_id, page, second_step=False, now=now)

    async def give(
        self, request: Request, browser: BrowserId, tag_id: str, *, now: datetime
    ) -> Answer:
        """Flattr if the ticket is good, or show the second step."""
        try:
            ticket = self._tickets.redeem(
                request.form("ticket"), browser, Purpose.GIVE, tag_id, now=now
            )
        except TicketRefused as refused:
            return self._pages.ticket_refused(refused)
        if request.form("step") != "give":
            return await self._show(
                browser, tag_id, ticket.page, second_step=True, now=now
            )
        try:
            thing = await self._sending.give(click_id=ticket.click_id, tag_id=tag_id)
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except NotKept:
            return self._pages.message(
                "Your flattr could not be kept",
                "It was not written down, so it was not sent either. Is the disk "
                "full? Make room, go back to the button and try again.",
                status=HTTPStatus.INSUFFICIENT_STORAGE,
            )
        except NoAnswer:
            # If it is not there any more, it was sent, or taken back, meanwhile.
            kept = await self._kept_clicks.ask_again(browser, tag_id, now=now)
            return kept or await self.ask(browser, tag_id, ticket.page, now=now)
        return self._flattred(browser, thing, again=False, now=now)

    async def undo(
        self, request: Request, browser: BrowserId, tag_id: str, *, now: datetime
    ) -> Answer:
        """Take a flattr of this month back."""
        try:
            self._tickets.redeem(
                request.form("ticket"), browser, Purpose.UNDO, tag_id, now=now
            )
        except TicketRefused as refused:
            return self._pages.ticket_refused(refused)
        try:
            async with self._connect() as server:
                await server.undo(int(tag_id))
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.message(
                "The server does not answer",
                "Nothing was changed. Try again in a while.",
                status=HTTPStatus.BAD_GATEWAY,
            )
        return self._pages.message(
            "Taken back",
            "The flattr is undone and takes no part of this month's budget. From "
            "next month on the thing can be flattred again.",
            status=HTTPStatus.OK,
        )

    async def _show(
        self,
        browser: BrowserId,
        tag_id: str,
        page: str | None,
        *,
        second_step: bool,
        now: datetime,
    ) -> Answer:
        kept = await self._kept_clicks.ask_again(browser, tag_id, now=now)
        if kept is not None:
            return kept
        thing = means = None
        server = self._connect()
        try:
            async with server:
                thing = await server.thing(tag_id)
                means = await server.means()
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            if server.sign_in is None:
                return self._pages.refusal(RefusalCode.UNAUTHORIZED, "")
        if thing is not None and thing.flattred:
            return self._flattred(browser, thing, again=True, now=now)
        ticket = self._tickets.issue(browser, Purpose.GIVE, tag_id, page=page, now=now)
        return self._pages.show(
            "consent.html" if means else "consent_unseen.html",
            thing=thing,
            means=means,
            tag_id=tag_id,
            page=_asking_page(page),
            ticket=ticket,
            second_step=second_step,
        )

    def _flattred(
        self, browser: BrowserId, thing: Thing, *, again: bool, now: datetime
    ) -> Answer:
        ticket = self._tickets.issue(
            browser, Purpose.UNDO, str(thing.id), page=None, now=now
        )
        return self._pages.show(
            "flattred.html", thing=thing, ticket=ticket, again=again
        )


def _asking_page(page: str | None) -> AskingPage | None:
    if page is None:
        return None
    parts = urlsplit(page)
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    # In ASCII, since letters of other scripts can look like those of another name.
    host = parts.netloc.encode("idna").decode("ascii")
    return AskingPage(host=host, rest="" if rest == "/" else rest)
