"""The consent page and what follows it: a flattr, or taking it back.

Anybody can write a text tag into a comment on somebody else's page. So the page
says who asks for whom, what there is to give, and that nobody has confirmed the
thing's owner on that site (no site's owner can be proved to a server yet, so
this is said of every site). Without script confirming takes two steps: the first
press shows the second page, whose ticket is no good within its first 600 ms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.browsers import BrowserId
from overallt.gateway.messages import Answer, Request
from overallt.gateway.pages import Pages
from overallt.gateway.tickets import Purpose, TicketRefused, Tickets, TooEarly
from overallt.protocol.messages import Thing


@dataclass(frozen=True, slots=True)
class AskingPage:
    """A page as the patron is shown it: the host stands out, as it can be judged."""

    host: str
    rest: str


class Consent:
    """Asks the patron and sends what he confirmed to the server."""

    def __init__(
        self, connect: Callable[[], Server], tickets: Tickets, pages: Pages
    ) -> None:
        self._connect = connect
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
            return self._ticket_refused(refused)
        if request.form("step") != "give":
            return await self._show(
                browser, tag_id, ticket.page, second_step=True, now=now
            )
        try:
            async with self._connect() as server:
                thing = await server.thing(tag_id)
                await server.flattr(thing.id, click_id=ticket.click_id)
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.message(
                "The server does not answer",
                "It is not certain whether your flattr arrived. Go back to the "
                "button and try again in a while: it counts once at most.",
                status=HTTPStatus.BAD_GATEWAY,
            )
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
            return self._ticket_refused(refused)
        try:
            async with self._connect() as server:
                await server.undo(int(tag_id))
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._unreachable()
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
        try:
            async with self._connect() as server:
                thing = await server.thing(tag_id)
                means = await server.means()
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._unreachable()
        if thing.flattred:
            return self._flattred(browser, thing, again=True, now=now)
        ticket = self._tickets.issue(browser, Purpose.GIVE, tag_id, page=page, now=now)
        return self._pages.show(
            "consent.html",
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

    def _unreachable(self) -> Answer:
        return self._pages.message(
            "The server does not answer",
            "Nothing was changed. Try again in a while.",
            status=HTTPStatus.BAD_GATEWAY,
        )

    def _ticket_refused(self, refused: TicketRefused) -> Answer:
        if isinstance(refused, TooEarly):
            return self._pages.message(
                "That was very quick",
                "So that nobody can trick you into a click, a confirmation counts "
                "only after the page was to be seen for a moment. Go back to the "
                "button and try again.",
                status=HTTPStatus.FORBIDDEN,
            )
        return self._pages.message(
            "This page is used up",
            "A confirmation counts once and within five minutes. Go back to the "
            "button and press it again.",
            status=HTTPStatus.FORBIDDEN,
        )


def _asking_page(page: str | None) -> AskingPage | None:
    if page is None:
        return None
    parts = urlsplit(page)
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    # In ASCII, since letters of other scripts can look like those of another name.
    host = parts.netloc.encode("idna").decode("ascii")
    return AskingPage(host=host, rest="" if rest == "/" else rest)
